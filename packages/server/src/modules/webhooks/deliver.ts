import { retryAfterIn } from '../../domain/retry-after.ts';
import { afterTry, disablesFor, type Answer, type DeliveryTerms } from '../../domain/webhook.ts';
import type { Webhook, WebhookDelivery } from '../../domain/webhook.ts';
import type { Clock } from '../../infra/clock.ts';
import { EgressRefused } from '../../infra/egress.ts';
import { HttpFailure, type HttpClient } from '../../infra/http-client.ts';
import type { MasterKey } from '../../infra/master-key.ts';
import { inSpan, markFailed, traceHeaders } from '../../infra/tracing.ts';
import type { Journal } from '../../record/journal.ts';
import type { DeliveryStore, DueDelivery } from '../../record/delivery-store.ts';
import type { WebhookStore } from '../../record/webhook-store.ts';
import { signedHeaders } from './sign.ts';
import { webhookEvent } from './webhook-events.ts';

export interface DeliverDependencies {
  readonly http: HttpClient;
  readonly key: MasterKey;
  readonly terms: DeliveryTerms;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly deliveries: DeliveryStore;
  readonly webhooks: Pick<WebhookStore, 'lock' | 'save' | 'now'>;
  readonly clock: Clock;
  readonly random: () => number;
}

const maxAnswerBytes = 4 * 1024;
const longestError = 300;

const notTaken = (status: number | null, error: string, askedMs = 0): Answer => ({
  kind: 'NOT_TAKEN',
  status,
  error: error.slice(0, longestError),
  askedMs,
  isGone: status === 410,
});

/** Asks an address to take one event. Whatever comes of it is an answer. */
export const post = async (
  { http, key, terms, clock }: Pick<DeliverDependencies, 'http' | 'key' | 'terms' | 'clock'>,
  webhook: Webhook,
  delivery: Pick<WebhookDelivery, 'eventId' | 'body'>,
  stop: AbortSignal,
): Promise<Answer> => {
  if (webhook.keyId !== key.keyId)
    return notTaken(
      null,
      'Its secret is of another key than webhooks.key of this process: share it, or rotate.',
    );
  try {
    const answer = await http.request({
      method: 'POST',
      url: webhook.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Countersign-Webhooks/1',
        ...traceHeaders(),
        ...signedHeaders(key, webhook, delivery, clock.now()),
      },
      body: delivery.body,
      signal: AbortSignal.any([AbortSignal.timeout(terms.timeoutMs), stop]),
      maxResponseBytes: maxAnswerBytes,
      followsRedirects: false,
    });
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: 'TAKEN', status };
    return notTaken(
      status,
      `It answered ${status}.`,
      retryAfterIn(answer.headers, clock.now().getTime()) ?? 0,
    );
  } catch (error) {
    return notTaken(null, saidOf(error));
  }
};

const saidOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'It could not be called.';
  if (error instanceof EgressRefused) return `It may not be called: ${error.message}`;
  const isAway = error instanceof HttpFailure && error.kind === 'CONNECT';
  return isAway ? `${error.message} See that it runs, and that its address is right.` : error.message;
};

/** As a span of the trace of what it tells of, where that is one. */
const postInTrace = (
  deps: DeliverDependencies,
  { webhook, delivery, traceparent }: DueDelivery,
  stop: AbortSignal,
): Promise<Answer> => {
  if (traceparent === null) return post(deps, webhook, delivery, stop);
  const attributes = {
    'countersign.webhook.id': webhook.id,
    'countersign.event': delivery.type,
    'countersign.attempt': delivery.attempts + 1,
  };
  return inSpan('send webhook', { kind: 'PRODUCER', parent: traceparent, attributes }, async (span) => {
    const answer = await post(deps, webhook, delivery, stop);
    if (answer.kind === 'NOT_TAKEN')
      markFailed(span, answer.status === null ? 'NOT_TAKEN' : String(answer.status));
    return answer;
  });
};

/** One try of one delivery, and what follows from it. Gives whether the next one may follow at once. */
export const deliver = async (
  deps: DeliverDependencies,
  due: DueDelivery,
  lease: string,
  stop: AbortSignal,
): Promise<boolean> => {
  const { webhook, delivery } = due;
  const answer = await postInTrace(deps, due, stop);
  // Nobody knows whether it was taken; whoever sends it next sends the same id.
  if (stop.aborted && answer.kind === 'NOT_TAKEN') return false;
  const attempts = delivery.attempts + 1;
  const then = afterTry(deps.terms, attempts, answer, deps.random());
  return deps.journal.transaction(async (tx) => {
    if (!(await deps.deliveries.holds(tx, webhook.id, lease))) return false;
    const state = then.kind === 'AGAIN' ? 'PENDING' : then.kind;
    const error = answer.kind === 'TAKEN' ? null : answer.error;
    const settled = { ...delivery, state, attempts, status: answer.status, error } as const;
    deps.deliveries.settle(tx, settled, then.kind === 'AGAIN' ? then.afterMs : null);
    const now = await deps.webhooks.now(tx);
    const current = await deps.webhooks.lock(tx, webhook.tenantId, webhook.id);
    if (!current) return false;
    const failingSince = answer.kind === 'TAKEN' ? null : (current.failingSince ?? now);
    const reason = disablesFor(deps.terms, failingSince, answer, now);
    const disabled = reason === null ? {} : { disabledAt: now, disabledReason: reason };
    deps.webhooks.save(tx, { ...current, failingSince, ...disabled });
    if (reason !== null && failingSince !== null)
      tx.record(
        webhookEvent(current, now, null, {
          type: 'webhook.disabled',
          summary: `Nothing is sent to the webhook ${current.name} any more: ${reason}`,
          data: { failingSince: failingSince.toISOString(), reason },
        }),
      );
    return then.kind !== 'AGAIN' && reason === null;
  });
};

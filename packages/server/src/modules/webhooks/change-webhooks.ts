import type { Environment } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { outgoingFilterFaults } from '../../domain/outgoing-filter.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import {
  mostWebhooks,
  rotationMs,
  type Answer,
  type Webhook,
  type WebhookDelivery,
} from '../../domain/webhook.ts';
import { EgressRefused } from '../../infra/egress.ts';
import type { NewId } from '../../infra/ids.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { WebhookStore } from '../../record/webhook-store.ts';
import { post, type DeliverDependencies } from './deliver.ts';
import { secretOf } from './sign.ts';
import { webhookEvent } from './webhook-events.ts';

export interface ChangeWebhookDependencies extends Pick<
  DeliverDependencies,
  'http' | 'key' | 'terms' | 'journal' | 'clock'
> {
  readonly webhooks: WebhookStore;
  /** Whether configuration lets events be sent to a host. */
  readonly mayCall: (url: URL) => boolean;
  /** Names of the platforms that there are. */
  readonly platforms: () => readonly string[];
  readonly newId: NewId;
}

export interface WantedWebhook {
  readonly name: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly environments: readonly Environment[];
  readonly platforms: readonly string[];
}

export interface MadeWebhook {
  readonly webhook: Webhook;
  /** The whole secret. It is told here and nowhere else. */
  readonly secret: string;
}

const unknown = refusal('RESOURCE_NOT_FOUND', 'There is no such webhook.');
const tooMany = refusal('QUOTA_EXCEEDED', `There are ${mostWebhooks} webhooks already. Delete one first.`);

const urlFault = async (
  { http, mayCall }: Pick<ChangeWebhookDependencies, 'http' | 'mayCall'>,
  text: string,
): Promise<string | null> => {
  try {
    const url = await http.check(text);
    if (url.hash !== '') return 'must have no fragment';
    return mayCall(url) ? null : `${url.host} is not among webhooks.hosts of the configuration`;
  } catch (error) {
    if (error instanceof EgressRefused) return error.message;
    return 'its host cannot be found';
  }
};

/** Of what is wanted alone: whatever became of the rest, a webhook can be switched off. */
const faultsOf = async (
  deps: ChangeWebhookDependencies,
  { name, url, ...filter }: Partial<WantedWebhook>,
): Promise<Fault[]> => {
  const no = url === undefined ? null : await urlFault(deps, url);
  return [
    ...(name?.trim() === '' ? [{ path: 'name', message: 'must not be blank' }] : []),
    ...(no === null ? [] : [{ path: 'url', message: no }]),
    ...outgoingFilterFaults(filter, deps.platforms()),
  ];
};

export const createBy = async (
  deps: ChangeWebhookDependencies,
  { tenantId, id: createdById }: Caller,
  wanted: WantedWebhook,
): Promise<Outcome<MadeWebhook>> => {
  const faults = await faultsOf(deps, wanted);
  if (faults.length > 0) return refused(invalidInput(faults));
  const { webhooks, journal, key, newId } = deps;
  return journal.transaction(async (tx) => {
    if ((await webhooks.count(tx, tenantId)) >= mostWebhooks) return refused(tooMany);
    const createdAt = await webhooks.now(tx);
    const webhook: Webhook = {
      ...wanted,
      id: newId(),
      tenantId,
      secretVersion: 1,
      keyId: key.keyId,
      bothUntil: null,
      failingSince: null,
      disabledAt: null,
      disabledReason: null,
      createdById,
      createdAt,
    };
    webhooks.insert(tx, webhook);
    tx.record(
      webhookEvent(webhook, createdAt, createdById, {
        type: 'webhook.created',
        summary: `Made the webhook ${webhook.name}`,
        data: { types: webhook.types },
      }),
    );
    return accepted({ webhook, secret: secretOf(key, webhook) });
  });
};

const change = <Value>(
  { webhooks, journal }: ChangeWebhookDependencies,
  { tenantId }: Caller,
  id: string,
  work: (webhook: Webhook, now: Date, tx: JournalTransaction) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> =>
  journal.transaction(async (tx) => {
    const webhook = await webhooks.lock(tx, tenantId, id);
    return webhook ? work(webhook, await webhooks.now(tx), tx) : refused(unknown);
  });

export interface WantedChange extends Partial<WantedWebhook> {
  readonly isEnabled?: boolean | undefined;
}

export const updateBy = async (
  deps: ChangeWebhookDependencies,
  viewer: Caller,
  id: string,
  { isEnabled, ...wanted }: WantedChange,
): Promise<Outcome<Webhook>> => {
  const faults = await faultsOf(deps, wanted);
  if (faults.length > 0) return refused(invalidInput(faults));
  return change(deps, viewer, id, (webhook, now, tx) => {
    const enabling = { disabledAt: null, disabledReason: null, failingSince: null };
    const stopping = {
      disabledAt: webhook.disabledAt ?? now,
      disabledReason: webhook.disabledReason ?? 'Switched off.',
    };
    const changed: Webhook = {
      ...webhook,
      ...wanted,
      ...(isEnabled === undefined ? {} : isEnabled ? enabling : stopping),
    };
    deps.webhooks.save(tx, changed);
    tx.record(
      webhookEvent(changed, now, viewer.id, {
        type: 'webhook.updated',
        summary: `Changed the webhook ${changed.name}${isEnabled === false ? ': nothing is sent to it' : ''}`,
        data: { types: changed.types },
      }),
    );
    return Promise.resolve(accepted(changed));
  });
};

/** For a day both secrets sign, so that whoever listens can change theirs at leisure. */
export const rotateBy = (
  deps: ChangeWebhookDependencies,
  viewer: Caller,
  id: string,
): Promise<Outcome<MadeWebhook>> =>
  change(deps, viewer, id, (webhook, now, tx) => {
    const { keyId } = deps.key;
    // What followed from another key cannot sign any more.
    const bothUntil = keyId === webhook.keyId ? new Date(now.getTime() + rotationMs) : now;
    const rotated = { ...webhook, keyId, secretVersion: webhook.secretVersion + 1, bothUntil };
    deps.webhooks.save(tx, rotated);
    tx.record(
      webhookEvent(rotated, now, viewer.id, {
        type: 'webhook.secret_rotated',
        summary: `Gave the webhook ${rotated.name} another secret`,
        data: { bothUntil: bothUntil.toISOString() },
      }),
    );
    return Promise.resolve(accepted({ webhook: rotated, secret: secretOf(deps.key, rotated) }));
  });

export const deleteBy = (
  deps: ChangeWebhookDependencies,
  viewer: Caller,
  id: string,
): Promise<Outcome<Webhook>> =>
  change(deps, viewer, id, (webhook, now, tx) => {
    deps.webhooks.remove(tx, webhook.id);
    tx.record(
      webhookEvent(webhook, now, viewer.id, {
        type: 'webhook.deleted',
        summary: `Deleted the webhook ${webhook.name}`,
        data: {},
      }),
    );
    return Promise.resolve(accepted(webhook));
  });

export const redriveBy = (
  deps: ChangeWebhookDependencies,
  viewer: Caller,
  id: string,
  deliveryIds: readonly string[] | null,
): Promise<Outcome<readonly WebhookDelivery[]>> =>
  change(deps, viewer, id, async (webhook, now, tx) => {
    const again = await deps.webhooks.redrive(tx, webhook.id, deliveryIds);
    if (again.length === 0)
      return refused(
        refusal('NOT_IN_THIS_STATE', 'None of these deliveries was given up: nothing to try anew.'),
      );
    tx.record(
      webhookEvent(webhook, now, viewer.id, {
        type: 'webhook.redriven',
        summary: `Tries ${again.length} deliveries of the webhook ${webhook.name} anew`,
        data: { deliveries: again.length },
      }),
    );
    return accepted(again);
  });

export interface TestedWebhook {
  readonly webhook: Webhook;
  readonly answer: Answer;
}

/** Sends an event of no meaning, signed as all others are, and tells what came of it. Nothing is kept. */
export const testBy = async (
  deps: ChangeWebhookDependencies,
  viewer: Caller,
  id: string,
): Promise<Outcome<TestedWebhook>> => {
  const webhook = (await deps.webhooks.list(viewer.tenantId)).find((each) => each.id === id);
  if (!webhook) return refused(unknown);
  const data = { message: `A test by ${viewer.name}.` };
  const body = JSON.stringify({ type: 'webhook:test', timestamp: deps.clock.now().toISOString(), data });
  const never = new AbortController().signal;
  return accepted({
    webhook,
    answer: await post(deps, webhook, { eventId: `test_${deps.newId()}`, body }, never),
  });
};

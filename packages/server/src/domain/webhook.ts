import type { DeliveryState, Environment } from '@countersign/shared';
import { retryDelayMs, type RetryPolicy } from './retry.ts';

/** An address outside that is told what happens. */
export interface Webhook {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly environments: readonly Environment[];
  readonly platforms: readonly string[];
  readonly secretVersion: number;
  readonly keyId: string;
  /** Until when the secret before signs too. */
  readonly bothUntil: Date | null;
  readonly failingSince: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  readonly createdById: string;
  readonly createdAt: Date;
}

/** One event for one webhook. */
export interface WebhookDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly type: string;
  readonly body: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
}

/** How deliveries are tried, as configuration says. */
export interface DeliveryTerms {
  readonly attempts: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  readonly timeoutMs: number;
  /** A webhook that takes nothing for so long is sent nothing any more. */
  readonly disableAfterMs: number;
  /** Deliveries that are settled are kept so long. */
  readonly keepMs: number;
}

/** How a try ended. */
export type Answer =
  | { readonly kind: 'TAKEN'; readonly status: number }
  | {
      readonly kind: 'NOT_TAKEN';
      readonly status: number | null;
      readonly error: string;
      /** What whoever was asked wants us to wait. */
      readonly askedMs: number;
      /** The address is gone for good, by its own word. */
      readonly isGone: boolean;
    };

/** What follows from a try. */
export type AfterTry =
  | { readonly kind: 'DELIVERED' }
  | { readonly kind: 'AGAIN'; readonly afterMs: number }
  | { readonly kind: 'DEAD' };

/** An endpoint that asks us to come back in a month is told of nothing by then. */
const longestAskedMs = 6 * 3_600_000;

/** `random` is in [0, 1). Half of each wait is fixed, half is drawn, so that many do not come back at once. */
export const afterTry = (
  terms: Pick<DeliveryTerms, 'attempts' | 'firstRetryMs' | 'longestRetryMs'>,
  attempts: number,
  answer: Answer,
  random: number,
): AfterTry => {
  if (answer.kind === 'TAKEN') return { kind: 'DELIVERED' };
  if (attempts >= terms.attempts) return { kind: 'DEAD' };
  const policy: RetryPolicy = {
    maxRetries: terms.attempts,
    initialDelayMs: terms.firstRetryMs,
    backoffMultiplier: 4,
    maxDelayMs: terms.longestRetryMs,
  };
  const ceiling = retryDelayMs(policy, attempts, 1);
  const asked = Math.min(answer.askedMs, longestAskedMs);
  return { kind: 'AGAIN', afterMs: Math.max(Math.floor(ceiling * (0.5 + random / 2)), asked) };
};

/** Whether nothing is to be sent there any more, and why. */
export const disablesFor = (
  { disableAfterMs }: Pick<DeliveryTerms, 'disableAfterMs'>,
  failingSince: Date | null,
  answer: Answer,
  now: Date,
): string | null => {
  if (answer.kind === 'TAKEN') return null;
  if (answer.isGone) return `It answered ${answer.status}: it is gone for good.`;
  if (failingSince === null || now.getTime() - failingSince.getTime() < disableAfterMs) return null;
  return `It has taken nothing since ${failingSince.toISOString()}: ${answer.error}`;
};

export const mostWebhooks = 20;
/** Deliveries of one webhook that may wait; what comes after them stays in the log until there is room. */
export const mostPending = 1_000;
export const rotationMs = 86_400_000;

import type { Clock } from '../../infra/clock.ts';
import { startLoop, waitUntilDue } from '../../infra/loop.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { DueDelivery } from '../../record/delivery-store.ts';
import {
  composeDeliveries,
  composeFigures,
  figuresEveryMs,
  type ComposeDependencies,
} from './compose-deliveries.ts';
import { deliver, type DeliverDependencies } from './deliver.ts';

export interface SenderDependencies extends ComposeDependencies, DeliverDependencies {
  /** Everything up to here is known to have happened. */
  readonly readTo: () => bigint;
  readonly wakeUps: Pick<WakeUps, 'on'>;
  readonly clock: Clock;
}

/** At once: of all tenants, and of one. Each webhook has one, so a slow one takes nobody else's place. */
const inFlight = 32;
const inFlightEach = 4;
const perTurn = 50;
const pollMs = 1_000;
/** What happens within this time is told in one round. */
const restMs = 50;
const forgetEveryMs = 60_000;

/**
 * Makes deliveries of the log and sends them, on every worker: a webhook is one sender's at a time, for as long as its
 * lease holds, and gets its deliveries one after the other. What a dead worker had in hand is sent again.
 */
export const startWebhooks = (deps: SenderDependencies): AsyncDisposable => {
  const { deliveries, readTo, wakeUps, clock, logger, newId } = deps;
  const stopping = new AbortController();
  const sending = new Set<Promise<void>>();
  const leaseMsNow = (): number => deps.terms.timeoutMs * 2 + 5_000;
  let forgottenAtMs = performance.now();
  let toldOf = 0;

  const send = async (first: DueDelivery, lease: string): Promise<void> => {
    try {
      let item: DueDelivery | null = first;
      for (let sent = 0; item && sent < perTurn && !stopping.signal.aborted; sent += 1) {
        const goesOn = await deliver(deps, item, lease, stopping.signal);
        item = goesOn ? await deliveries.next(first.webhook.id, lease, leaseMsNow()) : null;
      }
    } catch (error) {
      logger.warn({ err: error, webhook: first.webhook.id }, 'a webhook could not be served; trying again');
    } finally {
      await deliveries.release(first.webhook.id, lease).catch(() => undefined);
      loop.wake();
    }
  };

  const tick = async (): Promise<void> => {
    const now = clock.now();
    const moment = Math.floor(now.getTime() / figuresEveryMs);
    if (moment === toldOf) return;
    toldOf = moment;
    await composeFigures(deps, now);
    if (performance.now() - forgottenAtMs > forgetEveryMs && !(await deliveries.forget(deps.terms.keepMs)))
      forgottenAtMs = performance.now();
  };

  const round = async (): Promise<number> => {
    const isMore = await composeDeliveries(deps, readTo());
    await tick();
    const room = inFlight - sending.size;
    if (room > 0) {
      const lease = newId();
      for (const item of await deliveries.claim(lease, leaseMsNow(), room, inFlightEach)) {
        const work = send(item, lease).finally(() => sending.delete(work));
        sending.add(work);
      }
    }
    return isMore ? 0 : waitUntilDue(await deliveries.nextDueMs(), pollMs);
  };

  const loop = startLoop({ name: 'webhooks', round, idleMs: pollMs, restMs, logger });
  const woken = wakeUps.on('events', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      woken[Symbol.dispose]();
      stopping.abort();
      await loop[Symbol.asyncDispose]();
      await Promise.all(sending);
    },
  };
};

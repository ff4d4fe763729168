import {
  isWanted,
  metricsData,
  outgoingOf,
  queueData,
  type OutgoingEvent,
} from '../../domain/outgoing-event.ts';
import type { QueueState } from '../../domain/queue.ts';
import { wholeTenant } from '../../domain/sight.ts';
import type { Connections, Transaction } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import type { NewId } from '../../infra/ids.ts';
import { readOutgoing } from '../../record/outgoing-store.ts';
import {
  figuresPlace,
  type DeliveryStore,
  type Listener,
  type NewDelivery,
} from '../../record/delivery-store.ts';

export interface ComposeDependencies {
  readonly database: Connections;
  readonly deliveries: DeliveryStore;
  readonly readQueue: () => Promise<QueueState>;
  /** Of the last minute. */
  readonly readRecent: (tenantId: string) => Promise<RecentFigures>;
  readonly newId: NewId;
  readonly logger: Logger;
}

interface RecentFigures {
  readonly total: number;
  readonly succeeded: number;
  readonly averageExecutionMs: number | null;
}

const listenersAtOnce = 20;
const eventsAtOnce = 200;
const mostBodyBytes = 64 * 1024;

/** Made once: what is signed, sent again and shown are the same bytes. */
const bodyOf = ({ type, at, data }: OutgoingEvent): string => {
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  if (Buffer.byteLength(body) <= mostBodyBytes) return body;
  const { result: _result, action: _action, ...rest } = data;
  return JSON.stringify({ type, timestamp: at.toISOString(), data: { ...rest, isTruncated: true } });
};

export const deliveryOf = (
  newId: NewId,
  { id: webhookId, tenantId }: Pick<Listener, 'id' | 'tenantId'>,
  event: OutgoingEvent,
  seq: bigint,
  place: number,
): NewDelivery => ({
  id: newId(),
  webhookId,
  tenantId,
  eventId: event.id,
  type: event.type,
  body: bodyOf(event),
  seq,
  place,
});

/**
 * Makes deliveries of what the log holds and no webhook was told of: how far it went commits with what it made, so
 * that nothing is left out and nothing comes twice. Gives whether there may be more.
 */
export const composeDeliveries = (deps: ComposeDependencies, readTo: bigint): Promise<boolean> =>
  deps.database.transaction(async (tx) => {
    const listeners = await deps.deliveries.takeListeners(tx, readTo, listenersAtOnce);
    let isMore = listeners.length === listenersAtOnce;
    for (const listener of listeners) isMore = (await composeFor(deps, tx, listener)) || isMore;
    return isMore;
  });

const composeFor = async (
  { deliveries, readQueue, newId, logger }: ComposeDependencies,
  tx: Transaction,
  listener: Listener,
): Promise<boolean> => {
  const { sources, unreadable, to, isFull } = await readOutgoing(
    tx,
    wholeTenant(listener.tenantId),
    listener.cursor,
    eventsAtOnce,
  );
  for (const { seq, unreadable: err } of unreadable)
    logger.error(
      { err, webhook: listener.id, seq: String(seq) },
      'a webhook is not told of what cannot be read',
    );
  const wantsQueue =
    listener.types.includes('action:queued') && sources.some(({ type }) => type === 'task.queued');
  const waits = wantsQueue ? await readQueue() : null;
  const wanted = sources.flatMap((source, place) => {
    const event = outgoingOf(source, waits);
    return event && isWanted(event, listener) ? [deliveryOf(newId, listener, event, source.seq, place)] : [];
  });
  await deliveries.append(tx, wanted);
  deliveries.moveCursor(tx, listener.id, to);
  return isFull;
};

export const figuresEveryMs = 10_000;

/** What is told every ten seconds. Whichever process comes first tells it: of a moment there is one of each type. */
export const composeFigures = async (deps: ComposeDependencies, now: Date): Promise<void> => {
  const { database, deliveries, readQueue, readRecent, newId } = deps;
  const moment = Math.floor(now.getTime() / figuresEveryMs);
  for (const type of ['queue:updated', 'metrics:updated'] as const) {
    const listeners = await deliveries.findTicking(type);
    if (listeners.length === 0) continue;
    const queue = await readQueue();
    const dataOf = async (tenantId: string) => {
      if (type === 'queue:updated') return queueData(queue);
      const { total, succeeded, averageExecutionMs } = await readRecent(tenantId);
      const successRate = total === 0 ? null : succeeded / total;
      return metricsData({
        actionsPerMinute: total,
        successRate,
        averageExecutionMs,
        queueDepth: queue.totalQueued,
      });
    };
    const made = await Promise.all(
      listeners.map(async (listener) => {
        const data = await dataOf(listener.tenantId);
        const event = {
          id: `${type.replace(':', '_')}_${moment}`,
          type,
          at: now,
          environment: null,
          platforms: [],
          data,
        };
        return deliveryOf(newId, listener, event, listener.cursor, figuresPlace);
      }),
    );
    await database.transaction((tx) => deliveries.append(tx, made));
  }
};

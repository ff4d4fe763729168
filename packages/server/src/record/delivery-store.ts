import type { Environment } from '@countersign/shared';
import { toShortText } from '../domain/json.ts';
import { mostPending, type Webhook, type WebhookDelivery } from '../domain/webhook.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { orUnreadable, type MaybeUnreadable } from '../infra/encrypted-cells.ts';
import { sealedRows } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { deliveryColumns, webhookColumns as columns } from './webhook-store.ts';

/** A webhook whose log is to be read on. */
export interface Listener {
  readonly id: string;
  readonly tenantId: string;
  readonly types: readonly string[];
  readonly environments: readonly Environment[];
  readonly platforms: readonly string[];
  readonly cursor: bigint;
}

export interface NewDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly type: string;
  readonly body: string;
  readonly seq: bigint;
  readonly place: number;
}

/** Of figures: they come after all deliveries that were made of the same place in the log. */
export const figuresPlace = 1_000_000;

/** What is to be sent now. */
export interface DueDelivery {
  readonly webhook: Webhook;
  readonly delivery: WebhookDelivery;
  /** W3C trace context of the task that it tells of; null where there is none. */
  readonly traceparent: string | null;
}

/** What makes deliveries of the log, and sends them. */
export interface DeliveryStore {
  /** Those that are behind a position, have room and are read for by nobody else now, locked for the transaction. */
  takeListeners(tx: Transaction, readTo: bigint, limit: number): Promise<Listener[]>;
  /** Those that want what is told at fixed times, and for which none of that waits already. */
  findTicking(type: string): Promise<Listener[]>;
  /** An event that is there already stays one; gives how many are new. */
  append(tx: Transaction, deliveries: readonly NewDelivery[]): Promise<number>;
  moveCursor(tx: Transaction, webhookId: string, to: bigint): void;
  /**
   * Webhooks whose next delivery is due, each for one sender until its lease is over: tenants take turns, and none
   * has more than `each` of them.
   */
  claim(lease: string, leaseMs: number, limit: number, each: number): Promise<DueDelivery[]>;
  /** The next that can be read of a webhook that is ours, with the lease prolonged; null where none is due, or it is not ours any more. */
  next(webhookId: string, lease: string, leaseMs: number): Promise<DueDelivery | null>;
  settle(tx: Transaction, delivery: WebhookDelivery, afterMs: number | null): void;
  /** Gives whether it was ours still. */
  holds(tx: Transaction, webhookId: string, lease: string): Promise<boolean>;
  release(webhookId: string, lease: string): Promise<void>;
  nextDueMs(): Promise<number | null>;
  /** Gives whether there may be more of it. */
  forget(keepMs: number): Promise<boolean>;
}

/** Of each webhook the first that waits: nothing overtakes it. */
const firstWaiting = `CROSS JOIN LATERAL (
  SELECT * FROM webhook_delivery d WHERE d.webhook_id = webhook.id AND d.state = 'PENDING' ORDER BY seq, place LIMIT 1
) AS first`;
const isFree =
  'webhook.disabled_at IS NULL AND (webhook.lease_until IS NULL OR webhook.lease_until <= now())';
const forgottenAtOnce = 1_000;
const inMs = (parameter: string): string => `now() + ${parameter}::float8 * interval '1 millisecond'`;

const settle: DeliveryStore['settle'] = (tx, { id, state, attempts, status, error }, afterMs) => {
  tx.write(
    `UPDATE webhook_delivery SET state = $2::delivery_state, attempts = $3, status = $4, error = $5,
       next_attempt_at = ${inMs('$6')}, settled_at = CASE WHEN $2 = 'PENDING' THEN NULL ELSE now() END WHERE id = $1`,
    [id, state, attempts, status, error, afterMs ?? 0],
  );
};

export const createDeliveryStore = (database: Database): DeliveryStore => {
  const next: DeliveryStore['next'] = async (webhookId, lease, leaseMs) => {
    const [webhook] = await database.query<Webhook>(
      `UPDATE webhook SET lease_until = ${inMs('$3')} WHERE id = $1 AND lease = $2 AND disabled_at IS NULL
       RETURNING ${columns}`,
      [webhookId, lease, leaseMs],
    );
    if (!webhook) return null;
    const [delivery] = await database.query<WebhookDelivery & MaybeUnreadable>(
      `SELECT ${deliveryColumns} FROM webhook_delivery WHERE webhook_id = $1 AND state = 'PENDING'
        ORDER BY seq, place LIMIT 1${orUnreadable}`,
      [webhookId],
    );
    if (!delivery) return null;
    if (delivery.unreadable) {
      const error = toShortText(delivery.unreadable.message, 300);
      await database.transaction((tx) => {
        settle(tx, { ...delivery, state: 'DEAD', error }, null);
      });
      return next(webhookId, lease, leaseMs);
    }
    const [due] = await database.query<Pick<DueDelivery, 'traceparent'>>(
      `SELECT (SELECT traceparent FROM event WHERE event.seq = d.seq AND d.place < ${figuresPlace}) AS traceparent
         FROM webhook_delivery d WHERE id = $1 AND next_attempt_at <= now()`,
      [delivery.id],
    );
    return due ? { webhook, delivery, traceparent: due.traceparent } : null;
  };
  return {
    ...createComposing(database),
    next,
    async claim(lease, leaseMs, limit, each) {
      const claimed = await database.query<{ id: string }>(
        `WITH due AS (
           SELECT webhook.id, webhook.tenant_id, first.next_attempt_at FROM webhook ${firstWaiting}
           WHERE ${isFree} AND first.next_attempt_at <= now()),
         busy AS (SELECT tenant_id, count(*) AS count FROM webhook WHERE lease_until > now() GROUP BY 1),
         turns AS (
           SELECT due.id, coalesce(busy.count, 0)
               + row_number() OVER (PARTITION BY tenant_id ORDER BY next_attempt_at, due.id) AS turn
           FROM due LEFT JOIN busy USING (tenant_id)),
         taken AS (
           SELECT webhook.id FROM webhook JOIN turns ON turns.id = webhook.id WHERE turn <= $4 AND ${isFree}
           ORDER BY turn LIMIT $3 FOR UPDATE OF webhook SKIP LOCKED)
         UPDATE webhook SET lease = $1, lease_until = ${inMs('$2')} FROM taken WHERE webhook.id = taken.id
         RETURNING webhook.id`,
        [lease, leaseMs, limit, each],
      );
      const found = await Promise.all(claimed.map(({ id }) => next(id, lease, leaseMs)));
      return found.filter((each) => each !== null);
    },
    settle,
    async holds(tx, webhookId, lease) {
      const rows = await tx.query('SELECT 1 AS held FROM webhook WHERE id = $1 AND lease = $2 FOR UPDATE', [
        webhookId,
        lease,
      ]);
      return rows.length > 0;
    },
    async release(webhookId, lease) {
      await database.query(
        'UPDATE webhook SET lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2',
        [webhookId, lease],
      );
    },
    async nextDueMs() {
      const [row] = await database.query<{ due_ms: number | null }>(
        `SELECT (extract(epoch FROM min(first.next_attempt_at) - clock_timestamp()) * 1000)::float8 AS due_ms
           FROM webhook ${firstWaiting} WHERE ${isFree}`,
      );
      return row?.due_ms ?? null;
    },
    async forget(keepMs) {
      const gone = await database.query(
        `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE state IN ('DELIVERED', 'DEAD')
           AND settled_at < now() - $1::float8 * interval '1 millisecond' LIMIT ${forgottenAtOnce}) RETURNING 1 AS gone`,
        [keepMs],
      );
      return gone.length === forgottenAtOnce;
    },
  };
};

const listener = `id, tenant_id AS "tenantId", types, environments::text[] AS environments, platforms, cursor`;

const createComposing = (
  database: Database,
): Pick<DeliveryStore, 'takeListeners' | 'findTicking' | 'append' | 'moveCursor'> => ({
  takeListeners: (tx, readTo, limit) =>
    tx.query<Listener>(
      `SELECT ${listener} FROM webhook WHERE cursor < $1 AND disabled_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'PENDING' OFFSET ${mostPending})
         ORDER BY cursor, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [readTo, limit],
    ),
  findTicking: (type) =>
    database.query<Listener>(
      `SELECT ${listener} FROM webhook WHERE $1 = ANY(types) AND disabled_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'PENDING' AND type = $1)`,
      [type],
    ),
  async append(tx, deliveries) {
    if (deliveries.length === 0) return 0;
    const rows = await tx.query(
      `INSERT INTO webhook_delivery (id, webhook_id, tenant_id, event_id, type, body, seq, place, state, next_attempt_at, created_at)
       SELECT id, "webhookId", "tenantId", "eventId", type, body, seq, place, 'PENDING', now(), now()
         FROM json_to_recordset($1::json) AS r(id uuid, "webhookId" uuid, "tenantId" uuid, "eventId" text, type text,
           body text, seq bigint, place int)
       ON CONFLICT DO NOTHING RETURNING 1 AS new`,
      [
        JSON.stringify(
          sealedRows(tx, tables.webhookDelivery, deliveries).map((delivery) => ({
            ...delivery,
            seq: String(delivery.seq),
          })),
        ),
      ],
    );
    return rows.length;
  },
  moveCursor(tx, webhookId, to) {
    tx.write('UPDATE webhook SET cursor = $2 WHERE id = $1', [webhookId, to]);
  },
});

import type { DeliveryState } from '@countersign/shared';
import type { Webhook, WebhookDelivery } from '../domain/webhook.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, only, without, type Table } from '../infra/rows.ts';
import { isUuid } from './access-store.ts';
import { safeHorizon } from './event-store.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';

export type WebhookCounts = Readonly<Record<DeliveryState, number>>;

const shown: Table<Webhook> = without(tables.webhook, 'cursor', 'leaseUntil', 'lease');
export const webhookColumns = columnsOf(shown);
const columns = webhookColumns;
export const deliveryColumns = columnsOf(
  only(
    tables.webhookDelivery,
    'id',
    'webhookId',
    'eventId',
    'type',
    'body',
    'state',
    'attempts',
    'nextAttemptAt',
    'status',
    'error',
    'createdAt',
    'settledAt',
  ) satisfies Table<WebhookDelivery>,
);

export interface DeliveryFilter {
  readonly webhookId?: string | undefined;
  readonly state?: DeliveryState | undefined;
}

/** What administrators see and change. */
export interface WebhookStore {
  now(tx: StatementRunner): Promise<Date>;
  list(tenantId: string): Promise<Webhook[]>;
  /** Nobody adds another until the transaction ends. */
  count(tx: Transaction, tenantId: string): Promise<number>;
  /** What comes after now is told. */
  insert(tx: Transaction, webhook: Webhook): void;
  lock(tx: Transaction, tenantId: string, id: string): Promise<Webhook | null>;
  save(tx: Transaction, webhook: Webhook): void;
  /** With all its deliveries. */
  remove(tx: Transaction, id: string): void;
  /** Newest first. */
  deliveries(
    tenantId: string,
    filter: DeliveryFilter,
    limit: number,
    after: string | null,
  ): Promise<WebhookDelivery[]>;
  countDeliveries(webhookIds: readonly string[]): Promise<ReadonlyMap<string, WebhookCounts>>;
  /** Those that were given up are tried anew, in their order; all of the webhook where none is named. */
  redrive(tx: Transaction, webhookId: string, ids: readonly string[] | null): Promise<WebhookDelivery[]>;
}

export const createWebhookStore = (database: Database): WebhookStore => ({
  async now(tx) {
    const [row] = await tx.query<{ now: Date }>('SELECT now() AS now');
    if (!row) throw new Error('The database told no time.');
    return row.now;
  },
  list: (tenantId) =>
    database.query<Webhook>(`SELECT ${columns} FROM webhook WHERE tenant_id = $1 ORDER BY id`, [tenantId]),
  async count(tx, tenantId) {
    await turnToAdd(tx, 'webhooks', tenantId);
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook WHERE tenant_id = $1',
      [tenantId],
    );
    return row?.count ?? 0;
  },
  insert(tx, webhook) {
    tx.write(
      `INSERT INTO webhook (id, tenant_id, name, url, types, environments, platforms, secret_version, key_id,
         created_by_id, created_at, cursor)
       VALUES ($1, $2, $3, $4, $5, $6::text[]::environment[], $7, $8, $9, $10, $11, ${safeHorizon} - 1)`,
      [
        webhook.id,
        webhook.tenantId,
        webhook.name,
        webhook.url,
        webhook.types,
        webhook.environments,
        webhook.platforms,
        webhook.secretVersion,
        webhook.keyId,
        webhook.createdById,
        webhook.createdAt,
      ],
    );
  },
  async lock(tx, tenantId, id) {
    if (!isUuid(id)) return null;
    const [row] = await tx.query<Webhook>(
      `SELECT ${columns} FROM webhook WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
      [tenantId, id],
    );
    return row ?? null;
  },
  save(tx, webhook) {
    tx.write(
      `UPDATE webhook SET name = $2, url = $3, types = $4, environments = $5::text[]::environment[], platforms = $6,
         secret_version = $7, key_id = $8, both_until = $9, failing_since = $10, disabled_at = $11, disabled_reason = $12
       WHERE id = $1`,
      [
        webhook.id,
        webhook.name,
        webhook.url,
        webhook.types,
        webhook.environments,
        webhook.platforms,
        webhook.secretVersion,
        webhook.keyId,
        webhook.bothUntil,
        webhook.failingSince,
        webhook.disabledAt,
        webhook.disabledReason,
      ],
    );
  },
  remove(tx, id) {
    tx.write('DELETE FROM webhook_delivery WHERE webhook_id = $1', [id]);
    tx.write('DELETE FROM webhook WHERE id = $1', [id]);
  },
  deliveries: (tenantId, { webhookId, state }, limit, after) =>
    database.reports.query<WebhookDelivery>(
      `SELECT ${deliveryColumns} FROM webhook_delivery WHERE tenant_id = $1
         AND ($2::uuid IS NULL OR webhook_id = $2) AND ($3::text IS NULL OR state = $3::delivery_state)
         AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
      [tenantId, webhookId ?? null, state ?? null, after, limit],
    ),
  async countDeliveries(ids) {
    const rows = await database.reports.query<{ id: string; state: DeliveryState; count: number }>(
      `SELECT webhook_id AS id, state, count(*)::int AS count FROM webhook_delivery
        WHERE webhook_id = ANY($1::uuid[]) GROUP BY 1, 2`,
      [ids],
    );
    return new Map(
      ids.map((id) => {
        const of = (state: DeliveryState): number =>
          rows.find((row) => row.id === id && row.state === state)?.count ?? 0;
        return [id, { PENDING: of('PENDING'), DELIVERED: of('DELIVERED'), DEAD: of('DEAD') }];
      }),
    );
  },
  redrive: (tx, webhookId, ids) =>
    tx.query<WebhookDelivery>(
      `UPDATE webhook_delivery SET state = 'PENDING', attempts = 0, next_attempt_at = now(), settled_at = NULL
        WHERE webhook_id = $1 AND state = 'DEAD' AND ($2::uuid[] IS NULL OR id = ANY($2)) RETURNING ${deliveryColumns}`,
      [webhookId, ids],
    ),
});

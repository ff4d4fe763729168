import type { Grant, StandingGrant, UsedGrant } from '../domain/grant.ts';
import type { TakenUse } from '../domain/grant-coverage.ts';
import { blowsOf } from '../domain/grant-suspension.ts';
import type { NewEvent } from '../domain/events.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';

const grants: Table<Grant> = tables.standingGrant;
const uses: Table<UsedGrant> = tables.grantUse;

export interface GrantStore {
  insert(tx: Transaction, grant: Grant): void;
  update(tx: Transaction, grant: Grant): void;
  /** Of all tenants: those that can let something through now, bounded by what each tenant may have. */
  findHolding(): Promise<StandingGrant[]>;
  /** The newest first; those that are open come before those that have ended. Of one agent, or of all. */
  list(tenantId: string, limit: number, agentId: string | null): Promise<StandingGrant[]>;
  findMany(tenantId: string, ids: readonly string[]): Promise<StandingGrant[]>;
  /** Those that can still come to something, by whoever adds one now: nobody else does before it is committed. */
  countOpen(tx: Transaction, tenantId: string): Promise<number>;
  /** Waits until what was intended under it is committed: what comes later sees what becomes of it. */
  lockToChange(tx: Transaction, tenantId: string, id: string): Promise<StandingGrant | null>;
  /** In their order, so that nobody waits for each other; what is intended under them goes on. */
  lockToUse(tx: Transaction, ids: readonly string[]): Promise<StandingGrant[]>;
  now(tx: StatementRunner): Promise<Date>;
  insertUses(tx: Transaction, taken: readonly UsedGrant[]): void;
  findTaken(tx: StatementRunner, keys: readonly { taskId: string; revision: number }[]): Promise<TakenUse[]>;
  /** What it let through, the newest first. */
  usesOf(tenantId: string, grantId: string, limit: number): Promise<UsedGrant[]>;
}

/** A grant as it stands, from `standing_grant g`. */
const standing = `${columnsOf(grants, 'g')},
  coalesce((SELECT max(u.number) FROM grant_use u WHERE u.grant_id = g.id), 0) AS taken,
  public.may_grant(g.by_id, g.tenant_id)
    AND (g.approved_by_id IS NULL OR public.may_grant(g.approved_by_id, g.tenant_id)) AS "isBacked",
  (SELECT string_agg(p.name, ' and ' ORDER BY p.id = g.approved_by_id) FROM principal p
    WHERE p.id IN (g.by_id, g.approved_by_id)) AS by`;

const isOpenNow = 'g.revoked_at IS NULL AND g.expires_at > clock_timestamp()';

export const createGrantStore = (database: Pick<Database, 'query'>): GrantStore => ({
  insert: (tx, grant) => {
    insertRows(tx, grants, [grant]);
  },
  update: (tx, grant) => {
    updateRows(tx, grants, [grant]);
  },
  findHolding: () =>
    database.query<StandingGrant>(
      `SELECT ${standing} FROM standing_grant g WHERE ${isOpenNow} AND g.suspended_at IS NULL`,
    ),
  list: (tenantId, limit, agentId) =>
    database.query<StandingGrant>(
      `SELECT ${standing} FROM standing_grant g WHERE g.tenant_id = $1 AND ($3::uuid IS NULL OR g.agent_id = $3)
        ORDER BY (${isOpenNow}) DESC, g.created_at DESC, g.id LIMIT $2`,
      [tenantId, limit, agentId],
    ),
  findMany: (tenantId, ids) =>
    database.query<StandingGrant>(
      `SELECT ${standing} FROM standing_grant g WHERE g.tenant_id = $1 AND g.id = ANY ($2::uuid[])`,
      [tenantId, ids],
    ),
  async countOpen(tx, tenantId) {
    await turnToAdd(tx, 'grants', tenantId);
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM standing_grant g WHERE g.tenant_id = $1 AND ${isOpenNow}`,
      [tenantId],
    );
    return row?.count ?? 0;
  },
  async lockToChange(tx, tenantId, id) {
    const [row] = await locked(tx, 'FOR UPDATE', [id]);
    return row?.tenantId === tenantId ? row : null;
  },
  lockToUse: (tx, ids) => locked(tx, 'FOR NO KEY UPDATE', ids),
  async now(tx) {
    const [row] = await tx.query<{ now: Date }>(
      "SELECT date_trunc('milliseconds', clock_timestamp()) AS now",
    );
    if (!row) throw new Error('The database does not tell the time.');
    return row.now;
  },
  insertUses: (tx, taken) => {
    insertRows(tx, uses, taken);
  },
  async findTaken(tx, keys) {
    if (keys.length === 0) return [];
    const taken = await tx.query<UsedGrant>(
      `SELECT ${columnsOf(uses, 'u')} FROM grant_use u
         JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
           ON u.task_id = k.task_id AND u.revision = k.revision`,
      [keys.map(({ taskId }) => taskId), keys.map(({ revision }) => revision)],
    );
    const found = await tx.query<StandingGrant>(
      `SELECT ${standing} FROM standing_grant g WHERE g.id = ANY ($1::uuid[])`,
      [taken.map(({ grantId }) => grantId)],
    );
    return taken.flatMap((use) => {
      const grant = found.find(({ id, tenantId }) => id === use.grantId && tenantId === use.tenantId);
      return grant ? [{ grant, use }] : [];
    });
  },
  usesOf: (tenantId, grantId, limit) =>
    database.query<UsedGrant>(
      `SELECT ${columnsOf(uses, 'u')} FROM grant_use u WHERE u.tenant_id = $1 AND u.grant_id = $2
        ORDER BY u.number DESC LIMIT $3`,
      [tenantId, grantId, limit],
    ),
});

/** What is read beside a lock may be from before it was free: the uses are read once they are. */
const locked = async (
  tx: Transaction,
  lock: 'FOR UPDATE' | 'FOR NO KEY UPDATE',
  ids: readonly string[],
): Promise<StandingGrant[]> => {
  if (ids.length === 0) return [];
  await tx.query(`SELECT FROM standing_grant g WHERE g.id = ANY ($1::uuid[]) ORDER BY g.id ${lock}`, [ids]);
  return tx.query<StandingGrant>(`SELECT ${standing} FROM standing_grant g WHERE g.id = ANY ($1::uuid[])`, [
    ids,
  ]);
};

/**
 * What follows from a transaction's events, in the same transaction: a grant that let through what went wrong lets
 * nothing through any more, whoever tells of it. Gives the events that tell of that.
 */
export const suspendGrants = async (
  tx: Transaction,
  events: readonly NewEvent[],
): Promise<readonly NewEvent[]> => {
  const blows = blowsOf(events);
  if (blows.length === 0) return [];
  const suspended = await tx.query<SuspendedGrant>(
    `WITH struck AS (
       SELECT g.id, b.task_id, b.reason FROM unnest($1::uuid[], $2::text[]) AS b(task_id, reason)
         JOIN public.grant_use u ON u.task_id = b.task_id JOIN public.standing_grant g ON g.id = u.grant_id
        WHERE g.suspended_at IS NULL AND g.revoked_at IS NULL
        ORDER BY g.id FOR NO KEY UPDATE OF g
     )
     UPDATE standing_grant g
        SET suspended_at = clock_timestamp(), suspended_reason = s.reason, suspended_task_id = s.task_id
       FROM struck s WHERE g.id = s.id AND g.suspended_at IS NULL
     RETURNING g.id, g.tenant_id AS "tenantId", g.suspended_at AS at, g.suspended_reason AS reason,
       g.suspended_task_id AS "taskId", g.target`,
    [blows.map(({ taskId }) => taskId), blows.map(({ reason }) => reason)],
  );
  return suspended.map(({ id, tenantId, at, reason, taskId, target }) => ({
    tenantId,
    type: 'grant.suspended',
    at,
    taskId,
    actorId: null,
    summary: `The grant for ${target} is suspended: ${reason}`,
    data: { grantId: id, reason },
  }));
};

interface SuspendedGrant {
  readonly id: string;
  readonly tenantId: string;
  readonly at: Date;
  readonly reason: string;
  readonly taskId: string;
  readonly target: string;
}

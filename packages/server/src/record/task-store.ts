import type { Environment, Priority, Risk, TaskMode, TaskStatus } from '@countersign/shared';
import type { Task } from '../domain/task.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { insertNewRows, updateRows } from '../infra/rows.ts';
import { changeable, fromTask, toTask, type TaskRow } from './task-rows.ts';

export interface TaskKey {
  readonly tenantId: string;
  readonly submittedById: string;
  readonly idempotencyKey: string;
}

export interface TaskFilter {
  readonly ids?: readonly string[] | undefined;
  readonly status?: readonly TaskStatus[] | undefined;
  readonly environment?: readonly Environment[] | undefined;
  readonly priority?: readonly Priority[] | undefined;
  readonly risk?: readonly Risk[] | undefined;
  readonly mode?: readonly TaskMode[] | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly submittedById?: string | undefined;
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly correlationId?: string | undefined;
}

export interface LockedTasks {
  readonly tasks: Map<string, Task>;
  /** The database's time once the locks were held: all that the transaction decides about time goes by it. */
  readonly now: Date;
}

export interface TaskStore {
  /** Gives the ids that went in; a task whose idempotency key is taken is left out. */
  insertNew(tx: Transaction, tasks: readonly Task[]): Promise<ReadonlySet<string>>;
  update(tx: Transaction, tasks: readonly Task[]): void;
  /** Holds the tasks until the transaction ends: every change of a task, its run or its approval begins here. */
  lock(tx: Transaction, ids: readonly string[]): Promise<LockedTasks>;
  /** As `lock`, the tasks that these steps belong to. */
  lockOfSteps(tx: Transaction, stepIds: readonly string[]): Promise<LockedTasks>;
  findByKeys(keys: readonly TaskKey[]): Promise<Task[]>;
  findMany(tenantId: string, ids: readonly string[]): Promise<Task[]>;
  /** Newest first; `after` is the id of the last task of the page before. */
  page(tenantId: string, filter: TaskFilter, first: number, after: string | null): Promise<Task[]>;
  count(tenantId: string, filter: TaskFilter): Promise<number>;
  /** How many tasks of each submitter wait for people, up to a limit. */
  countAwaiting(
    tx: Transaction,
    submitterIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Until the transaction ends, no other that locks the same adds to what they have waiting. */
  lockAwaiting(tx: Transaction, submitterIds: readonly string[]): void;
  /** Tasks left in PLANNING by a process that went away. */
  findStuckPlanning(olderThanMs: number): Promise<string[]>;
}

export const createTaskStore = (database: Database): TaskStore => ({
  insertNew: (tx, tasks) => insertNewRows(tx, 'task', tasks.map(fromTask)),
  update: (tx, tasks) => updateRows(tx, 'task', tasks.map(changeable)),

  lock: (tx, ids) => lockWhere(tx, 'id = ANY($1::uuid[])', ids),
  lockOfSteps: (tx, stepIds) =>
    lockWhere(tx, 'id IN (SELECT task_id FROM step WHERE id = ANY($1::uuid[]))', stepIds),

  async findByKeys(keys) {
    const rows = await database.query<TaskRow>(
      `SELECT task.* FROM task JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(tenant_id, principal_id, key)
       ON task.tenant_id = k.tenant_id AND task.submitted_by_id = k.principal_id
       AND task.idempotency_key = k.key`,
      [
        keys.map((key) => key.tenantId),
        keys.map((key) => key.submittedById),
        keys.map((key) => key.idempotencyKey),
      ],
    );
    return rows.map(toTask);
  },

  async findMany(tenantId, ids) {
    const rows = await database.query<TaskRow>(
      'SELECT * FROM task WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
      [tenantId, ids],
    );
    return rows.map(toTask);
  },

  async page(tenantId, filter, first, after) {
    const ids = await database.prisma.task.findMany({
      where: { ...where(tenantId, filter), ...(after === null ? {} : { id: { lt: after } }) },
      orderBy: { id: 'desc' },
      take: first,
      select: { id: true },
    });
    const tasks = await this.findMany(
      tenantId,
      ids.map(({ id }) => id),
    );
    return tasks.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  },

  count: (tenantId, filter) => database.prisma.task.count({ where: where(tenantId, filter) }),

  async countAwaiting(tx, submitterIds, limit) {
    const rows = await tx.query<{ id: string; count: number }>(
      `SELECT submitter.id, awaiting.count::int FROM unnest($1::uuid[]) AS submitter(id), LATERAL (
         SELECT count(*) FROM (SELECT FROM task WHERE status = 'AWAITING_APPROVAL'
                                  AND submitted_by_id = submitter.id LIMIT $2) AS one) AS awaiting`,
      [submitterIds, limit],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  },

  lockAwaiting(tx, submitterIds) {
    // By itself, for a statement sees what was committed before it began, not before it had its locks.
    tx.write(`SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS id`, [
      submitterIds.toSorted(),
    ]);
  },

  async findStuckPlanning(olderThanMs) {
    const rows = await database.query<{ id: string }>(
      `SELECT id FROM task WHERE status = 'PLANNING' AND updated_at < now() - $1 * interval '1 millisecond'
       ORDER BY id LIMIT 50`,
      [olderThanMs],
    );
    return rows.map((row) => row.id);
  },
});

const lockWhere = async (
  tx: Transaction,
  condition: string,
  ids: readonly string[],
): Promise<LockedTasks> => {
  // Outside, for inside a row's time is read before the wait for its lock.
  const rows = await tx.query<TaskRow & { locked_at: Date }>(
    `WITH locked AS MATERIALIZED (SELECT * FROM task WHERE ${condition} ORDER BY id FOR NO KEY UPDATE)
     SELECT *, clock_timestamp() AS locked_at FROM locked`,
    [ids],
  );
  return {
    tasks: new Map(rows.map((row) => [row.id, toTask(row)])),
    now: rows.at(-1)?.locked_at ?? new Date(0),
  };
};

/** Prisma leaves the wildcards of LIKE as they are. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

const where = (tenantId: string, filter: TaskFilter) => ({
  tenantId,
  // A list of conditions, so that it stands beside the one of the page.
  ...(filter.ids ? { AND: [{ id: { in: [...filter.ids] } }] } : {}),
  ...(filter.status ? { status: { in: [...filter.status] } } : {}),
  ...(filter.environment ? { environment: { in: [...filter.environment] } } : {}),
  ...(filter.priority ? { priority: { in: [...filter.priority] } } : {}),
  ...(filter.risk ? { risk: { in: [...filter.risk] } } : {}),
  ...(filter.mode ? { mode: { in: [...filter.mode] } } : {}),
  ...(filter.idempotencyKey === undefined ? {} : { idempotencyKey: filter.idempotencyKey }),
  ...(filter.createdFrom || filter.createdTo
    ? {
        createdAt: {
          ...(filter.createdFrom ? { gte: filter.createdFrom } : {}),
          ...(filter.createdTo ? { lt: filter.createdTo } : {}),
        },
      }
    : {}),
  ...(filter.submittedById ? { submittedById: filter.submittedById } : {}),
  ...(filter.search ? { goal: { contains: literally(filter.search), mode: 'insensitive' as const } } : {}),
  ...(filter.tag ? { tags: { has: filter.tag } } : {}),
  ...(filter.correlationId ? { correlationId: filter.correlationId } : {}),
});

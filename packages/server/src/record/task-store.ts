import type { Environment, Priority, Risk, TaskMode, TaskStatus } from '@countersign/shared';
import type { Sight } from '../domain/sight.ts';
import type { ActionRequest, Task } from '../domain/task.ts';
import type { TaskSource } from '../domain/source.ts';
import type { TriedIn } from '../domain/track-record.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertNewRows, updateRows, without, type Table } from '../infra/rows.ts';
import { counted, given, statementOf, type Condition } from './conditions.ts';
import { andNumbered, isRowInSight } from './in-sight.ts';
import { isNoDecoy } from './no-decoys.ts';
import { tables } from './tables.ts';
import { isWatched } from './task-mark-store.ts';
import { triedOf } from './track-store.ts';

export interface TaskKey {
  readonly tenantId: string;
  readonly submittedById: string;
  readonly idempotencyKey: string;
}

export interface ArrivalKey extends TaskKey {
  readonly likeness: string;
}

export interface Arrivals {
  readonly tasks: readonly Task[];
  /** What is left out ran nowhere below production. */
  readonly tried: ReadonlyMap<string, readonly TriedIn[]>;
}

export interface Family {
  readonly id: string;
  readonly sources: readonly TaskSource[];
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
  readonly parentTaskId?: string | undefined;
  /** Those that this principal follows. */
  readonly watchedById?: string | undefined;
  /** True for those that go on only when a person has acted. */
  readonly needsPerson?: boolean | undefined;
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
  /** As `lock`, for a change that needs nothing of the tasks themselves; gives when it held them. */
  lockUnread(tx: Transaction, ids: readonly string[]): Promise<Date>;
  /** As `lock`, the tasks that these steps belong to. */
  lockOfSteps(tx: Transaction, stepIds: readonly string[]): Promise<LockedTasks>;
  findByKeys(keys: readonly TaskKey[]): Promise<Task[]>;
  /** As findByKeys, and by likeness where the same plan ran well when it ran last: one statement for both. */
  findArrivals(keys: readonly ArrivalKey[]): Promise<Arrivals>;
  findMany(sight: Sight, ids: readonly string[]): Promise<Task[]>;
  /** What each of these tasks, and the newest that are a part of it, rest on. */
  findFamilies(tenantId: string, ids: readonly string[]): Promise<Family[]>;
  /** Newest first; `after` is the id of the last task of the page before. */
  page(sight: Sight, filter: TaskFilter, first: number, after: string | null): Promise<Task[]>;
  /** `mostCounted` for so many and more. */
  count(sight: Sight, filter: TaskFilter): Promise<number>;
  /** How many tasks of each submitter wait for people, up to a limit. */
  countAwaiting(
    tx: Transaction,
    submitterIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, number>>;
  /** Until the transaction ends, no other that locks the same adds to what they have waiting. */
  lockAwaiting(tx: Transaction, submitterIds: readonly string[]): void;
}

const rows: Table<Task> = without(tables.task, 'stepsAsked');
const written: Table<Task & { readonly stepsAsked: number }> = tables.task;

/** Told of a task in PLANNING alone: of any other nobody asks, and nothing that its row says may keep it from going on. */
const withStepsAsked = (task: Task) => ({
  ...task,
  stepsAsked: task.status === 'PLANNING' ? stepsAsked(task.actions) : 0,
});

const stepsAsked = (actions: readonly ActionRequest[]): number =>
  actions.reduce((sum, { targets }) => sum + (targets?.length ?? 1), 0);

export const createTaskStore = (database: Database): TaskStore => ({
  insertNew: (tx, tasks) => insertNewRows(tx, written, tasks.map(withStepsAsked)),
  update: (tx, tasks) => updateRows(tx, written, tasks.map(withStepsAsked)),

  lock: (tx, ids) => lockWhere(tx, 'id = ANY($1::uuid[])', ids),
  async lockUnread(tx, ids) {
    const [held] = await tx.query<{ now: Date | null }>(
      `WITH locked AS MATERIALIZED (SELECT id FROM task WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
       SELECT max(clock_timestamp()) AS now FROM locked`,
      [ids],
    );
    return held?.now ?? new Date(0);
  },
  lockOfSteps: (tx, stepIds) =>
    lockWhere(tx, 'id IN (SELECT task_id FROM step WHERE id = ANY($1::uuid[]))', stepIds),

  findByKeys: (keys) =>
    database.query<Task>(
      `SELECT ${columnsOf(rows)} FROM task
       JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(tenant_id, principal_id, key)
       ON task.tenant_id = k.tenant_id AND task.submitted_by_id = k.principal_id
       AND task.idempotency_key = k.key`,
      [
        keys.map((key) => key.tenantId),
        keys.map((key) => key.submittedById),
        keys.map((key) => key.idempotencyKey),
      ],
    ),

  findArrivals: (keys) => findArrivals(database, keys),

  findMany(sight, ids) {
    const [and, values] = andNumbered(isRowInSight(sight, 'task'), 2);
    return database.query<Task>(
      `SELECT ${columnsOf(rows)} FROM task WHERE tenant_id = $1 AND id = ANY($2::uuid[])${and}`,
      [sight.tenantId, ids, ...values],
    );
  },

  findFamilies: (tenantId, ids) => database.query<Family>(families, [tenantId, ids]),

  page: (sight, filter, first, after) =>
    database.history.query<Task>(
      ...statementOf(
        given(...matching(sight, filter), after !== null && ['id < ?::uuid', after]),
        (where) => `SELECT ${columnsOf(rows)} FROM task ${where} ORDER BY id DESC LIMIT ?`,
        first,
      ),
    ),

  async count(sight, filter) {
    const [row] = await database.history.query<{ count: number }>(
      ...statementOf(matching(sight, filter), (where) => counted(`SELECT FROM task ${where}`)),
    );
    return row?.count ?? 0;
  },

  countAwaiting,
  lockAwaiting,
});

const findArrivals = async (database: Database, keys: readonly ArrivalKey[]): Promise<Arrivals> => {
  const found = await database.query<Task & { likeness: string; tried: TriedIn[] | null }>(
    `SELECT ${columnsOf(rows)}, k.likeness, k.tried
     FROM (SELECT *, (${triedOf('k.tenant_id', 'k.likeness')}) AS tried
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
                  AS k(tenant_id, principal_id, key, likeness)) k
     LEFT JOIN task ON task.tenant_id = k.tenant_id AND task.submitted_by_id = k.principal_id
     AND task.idempotency_key = k.key
     WHERE task.id IS NOT NULL OR k.tried IS NOT NULL`,
    [
      keys.map((key) => key.tenantId),
      keys.map((key) => key.submittedById),
      keys.map((key) => key.idempotencyKey),
      keys.map((key) => key.likeness),
    ],
  );
  return {
    tasks: found.flatMap(({ likeness: _, tried: _tried, ...task }) => (isThere(task) ? [task] : [])),
    tried: new Map(found.flatMap(({ likeness, tried }) => (tried ? [[likeness, tried]] : []))),
  };
};

/** Beside what else a row tells, there may be no task. */
const isThere = (task: { readonly id: string | null }): boolean => task.id !== null;

/** Each rests on what came before it: of many parts the newest tell all. */
const families = `SELECT task.id, (
    SELECT coalesce(jsonb_agg(DISTINCT s.value), '[]') FROM (
      SELECT task.sources UNION ALL
      (SELECT part.sources FROM task part WHERE part.parent_task_id = task.id ORDER BY part.id DESC LIMIT 100)
    ) AS member(sources), jsonb_array_elements(member.sources) AS s) AS sources
  FROM task WHERE tenant_id = $1 AND id = ANY($2::uuid[])`;

const countAwaiting: TaskStore['countAwaiting'] = async (tx, submitterIds, limit) => {
  const found = await tx.query<{ id: string; count: number }>(
    `SELECT submitter.id, awaiting.count::int FROM unnest($1::uuid[]) AS submitter(id), LATERAL (
       SELECT count(*) FROM (SELECT FROM task WHERE status = 'AWAITING_APPROVAL'
                                AND submitted_by_id = submitter.id AND ${isNoDecoy('task.id')} LIMIT $2) AS one) AS awaiting`,
    [submitterIds, limit],
  );
  return new Map(found.map(({ id, count }) => [id, count]));
};

const lockAwaiting: TaskStore['lockAwaiting'] = (tx, submitterIds) => {
  // By itself, for a statement sees what was committed before it began, not before it had its locks.
  tx.write(`SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS id`, [
    submitterIds.toSorted(),
  ]);
};

const lockWhere = async (
  tx: Transaction,
  condition: string,
  ids: readonly string[],
): Promise<LockedTasks> => {
  // Outside, for inside a row's time is read before the wait for its lock.
  const locked = await tx.query<Task & { lockedAt: Date }>(
    `WITH locked AS MATERIALIZED (SELECT * FROM task WHERE ${condition} ORDER BY id FOR NO KEY UPDATE)
     SELECT ${columnsOf(rows, 'locked')}, clock_timestamp() AS "lockedAt" FROM locked`,
    [ids],
  );
  return {
    tasks: new Map(locked.map(({ lockedAt: _, ...task }) => [task.id, task])),
    now: locked.at(-1)?.lockedAt ?? new Date(0),
  };
};

/** Without a meaning for LIKE. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

const hasWords =
  'id IN (SELECT task_id FROM task_goal WHERE task_goal.tenant_id = ? AND lower(task_goal.goal) LIKE lower(?))';

const needsPerson = `(status = 'NEEDS_ATTENTION' OR status = 'PAUSED' AND EXISTS (
  SELECT FROM run WHERE run.task_id = task.id AND run.revision = task.revision AND run.pause->>'cause' = 'GATE'))`;

const matching = (sight: Sight, filter: TaskFilter): readonly Condition[] =>
  given(
    ['tenant_id = ?', sight.tenantId],
    isRowInSight(sight, 'task'),
    filter.ids && ['id = ANY(?::uuid[])', filter.ids],
    filter.status && ['status = ANY(?::task_status[])', filter.status],
    filter.environment && ['environment = ANY(?::environment[])', filter.environment],
    filter.priority && ['priority = ANY(?::priority[])', filter.priority],
    filter.risk && ['risk = ANY(?::risk[])', filter.risk],
    filter.mode && ['mode = ANY(?::task_mode[])', filter.mode],
    filter.idempotencyKey !== undefined && ['idempotency_key = ?', filter.idempotencyKey],
    filter.createdFrom && ['created_at >= ?', filter.createdFrom],
    filter.createdTo && ['created_at < ?', filter.createdTo],
    filter.submittedById && ['submitted_by_id = ?', filter.submittedById],
    filter.search && [hasWords, sight.tenantId, `%${literally(filter.search)}%`],
    filter.tag && ['? = ANY(tags)', filter.tag],
    filter.correlationId && ['correlation_id = ?', filter.correlationId],
    filter.parentTaskId && ['parent_task_id = ?', filter.parentTaskId],
    filter.watchedById && [isWatched('task.id'), filter.watchedById],
    filter.needsPerson === true && [needsPerson],
  );

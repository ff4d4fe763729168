import { claimedPath } from '../domain/claims.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';

/** What a run has to have for itself before its first effect. */
export interface LockRequest {
  readonly tenantId: string;
  readonly taskId: string;
  readonly runId: string;
  /** At least one, in the order that `locksOf` gives. */
  readonly names: readonly string[];
}

/** What keeps a run waiting. */
export interface Blocker {
  readonly runId: string;
  readonly name: string;
  /** Who has it, or waits for it longer. */
  readonly taskId: string;
  readonly tenantId: string;
}

export interface ResourceLock {
  readonly name: string;
  readonly tenantId: string;
  readonly taskId: string;
  /** Since when it is asked for. */
  readonly since: Date;
  /** Null while its run waits for it. */
  readonly heldSince: Date | null;
  /** Whether whoever asks sees the task. */
  readonly isSeen: boolean;
}

export interface HeldLock {
  readonly runId: string;
  readonly name: string;
}

export interface LockStore {
  /**
   * Gives each run all that it asks for, to its end, or nothing: then it waits, behind those who asked before it.
   * By run id, what keeps those waiting that got nothing. A run that has it all already is asked no more than that.
   */
  take(tx: Transaction, requests: readonly LockRequest[]): Promise<ReadonlyMap<string, Blocker>>;
  /** A run has nothing for itself any more, and who waits for that longest looks again at once. */
  release(tx: Transaction, runId: string): void;
  /** By run, the names of what they have for themselves. */
  findHeld(runner: StatementRunner, runIds: readonly string[]): Promise<HeldLock[]>;
  /** What a task that is seen has or waits for, with whoever else has or wants it; those of most waits first. */
  list(sight: Sight, limit: number): Promise<ResourceLock[]>;
}

/** Who waits asks every half minute at least; one that is stopped, paused or held otherwise does not. */
const forgottenAfter = "interval '90 seconds'";

/** Everything that a claim lies within, last what it is upon. */
const holdersOf = (name: string): string[] => {
  const parts = claimedPath(name).split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

export const createLockStore = (database: Database): LockStore => ({
  async take(tx, requests) {
    if (requests.length === 0) return new Map();
    const wanted = requests.flatMap((request) => request.names.map((name) => ({ ...request, name })));
    const own = new Set(wanted.map(({ name }) => claimedPath(name)));
    const places = [...new Set(wanted.flatMap(({ name }) => holdersOf(name)))];
    // Whoever takes something that overlaps goes one after the other, and all in one order.
    tx.write(
      `SELECT CASE WHEN own THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END FROM (
         SELECT hashtextextended('countersign lock ' || name, 0) AS key, bool_or(own) AS own
         FROM unnest($1::text[], $2::bool[]) AS place(name, own) GROUP BY 1 ORDER BY 1) AS places`,
      [places, places.map((name) => own.has(name))],
    );
    tx.write(
      `INSERT INTO resource_lock (run_id, name, tenant_id, task_id, since, asked_at)
       SELECT run_id, name, tenant_id, task_id, statement_timestamp(), statement_timestamp()
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS w(run_id, name, tenant_id, task_id)
       ON CONFLICT (run_id, name) DO UPDATE SET asked_at = EXCLUDED.asked_at WHERE resource_lock.held_since IS NULL`,
      [
        wanted.map(({ runId }) => runId),
        wanted.map(({ name }) => name),
        wanted.map(({ tenantId }) => tenantId),
        wanted.map(({ taskId }) => taskId),
      ],
    );
    const blockers = await tx.query<Blocker>(
      `WITH blocked AS (
         SELECT DISTINCT ON (mine.run_id) mine.run_id, other.name, other.task_id, other.tenant_id
         FROM resource_lock mine CROSS JOIN LATERAL locks_about(mine.name) other
         WHERE mine.run_id = ANY($1::uuid[]) AND mine.held_since IS NULL AND other.run_id <> mine.run_id
           AND (other.held_since IS NOT NULL OR ((other.since, other.run_id) < (mine.since, mine.run_id)
             AND other.asked_at > statement_timestamp() - ${forgottenAfter}))
         ORDER BY mine.run_id, other.held_since IS NULL, other.since),
       given AS (
         UPDATE resource_lock SET held_since = now() WHERE run_id = ANY($1::uuid[]) AND held_since IS NULL
           AND run_id NOT IN (SELECT run_id FROM blocked))
       SELECT run_id AS "runId", name, task_id AS "taskId", tenant_id AS "tenantId" FROM blocked`,
      [requests.map(({ runId }) => runId)],
    );
    return new Map(blockers.map((blocker) => [blocker.runId, blocker]));
  },

  release: (tx, runId) => tx.write('SELECT release_locks_of($1)', [runId]),

  findHeld: (runner, runIds) =>
    runner.query<HeldLock>(
      `SELECT run_id AS "runId", name FROM resource_lock WHERE run_id = ANY($1::uuid[]) AND held_since IS NOT NULL
       ORDER BY name`,
      [runIds],
    ),

  list(sight, limit) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'l.task_id'), 2);
    const isSeen = `l.tenant_id = $1${and}`;
    return database.reports.query<ResourceLock>(
      `WITH named AS (
         SELECT name, count(*) FILTER (WHERE held_since IS NULL) AS waiting FROM resource_lock l GROUP BY name
         HAVING bool_or(${isSeen}) ORDER BY waiting DESC, name LIMIT $2)
       SELECT l.name, l.tenant_id AS "tenantId", l.task_id AS "taskId", l.since, l.held_since AS "heldSince",
         ${isSeen} AS "isSeen"
       FROM named JOIN resource_lock l USING (name) ORDER BY named.waiting DESC, l.name, l.held_since, l.since`,
      [sight.tenantId, limit, ...values],
    );
  },
});

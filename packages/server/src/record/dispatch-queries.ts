import type { Priority } from '@countersign/shared';
import type { Step } from '../domain/run.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, without, type Table } from '../infra/rows.ts';
import { presenceKey } from './leases/presence.ts';
import { tables } from './tables.ts';

/** A step that the relay still has to hand to the queue. */
export interface Dispatch {
  readonly stepId: string;
  readonly epoch: number;
  readonly lane: Priority;
  readonly platform: string;
  /** It was on the shelf. */
  readonly isShelved: boolean;
  readonly dueAt: Date;
  readonly traceparent: string | null;
}

export interface Shelved {
  readonly stepId: string;
  readonly epoch: number;
  /** Milliseconds after which it comes again without being called. */
  readonly comesAfterMs: number;
}

export interface DispatchStore {
  /**
   * Takes due rows out of the outbox; whoever takes them hands them over or puts them back. A crash in between
   * may forget rows that were taken or bring them back: both are mended, by the reconciler and by the claim.
   */
  takeDue(limit: number): Promise<Dispatch[]>;
  /** Puts rows back that could not be handed over. */
  putBack(rows: readonly Dispatch[]): Promise<void>;
  /** Lays dispatches of steps that wait aside, to be called back, or to come again by themselves after a while. */
  shelve(dispatches: readonly Shelved[]): Promise<void>;
  /** Calls the oldest of a platform's dispatches back from the shelf of a lane; gives how many. */
  callBack(lane: Priority, platform: string, limit: number): Promise<number>;
  /** Milliseconds until the next row of the outbox falls due by the database's clock; null for an empty outbox. */
  nextDueMs(): Promise<number | null>;
  /** Steps that should be moving and were last dispatched long ago, with nothing of theirs in the outbox. */
  findUndispatched(quietMs: number, limit: number): Promise<Step[]>;
  /** Workers that have steps or other jobs in hand and do not hold the lock that each holds while it lives. */
  findSilentWorkers(): Promise<string[]>;
  /** Steps whose lease these workers still hold, and those of the jobs in their slots that nobody has claimed. */
  findStepsOf(
    workers: readonly string[],
    jobs: readonly Pick<Dispatch, 'stepId' | 'epoch'>[],
    limit: number,
  ): Promise<Step[]>;
  /**
   * Steps whose job waits in a lane or for its platform are not looked after again for a while. Gives those
   * that need not wait for a platform: nobody is to be called, since their task is a rehearsal or its time is over.
   */
  touchDispatched(stepIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export const dispatches: Table<Dispatch> = without(tables.outbox, 'id');
const stepColumns = columnsOf(tables.step);

/** Work that is simply done again where a crash of the database forgets it. */
const lightly = <Value>(
  database: Database,
  work: (tx: Transaction) => Promise<Value> | Value,
): Promise<Value> => database.transaction(work, { isDurable: false });

/** What the relay, the reconciler and the shelf ask, each in a statement of its own. */
export const createDispatchQueries = (database: Database): DispatchStore => ({
  ...createShelf(database),
  ...createSilenceQueries(database),

  takeDue: (limit) =>
    lightly(database, (tx) =>
      tx.query<Dispatch>(
        `WITH taken AS (DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE due_at <= now()
           ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *)
         SELECT ${columnsOf(dispatches, 'taken')} FROM taken ORDER BY id`,
        [limit],
      ),
    ),

  putBack: (taken) =>
    lightly(database, (tx) => {
      insertRows(tx, dispatches, taken);
    }),

  async nextDueMs() {
    const [row] = await database.query<{ due_ms: number | null }>(
      'SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS due_ms FROM outbox',
    );
    return row?.due_ms ?? null;
  },

  findUndispatched: (quietMs, limit) =>
    database.query<Step>(
      `SELECT ${stepColumns} FROM step
       WHERE ((step.state = 'READY' AND step.next_attempt_at < now() - $1 * interval '1 millisecond')
           OR (step.state = 'RUNNING' AND step.lease_until < now()))
         AND step.dispatched_at < now() - $1 * interval '1 millisecond'
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.step_id = step.id)
         AND NOT EXISTS (SELECT 1 FROM run r WHERE r.id = step.run_id AND r.pause IS NOT NULL)
       ORDER BY step.dispatched_at LIMIT $2`,
      [quietMs, limit],
    ),

  async touchDispatched(stepIds) {
    if (stepIds.length === 0) return new Set();
    const rows = await database.query<{ id: string }>(
      `WITH touched AS (UPDATE step SET dispatched_at = now() WHERE id = ANY($1::uuid[]) RETURNING id, run_id)
       SELECT touched.id FROM touched JOIN run ON run.id = touched.run_id JOIN task ON task.id = run.task_id
       WHERE run.deadline_at <= now() OR task.mode = 'NOOP'`,
      [stepIds.toSorted()],
    );
    return new Set(rows.map((row) => row.id));
  },
});

const createShelf = (database: Database): Pick<DispatchStore, 'shelve' | 'callBack'> => ({
  async shelve(dispatches) {
    await lightly(database, (tx) => {
      // Only what still waits, and waits nowhere else: the queue is no authority on that.
      tx.write(
        `INSERT INTO outbox (step_id, epoch, lane, platform, is_shelved, due_at)
         SELECT step.id, step.dispatch_epoch, step.lane, step.platform, true,
           clock_timestamp() + s.after_ms * interval '1 millisecond'
         FROM unnest($1::uuid[], $2::int[], $3::float8[]) WITH ORDINALITY AS s(step_id, epoch, after_ms, place)
         JOIN step ON step.id = s.step_id AND step.dispatch_epoch = s.epoch
         WHERE step.state = 'READY' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.step_id = step.id)
         ORDER BY s.place`,
        [
          dispatches.map(({ stepId }) => stepId),
          dispatches.map(({ epoch }) => epoch),
          dispatches.map(({ comesAfterMs }) => comesAfterMs),
        ],
      );
    });
  },

  callBack: (lane, platform, limit) =>
    lightly(database, async (tx) => {
      const rows = await tx.query(
        `UPDATE outbox SET due_at = now() WHERE id IN (
           SELECT id FROM outbox WHERE is_shelved AND lane = $1 AND platform = $2 AND due_at > now()
           ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`,
        [lane, platform, limit],
      );
      return rows.length;
    }),
});

const createSilenceQueries = (
  database: Database,
): Pick<DispatchStore, 'findSilentWorkers' | 'findStepsOf'> => ({
  async findSilentWorkers() {
    const rows = await database.query<{ worker: string }>(
      `WITH workers AS MATERIALIZED (
         SELECT DISTINCT worker FROM step WHERE state = 'RUNNING' AND worker IS NOT NULL
         UNION SELECT worker FROM job WHERE worker IS NOT NULL)
       SELECT worker FROM workers WHERE pg_try_advisory_xact_lock_shared(${presenceKey('worker')})`,
    );
    return rows.map(({ worker }) => worker);
  },

  findStepsOf: (workers, jobs, limit) =>
    database.query<Step>(
      `SELECT ${stepColumns} FROM step
       WHERE state = 'RUNNING' AND worker = ANY($1::text[]) AND lease_until > now()
       UNION ALL
       SELECT ${stepColumns} FROM unnest($2::uuid[], $3::int[]) AS job(id, epoch) JOIN step
         ON step.id = job.id AND step.dispatch_epoch = job.epoch WHERE step.state = 'READY'
       LIMIT $4`,
      [workers, jobs.map(({ stepId }) => stepId), jobs.map(({ epoch }) => epoch), limit],
    ),
});

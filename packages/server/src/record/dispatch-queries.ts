import type { Priority } from '@countersign/shared';
import type { Principal } from '../domain/principal.ts';
import type { Step } from '../domain/run.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, only, without, type Table } from '../infra/rows.ts';
import { fairPick } from './fair-picks.ts';
import { presenceKey } from './leases/presence.ts';
import { tables } from './tables.ts';

/** What it takes to dispatch a step anew, without its payload. */
export type DispatchedStep = Pick<Step, 'id' | 'taskId' | 'lane' | 'state' | 'fence' | 'dispatchEpoch'>;

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
  readonly tenantId: string;
  /** Who submitted its task. */
  readonly submitterId: string;
  /** Since when it could run. */
  readonly since: Date;
}

/** How many dispatches a lane of the queue takes now. */
export interface LaneRoom {
  readonly lane: Priority;
  readonly room: number;
}

export interface Shelved {
  readonly stepId: string;
  readonly epoch: number;
  /** Milliseconds after which it comes again without being called. */
  readonly comesAfterMs: number;
}

export interface DispatchStore {
  /** A dispatch for each of these steps, under its epoch, due when it may be tried. */
  dispatch(tx: Transaction, steps: readonly Pick<Step, 'id'>[]): void;
  /**
   * Takes due rows out of the outbox, so many of each lane: tenants take turns, and within a tenant those who
   * submitted. Whoever takes them hands them over or puts them back. A crash in between may forget rows that were
   * taken or bring them back: both are mended, by the reconciler and by the claim.
   */
  takeDue(rooms: readonly LaneRoom[]): Promise<Dispatch[]>;
  /** Puts rows back that could not be handed over. */
  putBack(rows: readonly Dispatch[]): Promise<void>;
  /**
   * Lays dispatches of steps that wait aside, each under its next epoch, to be called back, or to come again by
   * themselves after a while.
   */
  shelve(dispatches: readonly Shelved[]): Promise<void>;
  /** Where there are dispatches on the shelf. */
  findShelves(): Promise<Pick<Dispatch, 'lane' | 'platform'>[]>;
  /** Calls a platform's dispatches back from the shelf of a lane, in the same turns; gives how many. */
  callBack(lane: Priority, platform: string, limit: number): Promise<number>;
  /** How many steps of one submitter wait in a lane, or are still being planned for it, up to a limit of each. */
  countWaiting(submitter: Pick<Principal, 'id' | 'tenantId'>, lane: Priority, limit: number): Promise<number>;
  /** Milliseconds until the next row of the outbox falls due by the database's clock; null for an empty outbox. */
  nextDueMs(): Promise<number | null>;
  /** Steps that should be moving and were last dispatched long ago, with nothing of theirs in the outbox. */
  findUndispatched(quietMs: number, limit: number): Promise<DispatchedStep[]>;
  /** Workers that have steps or other jobs in hand and do not hold the lock that each holds while it lives. */
  findSilentWorkers(): Promise<string[]>;
  /** Steps whose lease these workers still hold, and those of the jobs in their slots that nobody has claimed. */
  findStepsOf(
    workers: readonly string[],
    jobs: readonly Pick<Dispatch, 'stepId' | 'epoch'>[],
    limit: number,
  ): Promise<DispatchedStep[]>;
  /** As they are now. */
  findDispatched(tx: StatementRunner, ids: readonly string[]): Promise<DispatchedStep[]>;
  /**
   * Steps whose job waits in a lane or for its platform are not looked after again for a while. Gives those
   * that need not wait for a platform: nobody is to be called, since their task is a rehearsal, or its time or that of its
   * approval is over.
   */
  touchDispatched(stepIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const dispatches: Table<Dispatch> = without(tables.outbox, 'id');
const dispatched: Table<DispatchedStep> = only(
  tables.step,
  'id',
  'taskId',
  'lane',
  'state',
  'fence',
  'dispatchEpoch',
);
const stepColumns = columnsOf(dispatched);

const dispatchColumns =
  'step_id, epoch, lane, platform, is_shelved, due_at, since, tenant_id, submitter_id, traceparent';
/** What is dispatched of `step`, a step of `task`. */
const dispatchOf = (dueAt: string, isShelved: boolean): string =>
  `step.id, step.dispatch_epoch, step.lane, step.platform, ${isShelved}, ${dueAt}, step.next_attempt_at,
   task.tenant_id, task.submitted_by_id, task.traceparent`;

const dueInTurn = fairPick({
  among: 'o.lane = l.lane',
  ready: 'o.due_at <= now()',
  by: 'due_at',
  room: 'l.room',
});
const shelvedInTurn = fairPick({
  among: 'o.is_shelved AND o.lane = $1 AND o.platform = $2',
  ready: 'o.due_at > clock_timestamp()',
  by: 'since',
  room: '$3::int',
});

/** Its approval is over, and nothing of the run was called by then: the claim looks closer. */
const neverBegan = `EXISTS (
    SELECT FROM approval_request a WHERE a.task_id = run.task_id AND a.revision = run.revision
      AND greatest(a.expires_at, a.effective_at + a.start_within_ms * interval '1 millisecond') <= now())
  AND NOT EXISTS (
    SELECT FROM step s JOIN effect e ON e.step_id = s.id
    WHERE s.run_id = run.id AND (s.attempt > 0 OR e.state <> 'FAILED'))`;

/** Work that is simply done again where a crash of the database forgets it. */
const lightly = <Value>(
  database: Database,
  work: (tx: Transaction) => Promise<Value> | Value,
): Promise<Value> => database.transaction(work, { isDurable: false });

/** What the relay, the reconciler and the shelf ask, each in a statement of its own. */
export const createDispatchQueries = (database: Database): DispatchStore => ({
  ...createShelf(database),
  ...createSilenceQueries(database),

  dispatch(tx, steps) {
    if (steps.length === 0) return;
    tx.write(
      `INSERT INTO outbox (${dispatchColumns}) SELECT ${dispatchOf('step.next_attempt_at', false)}
       FROM unnest($1::uuid[]) WITH ORDINALITY AS s(step_id, place) JOIN step ON step.id = s.step_id
       JOIN task ON task.id = step.task_id ORDER BY s.place`,
      [steps.map(({ id }) => id)],
    );
  },

  takeDue: (rooms) =>
    lightly(database, (tx) => {
      // PostgreSQL would plan it anew each time, which takes longer than the turn itself.
      tx.write('SET LOCAL plan_cache_mode TO force_generic_plan');
      return tx.query<Dispatch>(
        `WITH picked AS MATERIALIZED (
           SELECT own.id, own.place FROM unnest($1::priority[], $2::int[]) AS l(lane, room)
           CROSS JOIN LATERAL (${dueInTurn}) AS own),
         taken AS (DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id IN (SELECT id FROM picked)
           FOR UPDATE SKIP LOCKED) RETURNING *)
         SELECT ${columnsOf(dispatches, 'taken')} FROM taken JOIN picked USING (id) ORDER BY picked.place`,
        [rooms.map(({ lane }) => lane), rooms.map(({ room }) => room)],
      );
    }),

  putBack: (taken) =>
    lightly(database, (tx) => {
      insertRows(tx, dispatches, taken);
    }),

  countWaiting: createCountWaiting(database),

  async nextDueMs() {
    const [row] = await database.query<{ due_ms: number | null }>(
      'SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS due_ms FROM outbox',
    );
    return row?.due_ms ?? null;
  },

  findUndispatched: (quietMs, limit) =>
    database.reports.query<DispatchedStep>(
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
       WHERE run.deadline_at <= now() OR task.mode = 'NOOP' OR (${neverBegan})`,
      [stepIds.toSorted()],
    );
    return new Set(rows.map((row) => row.id));
  },
});

const createCountWaiting =
  (database: Database): DispatchStore['countWaiting'] =>
  async ({ id, tenantId }, lane, limit) => {
    const [row] = await database.query<{ count: number }>(
      `SELECT ((SELECT count(*) FROM (SELECT FROM outbox
           WHERE lane = $1 AND tenant_id = $2 AND submitter_id = $3 LIMIT $4) AS one)
         + (SELECT coalesce(sum(steps_asked), 0) FROM (SELECT steps_asked FROM task
             WHERE status = 'PLANNING' AND mode <> 'PLAN' AND priority = $1 AND tenant_id = $2
               AND submitted_by_id = $3 LIMIT $4) AS unplanned))::int AS count`,
      [lane, tenantId, id, limit],
    );
    return row?.count ?? 0;
  };

const createShelf = (database: Database): Pick<DispatchStore, 'shelve' | 'findShelves' | 'callBack'> => ({
  async shelve(dispatches) {
    await lightly(database, (tx) => {
      // Only what still waits, and waits nowhere else: the queue is no authority on that. Under a new epoch: whoever lays
      // it aside is still in its slot, and the queue would take a job of the same name for that one.
      tx.write(
        `WITH waiting AS MATERIALIZED (
           SELECT step.id, s.after_ms, s.place
           FROM unnest($1::uuid[], $2::int[], $3::float8[]) WITH ORDINALITY AS s(step_id, epoch, after_ms, place)
           JOIN step ON step.id = s.step_id AND step.dispatch_epoch = s.epoch
           WHERE step.state = 'READY' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.step_id = step.id)
           ORDER BY step.id FOR NO KEY UPDATE OF step),
         laid AS (
           UPDATE step SET dispatch_epoch = step.dispatch_epoch + 1, dispatched_at = now()
           FROM waiting WHERE step.id = waiting.id
           RETURNING step.id, step.task_id, step.dispatch_epoch, step.lane, step.platform, step.next_attempt_at,
             waiting.after_ms, waiting.place)
         INSERT INTO outbox (${dispatchColumns})
         SELECT ${dispatchOf("clock_timestamp() + step.after_ms * interval '1 millisecond'", true)}
         FROM laid AS step JOIN task ON task.id = step.task_id ORDER BY step.place`,
        [
          dispatches.map(({ stepId }) => stepId),
          dispatches.map(({ epoch }) => epoch),
          dispatches.map(({ comesAfterMs }) => comesAfterMs),
        ],
      );
    });
  },

  // From shelf to shelf, however much lies on each.
  findShelves: () =>
    database.query<Pick<Dispatch, 'lane' | 'platform'>>(
      `WITH RECURSIVE shelf AS (
         (SELECT lane, platform FROM outbox WHERE is_shelved ORDER BY lane, platform LIMIT 1)
         UNION ALL
         SELECT following.* FROM shelf CROSS JOIN LATERAL (
           SELECT o.lane, o.platform FROM outbox o
           WHERE o.is_shelved AND (o.lane, o.platform) > (shelf.lane, shelf.platform)
           ORDER BY o.lane, o.platform LIMIT 1) AS following)
       SELECT lane, platform FROM shelf`,
    ),

  callBack: (lane, platform, limit) =>
    lightly(database, async (tx) => {
      // One after the other: who calls fewer than there is room for takes the shelf for empty.
      tx.write(`SELECT pg_advisory_xact_lock(hashtextextended('countersign shelf ' || $1 || $2, 0))`, [
        lane,
        platform,
      ]);
      // Due since it waits, so that it comes before what could run later.
      const rows = await tx.query(
        `WITH picked AS MATERIALIZED (${shelvedInTurn})
         UPDATE outbox SET due_at = least(since, clock_timestamp()) WHERE id IN (SELECT id FROM picked) RETURNING id`,
        [lane, platform, limit],
      );
      return rows.length;
    }),
});

const createSilenceQueries = (
  database: Database,
): Pick<DispatchStore, 'findSilentWorkers' | 'findStepsOf' | 'findDispatched'> => ({
  async findSilentWorkers() {
    const rows = await database.query<{ worker: string }>(
      `WITH workers AS MATERIALIZED (
         SELECT DISTINCT worker FROM step WHERE state = 'RUNNING' AND worker IS NOT NULL
         UNION SELECT worker FROM job WHERE worker IS NOT NULL)
       SELECT worker FROM workers WHERE pg_try_advisory_xact_lock_shared(${presenceKey('worker')})`,
    );
    return rows.map(({ worker }) => worker);
  },

  findDispatched: (tx, ids) =>
    tx.query<DispatchedStep>(`SELECT ${stepColumns} FROM step WHERE id = ANY($1::uuid[])`, [ids]),

  findStepsOf: (workers, jobs, limit) =>
    database.query<DispatchedStep>(
      `SELECT ${stepColumns} FROM step
       WHERE state = 'RUNNING' AND worker = ANY($1::text[]) AND lease_until > now()
       UNION ALL
       SELECT ${stepColumns} FROM unnest($2::uuid[], $3::int[]) AS job(id, epoch) JOIN step
         ON step.id = job.id AND step.dispatch_epoch = job.epoch WHERE step.state = 'READY'
       LIMIT $4`,
      [workers, jobs.map(({ stepId }) => stepId), jobs.map(({ epoch }) => epoch), limit],
    ),
});

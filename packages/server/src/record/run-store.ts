import type { StartedRun } from '../domain/intake.ts';
import type { Hold } from '../domain/hold.ts';
import type { Effect, Footing, Run, Step } from '../domain/run.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, only, updateRows, type Table } from '../infra/rows.ts';
import { createDispatchQueries, type DispatchStore } from './dispatch-queries.ts';
import { tables } from './tables.ts';
import { andNumbered, isInSight, isTaskInSight } from './in-sight.ts';

export interface RevisionKey {
  readonly taskId: string;
  readonly revision: number;
}

export interface HeldTask {
  readonly taskId: string;
  readonly hold: Hold;
}

export interface LoadedRuns {
  readonly runs: readonly Run[];
  readonly steps: readonly Step[];
  readonly effects: readonly Effect[];
}

export interface RunStore extends DispatchStore {
  /** Runs with their steps, and a dispatch for each step that is ready. */
  start(tx: Transaction, started: readonly StartedRun[]): void;
  update(tx: Transaction, runs: readonly Run[]): void;
  /** Of runs that began before. */
  insertSteps(tx: Transaction, steps: readonly Step[]): void;
  updateSteps(tx: Transaction, steps: readonly Step[]): void;
  insertEffects(tx: Transaction, effects: readonly Effect[]): void;
  updateEffects(tx: Transaction, effects: readonly Effect[]): void;
  /** The runs of these steps, all their steps in order, and the effects of those that were tried, in one go. */
  load(tx: Transaction, stepIds: readonly string[]): Promise<LoadedRuns>;
  /** Of those that are seen, where that is given. */
  findRuns(tx: StatementRunner, keys: readonly RevisionKey[], sight?: Sight): Promise<Run[]>;
  findRunById(tx: StatementRunner, sight: Sight, id: string): Promise<Run | null>;
  /** One for each revision that came so far, the latest first. */
  findRunsOfTask(tx: StatementRunner, sight: Sight, taskId: string): Promise<Run[]>;
  /** Of tasks of which nothing runs now: the hold of the first step that is held. */
  findHolds(tx: StatementRunner, sight: Sight, keys: readonly RevisionKey[]): Promise<HeldTask[]>;
  findSteps(tx: StatementRunner, runIds: readonly string[]): Promise<Step[]>;
  /** Steps as they are now, and as they stay until the transaction ends: no heartbeat extends their lease. */
  lockSteps(tx: Transaction, ids: readonly string[]): Promise<Step[]>;
  findEffects(tx: StatementRunner, stepIds: readonly string[]): Promise<Effect[]>;
  /** What a step in flight runs on; false where it is no longer under this fence. */
  keepFooting(step: Pick<Step, 'id' | 'tenantId' | 'fence'>, footing: Footing): Promise<boolean>;
  /** That a step in flight no longer only looks; false where it is no longer under this fence. */
  keepCalled(step: Pick<Step, 'id' | 'fence'>): Promise<boolean>;
  /** Dispatches steps under their new epoch, leaving the rest of them alone, but for a lease that is `over`. */
  redispatch(tx: Transaction, steps: readonly Redispatched[], over?: Date): void;
}

type Redispatched = Pick<Step, 'id' | 'dispatchEpoch' | 'dispatchedAt'>;

const runs: Table<Run> = tables.run;
const steps: Table<Step> = tables.step;
const footings = only(steps, 'id', 'tenantId', 'standsOn');
const effects: Table<Effect> = tables.effect;
/** More than a task has revisions. */
const runsShown = 100;
const dispatchedAnew = {
  alone: only(steps, 'id', 'dispatchEpoch', 'dispatchedAt'),
  withLease: only(steps, 'id', 'dispatchEpoch', 'dispatchedAt', 'leaseUntil'),
};

export const createRunStore = (database: Database): RunStore => ({
  start(tx, started) {
    const begun = started.flatMap((run) => run.steps);
    insertRows(
      tx,
      runs,
      started.map(({ run }) => run),
    );
    insertRows(tx, steps, begun);
    this.dispatch(
      tx,
      begun.filter((step) => step.state === 'READY'),
    );
  },
  update: (tx, changed) => updateRows(tx, runs, changed),
  insertSteps: (tx, made) => insertRows(tx, steps, made),
  updateSteps: (tx, changed) => updateRows(tx, steps, inOrder(changed)),
  insertEffects: (tx, made) => insertRows(tx, effects, made),
  updateEffects: (tx, changed) => updateRows(tx, effects, changed),

  redispatch(tx, lost, over) {
    const changed = inOrder(lost);
    if (over) {
      const ended = changed.map((step) => ({ ...step, leaseUntil: over }));
      updateRows(tx, dispatchedAnew.withLease, ended);
    } else updateRows(tx, dispatchedAnew.alone, changed);
    this.dispatch(tx, lost);
  },

  keepFooting: ({ id, tenantId, fence }, standsOn) =>
    database.transaction(async (tx) => {
      const kept = await tx.query(
        `SELECT id FROM step WHERE id = $1 AND fence = $2 AND state = 'RUNNING' FOR NO KEY UPDATE`,
        [id, fence],
      );
      updateRows(tx, footings, kept.length > 0 ? [{ id, tenantId, standsOn }] : []);
      return kept.length > 0;
    }),

  keepCalled: ({ id, fence }) =>
    database.transaction(async (tx) => {
      const kept = await tx.query(
        `UPDATE step SET looks = 0 WHERE id = $1 AND fence = $2 AND state = 'RUNNING' RETURNING id`,
        [id, fence],
      );
      return kept.length > 0;
    }),

  ...runReads,
  ...createDispatchQueries(database),
});

/** All statements take their rows so, that none waits for one that waits for it. */
const inOrder = <Row extends { readonly id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const runReads: Pick<
  RunStore,
  | 'load'
  | 'findRuns'
  | 'findRunById'
  | 'findRunsOfTask'
  | 'findHolds'
  | 'findSteps'
  | 'lockSteps'
  | 'findEffects'
> = {
  async load(tx, stepIds) {
    const runIds = '(SELECT run_id FROM step WHERE id = ANY($1::uuid[]))';
    // Started together, they travel together.
    const [foundRuns, foundSteps, foundEffects] = await Promise.all([
      tx.query<Run>(`SELECT ${columnsOf(runs)} FROM run WHERE id IN ${runIds}`, [stepIds]),
      tx.query<Step>(
        `SELECT ${columnsOf(steps)} FROM step WHERE run_id IN ${runIds} ORDER BY run_id, ordinal`,
        [stepIds],
      ),
      tx.query<Effect>(
        `SELECT ${columnsOf(effects)} FROM step JOIN effect ON effect.step_id = step.id
         WHERE step.run_id IN ${runIds} AND step.fence > 0`,
        [stepIds],
      ),
    ]);
    return { runs: foundRuns, steps: foundSteps, effects: foundEffects };
  },

  findRuns(tx, keys, sight) {
    const [and, values] = andNumbered(isInSight(sight, 'run'), 2);
    return tx.query<Run>(
      `SELECT ${columnsOf(runs)} FROM run JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON run.task_id = k.task_id AND run.revision = k.revision${and}`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision), ...values],
    );
  },

  async findRunById(tx, sight, id) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'run.task_id'), 2);
    const [found] = await tx.query<Run>(
      `SELECT ${columnsOf(runs)} FROM run WHERE id = $2 AND tenant_id = $1${and}`,
      [sight.tenantId, id, ...values],
    );
    return found ?? null;
  },

  findRunsOfTask(tx, sight, taskId) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'run.task_id'), 2);
    return tx.query<Run>(
      `SELECT ${columnsOf(runs)} FROM run WHERE task_id = $2 AND tenant_id = $1${and}
       ORDER BY revision DESC LIMIT ${runsShown}`,
      [sight.tenantId, taskId, ...values],
    );
  },

  findHolds(tx, sight, keys) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'run.task_id'), 3);
    return tx.query<HeldTask>(
      `SELECT DISTINCT ON (run.task_id) run.task_id AS "taskId", step.hold
       FROM unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       JOIN run ON run.task_id = k.task_id AND run.revision = k.revision AND run.tenant_id = $3
       JOIN step ON step.run_id = run.id AND step.state = 'READY' AND step.hold IS NOT NULL
       WHERE NOT EXISTS (SELECT 1 FROM step s WHERE s.run_id = run.id AND s.state = 'RUNNING')${and}
       ORDER BY run.task_id, step.ordinal`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision), sight.tenantId, ...values],
    );
  },

  findSteps: (tx, runIds) =>
    tx.query<Step>(
      `SELECT ${columnsOf(steps)} FROM step WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, ordinal`,
      [runIds],
    ),

  lockSteps: (tx, ids) =>
    tx.query<Step>(
      `SELECT ${columnsOf(steps)} FROM step WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
      [ids],
    ),

  findEffects: (tx, stepIds) =>
    tx.query<Effect>(
      `SELECT ${columnsOf(effects)} FROM effect WHERE step_id = ANY($1::uuid[]) ORDER BY step_id, number`,
      [stepIds],
    ),
};

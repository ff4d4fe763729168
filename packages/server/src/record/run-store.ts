import type { Priority } from '@countersign/shared';
import type { StartedRun } from '../domain/entry.ts';
import type { Effect, Run, Step } from '../domain/run.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { insertRows, updateRows } from '../infra/rows.ts';
import { createDispatchQueries } from './dispatch-queries.ts';
import {
  changeableEffect,
  changeableRun,
  changeableStep,
  fromEffect,
  fromRun,
  fromStep,
  toEffect,
  toRun,
  toStep,
  type EffectRow,
  type RunRow,
  type StepRow,
} from './run-rows.ts';

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

export interface RevisionKey {
  readonly taskId: string;
  readonly revision: number;
}

export interface LoadedRuns {
  readonly runs: readonly Run[];
  readonly steps: readonly Step[];
  readonly effects: readonly Effect[];
}

export interface RunStore {
  /** Runs with their steps, and a dispatch for each step that is ready. */
  start(tx: Transaction, started: readonly StartedRun[]): void;
  update(tx: Transaction, runs: readonly Run[]): void;
  updateSteps(tx: Transaction, steps: readonly Step[]): void;
  dispatch(tx: Transaction, steps: readonly Step[]): void;
  insertEffects(tx: Transaction, effects: readonly Effect[]): void;
  updateEffects(tx: Transaction, effects: readonly Effect[]): void;
  /** The runs of these steps, all their steps in order, and the effects of those that were tried, in one go. */
  load(tx: Transaction, stepIds: readonly string[]): Promise<LoadedRuns>;
  findRuns(tx: StatementRunner, keys: readonly RevisionKey[]): Promise<Run[]>;
  findSteps(tx: StatementRunner, runIds: readonly string[]): Promise<Step[]>;
  /** Steps as they are now, and as they stay until the transaction ends: no heartbeat extends their lease. */
  lockSteps(tx: Transaction, ids: readonly string[]): Promise<Step[]>;
  findEffects(tx: StatementRunner, stepIds: readonly string[]): Promise<Effect[]>;
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
  /** Workers that have steps in hand and do not hold the lock that each holds while it lives. */
  findSilentWorkers(): Promise<string[]>;
  /** Steps whose lease these workers still hold, and those of the jobs in their slots that nobody has claimed. */
  findStepsOf(
    workers: readonly string[],
    jobs: readonly Pick<Dispatch, 'stepId' | 'epoch'>[],
    limit: number,
  ): Promise<Step[]>;
  /** Dispatches steps under their new epoch, leaving the rest of them alone, but for a lease that is `over`. */
  redispatch(tx: Transaction, steps: readonly Step[], over?: Date): void;
  /**
   * Steps whose job waits in a lane or for its platform are not looked after again for a while. Gives those
   * that need not wait for a platform: nobody is to be called, since their task is a rehearsal or its time is over.
   */
  touchDispatched(stepIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface Shelved {
  readonly stepId: string;
  readonly epoch: number;
  /** Milliseconds after which it comes again without being called. */
  readonly comesAfterMs: number;
}

const toOutbox = (steps: readonly Step[]) =>
  steps.map((step) => ({
    step_id: step.id,
    epoch: step.dispatchEpoch,
    lane: step.lane,
    platform: step.platform,
    due_at: step.nextAttemptAt,
  }));

export const createRunStore = (database: Database): RunStore => ({
  start(tx, started) {
    const steps = started.flatMap((run) => run.steps);
    insertRows(
      tx,
      'run',
      started.map(({ run }) => fromRun(run)),
    );
    insertRows(tx, 'step', steps.map(fromStep));
    this.dispatch(
      tx,
      steps.filter((step) => step.state === 'READY'),
    );
  },
  update: (tx, runs) => {
    updateRows(tx, 'run', runs.map(changeableRun));
  },
  updateSteps: (tx, steps) => {
    updateRows(tx, 'step', inOrder(steps).map(changeableStep));
  },
  dispatch: (tx, steps) => {
    insertRows(tx, 'outbox', toOutbox(steps));
  },
  insertEffects: (tx, effects) => {
    insertRows(tx, 'effect', effects.map(fromEffect));
  },
  updateEffects: (tx, effects) => {
    updateRows(tx, 'effect', effects.map(changeableEffect));
  },

  redispatch(tx, steps, over) {
    const rows = inOrder(steps).map((step) => ({
      id: step.id,
      ...(over ? { lease_until: over } : {}),
      dispatch_epoch: step.dispatchEpoch,
      dispatched_at: step.dispatchedAt,
    }));
    updateRows(tx, 'step', rows);
    this.dispatch(tx, steps);
  },

  ...runReads,
  ...createDispatchQueries(database),
});

/** All statements take their rows so, that none waits for one that waits for it. */
const inOrder = <Row extends { readonly id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const runReads: Pick<RunStore, 'load' | 'findRuns' | 'findSteps' | 'lockSteps' | 'findEffects'> = {
  async load(tx, stepIds) {
    const runIds = '(SELECT run_id FROM step WHERE id = ANY($1::uuid[]))';
    // Started together, they travel together.
    const [runs, steps, effects] = await Promise.all([
      tx.query<RunRow>(`SELECT * FROM run WHERE id IN ${runIds}`, [stepIds]),
      tx.query<StepRow>(`SELECT * FROM step WHERE run_id IN ${runIds} ORDER BY run_id, ordinal`, [stepIds]),
      tx.query<EffectRow>(
        `SELECT effect.* FROM step JOIN effect ON effect.step_id = step.id
         WHERE step.run_id IN ${runIds} AND step.fence > 0`,
        [stepIds],
      ),
    ]);
    return { runs: runs.map(toRun), steps: steps.map(toStep), effects: effects.map(toEffect) };
  },

  async findRuns(tx, keys) {
    const rows = await tx.query<RunRow>(
      `SELECT run.* FROM run JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON run.task_id = k.task_id AND run.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return rows.map(toRun);
  },

  async findSteps(tx, runIds) {
    const rows = await tx.query<StepRow>(
      'SELECT * FROM step WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, ordinal',
      [runIds],
    );
    return rows.map(toStep);
  },

  async lockSteps(tx, ids) {
    const rows = await tx.query<StepRow>(
      'SELECT * FROM step WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
      [ids],
    );
    return rows.map(toStep);
  },

  async findEffects(tx, stepIds) {
    const rows = await tx.query<EffectRow>(
      'SELECT * FROM effect WHERE step_id = ANY($1::uuid[]) ORDER BY step_id, number',
      [stepIds],
    );
    return rows.map(toEffect);
  },
};

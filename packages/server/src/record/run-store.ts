import type { StartedRun } from '../domain/entry.ts';
import type { Effect, Run, Step } from '../domain/run.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { insertRows, updateRows } from '../infra/rows.ts';
import { createDispatchQueries, type DispatchStore } from './dispatch-queries.ts';
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

export interface RevisionKey {
  readonly taskId: string;
  readonly revision: number;
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
  /** Dispatches steps under their new epoch, leaving the rest of them alone, but for a lease that is `over`. */
  redispatch(tx: Transaction, steps: readonly Step[], over?: Date): void;
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

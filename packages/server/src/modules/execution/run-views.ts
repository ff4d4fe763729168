import type { Principal } from '../../domain/principal.ts';
import type { Effect, Run, Step } from '../../domain/run.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import type { Database } from '../../infra/database.ts';
import type { HeldLock, LockStore } from '../../record/lock-store.ts';
import type { HeldTask, RunStore } from '../../record/run-store.ts';

/** Runs as viewers see them, many at once. */
export interface RunViews {
  /** Those that the viewer sees. */
  findRuns(
    viewer: Principal,
    keys: readonly { readonly taskId: string; readonly revision: number }[],
  ): Promise<Run[]>;
  /** Null where the viewer sees none with this id. */
  findRunById(viewer: Principal, id: string): Promise<Run | null>;
  /** The latest first. */
  findRunsOfTask(viewer: Principal, taskId: string): Promise<Run[]>;
  /** Of the viewer's tasks, those that are held and of which nothing runs. */
  findHolds(
    viewer: Principal,
    keys: readonly { readonly taskId: string; readonly revision: number }[],
  ): Promise<HeldTask[]>;
  findSteps(runIds: readonly string[]): Promise<Step[]>;
  /** What runs have for themselves. */
  findLocks(runIds: readonly string[]): Promise<HeldLock[]>;
  findEffects(stepIds: readonly string[]): Promise<Effect[]>;
}

/** Whether anything of it may be held. */
export const mayBeHeld = ({ status }: Task): boolean => status === 'QUEUED' || status === 'RUNNING';

export const createRunViews = (
  database: Database,
  runs: Pick<
    RunStore,
    'findRuns' | 'findRunById' | 'findRunsOfTask' | 'findHolds' | 'findSteps' | 'findEffects'
  >,
  locks: Pick<LockStore, 'findHeld'>,
): RunViews => ({
  findRuns: (viewer, keys) => runs.findRuns(database, keys, sightOf(viewer)),
  findRunById: (viewer, id) => runs.findRunById(database, sightOf(viewer), id),
  findRunsOfTask: (viewer, taskId) => runs.findRunsOfTask(database, sightOf(viewer), taskId),
  findHolds: (viewer, keys) => runs.findHolds(database, sightOf(viewer), keys),
  findLocks: (runIds) => locks.findHeld(database, runIds),
  findSteps: (runIds) => runs.findSteps(database, runIds),
  findEffects: (stepIds) => runs.findEffects(database, stepIds),
});

import type { Principal } from '../../domain/principal.ts';
import type { Effect, Run, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import type { Database } from '../../infra/database.ts';
import type { HeldLock, LockStore } from '../../record/lock-store.ts';
import type { HeldTask, RunStore } from '../../record/run-store.ts';

/** Runs as viewers see them, many at once. */
export interface RunViews {
  /** Those of the viewer's tenant. */
  findRuns(
    viewer: Principal,
    keys: readonly { readonly taskId: string; readonly revision: number }[],
  ): Promise<Run[]>;
  /** Null where the viewer's tenant has none with this id. */
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
  findRuns: async ({ tenantId }, keys) =>
    (await runs.findRuns(database, keys)).filter((run) => run.tenantId === tenantId),
  findRunById: ({ tenantId }, id) => runs.findRunById(database, tenantId, id),
  findRunsOfTask: ({ tenantId }, taskId) => runs.findRunsOfTask(database, tenantId, taskId),
  findHolds: ({ tenantId }, keys) => runs.findHolds(database, tenantId, keys),
  findLocks: (runIds) => locks.findHeld(database, runIds),
  findSteps: (runIds) => runs.findSteps(database, runIds),
  findEffects: (stepIds) => runs.findEffects(database, stepIds),
});

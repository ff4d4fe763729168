/** Runs approved plans: dispatch, claim, effect, outcome, and whatever a crash or a lost queue leaves behind. */
export { createRunCommands, type RunCommands } from './commands.ts';
export { createRunControl } from './control-runs.ts';
export { createCancelRun } from './cancel-run.ts';
export { createOutcomeFolder, type OutcomeFolder } from './outcome-folder.ts';
export { saveWrittenOutcomes } from './keep-outcomes.ts';
export { startLostWorkers } from './lost-workers.ts';
export { startReconciler } from './reconciler.ts';
export { startRelay } from './relay.ts';
export { startWorker, type Worker } from './worker.ts';
export { createRunViews, mayBeHeld, type RunViews } from './run-views.ts';
export { createActionQueries } from './action-queries.ts';
export { createRunQueries, type RunWithSteps } from './run-queries.ts';
export type { ActionRecord } from '../../record/action-store.ts';
export { createActionTypeQueries, type ActionTypeQueries } from './action-types.ts';
export { createDeadLetterQueries, type DeadLetterQueries } from './dead-letter-queries.ts';
export type { HeldLock } from '../../record/lock-store.ts';
export type { DeadLetter } from '../../record/dead-letter-store.ts';
export { createLockQueries, type LockParty, type LockQueries, type LockView } from './lock-queries.ts';

/** Removes what is past its time, and says what is kept for how long, what was archived and what people hold. */
export { createHoldCommands, type HoldCommands } from './commands.ts';
export {
  createRetentionQueries,
  type RetentionQueries,
  type RetentionRule,
  type RetentionState,
} from './queries.ts';
export type { LegalHold } from '../../record/hold-store.ts';
export { retainJob } from './jobs/retain.ts';
export { startRetention } from './start-retention.ts';
export { planRetention, retainAll, type RetentionDependencies, type RetentionLine } from './retain-all.ts';

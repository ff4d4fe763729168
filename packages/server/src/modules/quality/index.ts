/** Keeps what came of everybody's work, from the log, and says what of it speaks for a plan. */
export { createAgentViews, type AgentRecord, type AgentViews } from './agent-views.ts';
export { startCounting } from './counting.ts';
export { createKnownRecords, type KnownRecords, type RecordWanted } from './known-records.ts';

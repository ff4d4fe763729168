/** Decides what may run: Rego rules evaluated in process or by an OPA server, one decision function, every decision kept. */
export type { PolicyService } from './policy-service.ts';
export type { PolicyEngine } from './policy-engine.ts';
export { createPolicyEngine } from './policy-engine.ts';
export { policyDataFaults, readPolicyData, releaseQuorumOf } from './policy-engine-settings.ts';
export { createPolicyService } from './policy-service.ts';
export { createFindDecisions, type FindDecisions, type RecordedDecision } from './decision-views.ts';
export { createPolicyQueries, type PolicyQueries } from './queries.ts';
export type { Replay } from './replay-decision.ts';

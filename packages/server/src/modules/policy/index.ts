/** Decides what may run: Rego rules evaluated in process or by an OPA server, one decision function, every decision kept. */
export type { PolicyService } from './policy-service.ts';
export type { InstalledEngine, PolicyEngine } from './policy-engine.ts';
export { createPolicyEngine } from './policy-engine.ts';
export {
  askHoldsMsOf,
  policyDataFaults,
  policyDataJsonSchema,
  readPolicyData,
  programTermsOf,
  stepUpTermsOf,
  releaseQuorumOf,
  type PolicyData,
} from './policy-engine-settings.ts';
export { createPolicyService } from './policy-service.ts';
export {
  qualityOf,
  createFindDecisions,
  type FindDecisions,
  type RecordedDecision,
} from './decision-views.ts';
export { createPolicyQueries, type PolicyQueries } from './queries.ts';
export type { Replay } from './replay-decision.ts';
export { createKeptBundles, createRulesOf } from './kept-bundles.ts';
export { createPoliciesInForce, type PoliciesInForce } from './policies-in-force.ts';
export { createPolicyThreads } from './policy-threads.ts';
export { bundleKeySchema, type BundleKey } from './bundle-signature.ts';
export { createPolicyShadow, type PolicyShadow } from './shadow-policy.ts';
export {
  createPolicyViews,
  type PolicyView,
  type PolicyViews,
  type SimulationView,
  type PublishAskView,
  type VersionView,
} from './policy-views.ts';
export { createPolicyCommands, type PolicyCommands, type PublishedView } from './commands.ts';
export { simulatePolicyJob } from './jobs/simulate-policy.ts';
export type { PolicyRule, RuleKind } from './policy-catalogue.ts';
export type { CheckEntry } from './policy-thread-work.ts';
export type { TestedPolicy } from './test-policy.ts';
export type { PolicyPublication } from '../../record/policy-version-store.ts';
export { checkBundle } from './check-bundle.ts';
export { replayPast } from './replay-past.ts';

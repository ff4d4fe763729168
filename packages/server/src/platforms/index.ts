/** The way to real systems: what action types there are, and the guarded calls that plan, make and check their effects. */
export {
  type ActionExecutor,
  type AnyExecutor,
  type ApplyCall,
  type StoppableWork,
  type ApplyContext,
  type ExecutorLogger,
  type PlanCall,
  type PlanContext,
  type Reconciliation,
} from './contract/executor.ts';
export type {
  ConnectedServer,
  ConnectedServers,
  ConnectedTool,
  ConnectionState,
} from './contract/connected-servers.ts';
export type { Executors } from './contract/executors.ts';
export type { ExecutorHealth, ExecutorHealthMonitor } from './contract/executor-health.ts';
export type { ExecutorOperation, KillSwitchCheck } from './contract/guarded-run.ts';
export { readKillSwitch } from './contract/guarded-run.ts';
export type { EnterPlatform, ExecutorGuards, GuardsConfig } from './contract/guards.ts';
export type { Place, PlatformLimits, RateLimitState } from './contract/platform-guard.ts';
export type { Preparation, PrepareAction, PreparedAction } from './contract/prepared-action.ts';
export type { ActionTypeDescription, ExecutorRegistry } from './contract/registry.ts';
export { actionTypeNames } from './action-type-names.ts';
export { createExecutors, type ExecutorsConfig } from './executors.ts';
export { createLiveExecutors, type LiveExecutors } from './live-executors.ts';
export { loadPlatforms, platformModuleSchema, type LoadedPlatform } from './modules.ts';
export {
  describeError,
  ExecutorError,
  type EffectCertainty,
  type ExecutorErrorCode,
  type ExecutorFailure,
  type GuardName,
} from './kit/executor-error.ts';
export type { ConfiguredSecret } from './kit/secrets.ts';
export {
  assetTrustIn,
  completeSettings,
  makeSamples,
  namedSecrets,
  platformConfig,
  platformNames,
  reachOfPlatforms,
  sandboxSettings,
  type PlatformReach,
  type PlatformSettings,
} from './settings.ts';
export {
  createParamsOf,
  createPrepareActions,
  type PrepareActions,
  type PreparedStep,
  type PreparedWorkflow,
} from './contract/prepare-actions.ts';
export { createPositionsOf, type PositionsOf } from './contract/positions-of.ts';
export { createReadLines, type ReadLines } from './contract/read-lines.ts';

/** The way to real systems: what action types there are, and the guarded calls that plan, make and check their effects. */
import { createEgress, type EgressConfig, type Resolver } from '../infra/egress.ts';
import { createRedactor } from '../infra/redaction.ts';
import type { AnyExecutor } from './contract/executor.ts';
import type { ExecutorHealthMonitor } from './contract/executor-health.ts';
import type { KillSwitchCheck } from './contract/guarded-run.ts';
import { createGuards, type ExecutorGuards, type GuardsConfig } from './contract/guards.ts';
import { createHttpRequest, httpRequestTraits, type HttpRequestConfig } from './http/http-request.ts';
import { createPrepareAction, type PrepareAction } from './contract/prepared-action.ts';
import { createExecutorRegistry, type ExecutorRegistry } from './contract/registry.ts';
import { createFileComparison } from './git/file-comparison.ts';
import { createRepoCommit, repoCommitTraits, type RepoCommitConfig } from './git/repo-commit.ts';

export type { EgressConfig } from '../infra/egress.ts';
export {
  type ActionExecutor,
  type AnyExecutor,
  type ApplyCall,
  type ApplyContext,
  type ExecutorLogger,
  type PlanCall,
  type PlanContext,
  type Reconciliation,
} from './contract/executor.ts';
export {
  describeError,
  ExecutorError,
  type EffectCertainty,
  type ExecutorErrorCode,
  type ExecutorFailure,
  type GuardName,
} from './kit/executor-error.ts';
export type { ExecutorHealth, ExecutorHealthMonitor } from './contract/executor-health.ts';
export type { ExecutorOperation, GuardedCall, KillSwitchCheck } from './contract/guarded-run.ts';
export type { EnterPlatform, ExecutorGuards, GuardsConfig } from './contract/guards.ts';
export { isAllowableHeader } from './http/request-headers.ts';
export type { HttpRequestConfig } from './http/http-request.ts';
export type { Place, PlatformLimits, RateLimitState } from './contract/platform-guard.ts';
export type { Preparation, PrepareAction, PreparedAction } from './contract/prepared-action.ts';
export type { ActionTypeDescription, ExecutorRegistry } from './contract/registry.ts';
export { isRepositoryLocation, type AllowedRepository } from './git/allowed-repositories.ts';
export type { RepoCommitConfig } from './git/repo-commit.ts';

export interface ExecutorsConfig {
  readonly egress: EgressConfig;
  readonly guards: GuardsConfig;
  readonly repoCommit: RepoCommitConfig;
  readonly httpRequest: HttpRequestConfig;
}

export interface ExecutorsDeps {
  readonly killSwitch: KillSwitchCheck;
  /** Action types besides the product's own. */
  readonly moreExecutors?: readonly AnyExecutor[];
  /** Default: the system's. */
  readonly resolver?: Resolver;
}

export interface Executors extends AsyncDisposable {
  readonly registry: ExecutorRegistry;
  readonly guards: ExecutorGuards;
  readonly prepare: PrepareAction;
  readonly health: ExecutorHealthMonitor;
}

/** What the product's own action types reach. */
export const platforms: readonly string[] = [repoCommitTraits.platform, httpRequestTraits.platform];

const secretsOf = ({ httpRequest, repoCommit }: ExecutorsConfig): string[] => [
  ...Object.values(httpRequest.secrets).map(({ value }) => value),
  ...repoCommit.allowedRepositories.flatMap(({ authorization }) => authorization ?? []),
];

/** Throws where the configuration makes no sense. */
export const createExecutors = (config: ExecutorsConfig, deps: ExecutorsDeps): Executors => {
  const egress = createEgress(config.egress, deps.resolver);
  const comparison = createFileComparison();
  const registry = createExecutorRegistry([
    createRepoCommit(config.repoCommit, comparison),
    createHttpRequest(config.httpRequest),
    ...(deps.moreExecutors ?? []),
  ]);
  const guards = createGuards(config.guards, {
    executors: registry.executors,
    egress,
    killSwitch: deps.killSwitch,
    redactor: createRedactor(secretsOf(config)),
  });
  return {
    registry,
    guards,
    prepare: createPrepareAction(registry, guards),
    health: guards.health,
    async [Symbol.asyncDispose]() {
      await Promise.all([egress[Symbol.asyncDispose](), comparison[Symbol.asyncDispose]()]);
    },
  };
};

import { createEgress, type EgressConfig, type Resolver } from '../../infra/egress.ts';
import { createRedactor } from '../../infra/redaction.ts';
import type { ExecutorHealthMonitor } from './executor-health.ts';
import type { AnyExecutor } from './executor.ts';
import type { CutOffCheck, KillSwitchCheck } from './guarded-run.ts';
import { createGuards, type ExecutorGuards, type GuardsConfig } from './guards.ts';
import { createPrepareAction, type PrepareAction } from './prepared-action.ts';
import { createExecutorRegistry, type ExecutorRegistry } from './registry.ts';

export interface GuardingConfig {
  readonly egress: EgressConfig;
  /** Hosts inside that a platform may reach and no other, by its name. */
  readonly internalHosts?: Readonly<Record<string, readonly string[]>>;
  readonly guards: GuardsConfig;
  /** Taken out of whatever is recorded. */
  readonly secrets: readonly string[];
}

export interface GuardingDeps {
  readonly killSwitch: KillSwitchCheck;
  readonly cutOff?: CutOffCheck;
  /** Default: the system's. */
  readonly resolver?: Resolver;
  /** Holds what executors hold; it gets what guards hold, and is ended with the executors. */
  readonly stack: AsyncDisposableStack;
}

/** Action types behind their guards. */
export interface Executors extends AsyncDisposable {
  readonly registry: ExecutorRegistry;
  readonly guards: ExecutorGuards;
  readonly prepare: PrepareAction;
  readonly health: ExecutorHealthMonitor;
}

export const guardExecutors = (
  own: readonly AnyExecutor[],
  config: GuardingConfig,
  { killSwitch, cutOff, resolver, stack }: GuardingDeps,
): Executors => {
  const egress = stack.use(createEgress(config.egress, resolver));
  const ownEgress = new Map(
    Object.entries(config.internalHosts ?? {}).map(([platform, hosts]) => {
      const allowedInternalHosts = [...(config.egress.allowedInternalHosts ?? []), ...hosts];
      return [platform, stack.use(createEgress({ ...config.egress, allowedInternalHosts }, resolver))];
    }),
  );
  const registry = createExecutorRegistry(own);
  const guards = createGuards(config.guards, {
    executors: registry.executors,
    egress,
    ownEgress,
    killSwitch,
    ...(cutOff ? { cutOff } : {}),
    redactor: createRedactor(config.secrets),
  });
  return {
    registry,
    guards,
    prepare: createPrepareAction(registry, guards),
    health: guards.health,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

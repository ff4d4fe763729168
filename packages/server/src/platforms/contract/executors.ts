import { createEgress, type EgressConfig, type Resolver } from '../../infra/egress.ts';
import { createHttpClient } from '../../infra/http-client.ts';
import { createRedactor, type Redactor } from '../../infra/redaction.ts';
import { createUse } from '../../infra/use.ts';
import { createConnectedServers, type ConnectedServers } from './connected-servers.ts';
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
  /** Instead of one that knows `secrets` alone. */
  readonly redactor?: Redactor | undefined;
  /** Those that these are going to replace. */
  readonly before?: Executors | null;
}

/** Action types behind their guards. */
export interface Executors extends AsyncDisposable {
  readonly registry: ExecutorRegistry;
  readonly guards: ExecutorGuards;
  readonly prepare: PrepareAction;
  readonly health: ExecutorHealthMonitor;
  /** Ends them once no call has gone through them for so long, or the signal says so: what was prepared may still be called. */
  readonly retire: (restMs: number, signal: AbortSignal) => Promise<void>;
  /** Other servers whose tools action types call. */
  readonly connected: ConnectedServers;
}

export const guardExecutors = (
  own: readonly AnyExecutor[],
  config: GuardingConfig,
  { killSwitch, cutOff, resolver, stack, before, ...deps }: GuardingDeps,
): Executors => {
  const use = createUse();
  const egress = stack.use(createEgress(config.egress, resolver));
  const ownEgress = new Map(
    Object.entries(config.internalHosts ?? {}).map(([platform, hosts]) => {
      const allowedInternalHosts = [...(config.egress.allowedInternalHosts ?? []), ...hosts];
      return [platform, stack.use(createEgress({ ...config.egress, allowedInternalHosts }, resolver))];
    }),
  );
  const redactor = deps.redactor ?? createRedactor(config.secrets);
  const registry = createExecutorRegistry(own);
  const guards = createGuards(config.guards, {
    executors: registry.executors,
    egress,
    ownEgress,
    killSwitch,
    ...(cutOff ? { cutOff } : {}),
    redactor,
    use,
    ...(before ? { before: before.guards.records } : {}),
  });
  stack.use(guards.health);
  return {
    registry,
    guards,
    prepare: createPrepareAction(registry, guards),
    health: guards.health,
    async retire(restMs, signal) {
      guards.health[Symbol.dispose]();
      await use.hasRested(restMs, signal);
      await stack.disposeAsync();
    },
    connected: createConnectedServers(
      registry.executors.flatMap(({ traits: { name, platform, budget }, connections = [] }) => {
        const http = createHttpClient(ownEgress.get(platform) ?? egress, { reach: budget.network });
        return connections.map((connection) => ({ platform, actionType: name, connection, http }));
      }),
      redactor,
    ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

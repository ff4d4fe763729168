import type { Config } from '../config.ts';
import { defaultPorts, type EgressConfig } from '../infra/egress.ts';
import type { RateLimit } from '../infra/rate-window.ts';
import type { Reach } from '../modules/access/index.ts';
import { createKnownControls } from '../modules/platforms/index.ts';
import {
  createExecutors,
  loadPlatforms,
  reachOfPlatforms,
  type AnyExecutor,
  type Executors,
  type ExecutorsConfig,
  type KillSwitchCheck,
  type LoadedPlatform,
} from '../platforms/index.ts';
import { createExecutorStore } from '../record/executor-store.ts';
import type { Foundation } from './foundation.ts';
import { waitBoundsOf } from './lanes.ts';

/** What acts on platforms, behind its guards and under operators' words. */
export const openExecutors = async (
  { config, database, reader, logger, stack }: Foundation,
  killSwitch: KillSwitchCheck,
  moreExecutors: readonly AnyExecutor[],
) => {
  const executorStore = createExecutorStore(database);
  const controls = createKnownControls(executorStore, logger);
  stack.use(reader.onEvents(controls.note));
  const loaded = await loadPlatforms(config.executors.platformModules);
  const executors = stack.use(
    createExecutors(
      {
        settings: config.executors,
        home: config.home,
        programEnvironment: config.executors.programEnvironment,
        programs: config.executors.programs,
        secrets: config.secrets,
        egress: config.executors.egress as EgressConfig,
        limits: config.executors.platforms as ExecutorsConfig['limits'],
        waitBoundsMs: waitBoundsOf(config),
      },
      { killSwitch, cutOff: controls.cutOff, moreExecutors, loaded },
    ),
  );
  stack.use(
    reader.onEvents((events) => {
      for (const { type, data } of events)
        if (type === 'executor.closed') executors.guards.resetBreakers(data.platform);
    }),
  );
  return { executors, executorStore, controls, reach: reachOf(config, executors, loaded) };
};

const perMinute = ({ limit, windowMs }: RateLimit): number =>
  Math.min(1_000_000_000, Math.floor((limit * 60_000) / windowMs));

const reachOf = (
  { executors: settings, secrets, approvals, admission, http }: Config,
  { registry }: Executors,
  loaded: readonly LoadedPlatform[],
): Reach => {
  const traits = registry.list();
  return {
    actionTypes: traits.map(({ name, version }) => `${name}@${version}`),
    platforms: [...new Set(traits.map(({ platform }) => platform))],
    targets: [...reachOfPlatforms(settings), ...loaded.flatMap(({ reach }) => reach)],
    publicPorts: settings.egress.allowedPorts ?? defaultPorts,
    internalHosts: settings.egress.allowedInternalHosts ?? [],
    secrets: Object.keys(secrets),
    limits: {
      openApprovals: approvals.openEach,
      requestsPerMinute: perMinute(http.limits.rates.caller),
      ...admission,
    },
  };
};

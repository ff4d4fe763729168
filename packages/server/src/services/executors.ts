import type { Config } from '../config.ts';
import { defaultPorts, type EgressConfig } from '../infra/egress.ts';
import type { RateLimit } from '../infra/rate-window.ts';
import type { Reach } from '../modules/access/index.ts';
import { createKnownControls } from '../modules/platforms/index.ts';
import {
  createExecutors,
  createLiveExecutors,
  loadPlatforms,
  reachOfPlatforms,
  type AnyExecutor,
  type ExecutorsConfig,
  type KillSwitchCheck,
  type LiveExecutors,
  type LoadedPlatform,
} from '../platforms/index.ts';
import { createExecutorStore } from '../record/executor-store.ts';
import type { Foundation } from './foundation.ts';
import { waitBoundsOf } from './lanes.ts';

/** Longer than anybody takes from one call of what was prepared to the next. */
const restMs = 60_000;

/** What acts on platforms, behind its guards and under operators' words. */
export const openExecutors = async (
  { config, live, database, reader, redactor, logger, stack }: Foundation,
  killSwitch: KillSwitchCheck,
  moreExecutors: readonly AnyExecutor[],
) => {
  const executorStore = createExecutorStore(database);
  const controls = createKnownControls(executorStore, logger);
  stack.use(reader.onEvents(controls.note));
  const loaded = await loadPlatforms(config.executors.platformModules);
  const executors = createLiveExecutors();
  const { cutOff } = controls;
  await live.part({
    name: 'configuration of platforms',
    of: ({ executors: settings, secrets }) => ({ settings, secrets }),
    make: (next) =>
      createExecutors(executorsConfigOf(next, config), {
        ...{ killSwitch, cutOff, moreExecutors, loaded, redactor },
        before: executors.now(),
      }),
    take: executors.take,
    end: (replaced, signal) => replaced.retire(restMs, signal),
  });
  stack.use(
    reader.onEvents((events) => {
      for (const { type, data } of events)
        if (type === 'executor.closed') executors.guards.resetBreakers(data.platform);
    }),
  );
  const reach = (): Reach => reachOf(live.now(), executors, loaded);
  return { executors, executorStore, controls, reach };
};

const executorsConfigOf = (
  { executors, secrets }: Config,
  atStart: Pick<Config, 'home' | 'queue'>,
): ExecutorsConfig => ({
  settings: executors,
  home: atStart.home,
  programEnvironment: executors.programEnvironment,
  programs: executors.programs,
  secrets,
  egress: executors.egress as EgressConfig,
  limits: executors.platforms as ExecutorsConfig['limits'],
  waitBoundsMs: waitBoundsOf(atStart),
});

const perMinute = ({ limit, windowMs }: RateLimit): number =>
  Math.min(1_000_000_000, Math.floor((limit * 60_000) / windowMs));

const reachOf = (
  { executors: settings, secrets, approvals, admission, http }: Config,
  { registry }: LiveExecutors,
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

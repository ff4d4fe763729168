import type { WaitBounds } from '../domain/queue.ts';
import type { EgressConfig, Resolver } from '../infra/egress.ts';
import type { Redactor } from '../infra/redaction.ts';
import type { AnyExecutor } from './contract/executor.ts';
import { guardExecutors, type Executors } from './contract/executors.ts';
import type { CutOffCheck, KillSwitchCheck } from './contract/guarded-run.ts';
import type { PlatformLimits } from './contract/platform-guard.ts';
import { createPrograms, type ProgramsConfig } from './kit/programs.ts';
import { createSecrets, type ConfiguredSecret } from './kit/secrets.ts';
import type { LoadedPlatform } from './modules.ts';
import { openPlatforms, type PlatformSettings } from './settings.ts';

export interface ExecutorsConfig {
  readonly settings: PlatformSettings;
  readonly home: string;
  readonly programEnvironment: Readonly<Record<string, string>>;
  readonly programs: Pick<ProgramsConfig, 'sandbox'>;
  readonly secrets: Readonly<Record<string, ConfiguredSecret>>;
  readonly egress: EgressConfig;
  /** By lane, how long a call waits for its place at most. */
  readonly waitBoundsMs: WaitBounds;
  /** Per platform, over the defaults. */
  readonly limits: Readonly<
    Record<string, Partial<PlatformLimits> & { readonly internalHosts?: readonly string[] | undefined }>
  >;
}

export interface ExecutorsDeps {
  /** Platforms of somebody's own. */
  readonly loaded?: readonly LoadedPlatform[];
  readonly killSwitch: KillSwitchCheck;
  readonly cutOff: CutOffCheck;
  /** Action types besides those of the platforms. */
  readonly moreExecutors: readonly AnyExecutor[];
  readonly resolver?: Resolver;
  /** Knows what is secret, and what was. */
  readonly redactor?: Redactor | undefined;
  /** Those that these are going to replace. */
  readonly before?: Executors | null;
}

/** Everything that this server can do to the world. Throws where the configuration makes no sense. */
export const createExecutors = (config: ExecutorsConfig, deps: ExecutorsDeps): Executors => {
  const { settings, home, programEnvironment, egress, limits, waitBoundsMs } = config;
  const stack = new AsyncDisposableStack();
  const secrets = createSecrets(config.secrets, deps.redactor);
  const programs = createPrograms({ environment: programEnvironment, ...config.programs });
  const tools = { home, programEnvironment, programs, secrets, stack };
  const own = [
    ...openPlatforms(settings, tools),
    ...(deps.loaded ?? []).flatMap(({ actions }) => actions(tools)),
  ];
  return guardExecutors(
    [...own, ...deps.moreExecutors],
    {
      egress,
      internalHosts: internalHostsOf(limits),
      guards: { platforms: limits, waitBoundsMs },
      secrets: Object.values(config.secrets).map(({ value }) => value),
    },
    { ...deps, stack },
  );
};

const internalHostsOf = (limits: ExecutorsConfig['limits']): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(limits).flatMap(([platform, { internalHosts }]) =>
      internalHosts ? [[platform, internalHosts]] : [],
    ),
  );

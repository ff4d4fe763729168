import { createPrograms, type ProgramsConfig } from './kit/programs.ts';
import { createSecrets, type ConfiguredSecret } from './kit/secrets.ts';
import { loadPlatforms, type PlatformModule } from './modules.ts';
import { openPlatforms, platformNames, sandboxSettings, type PlatformSettings } from './settings.ts';

export interface NamedPlatforms {
  readonly home: string;
  readonly executors: PlatformSettings & {
    readonly programEnvironment: Readonly<Record<string, string>>;
    readonly programs: Pick<ProgramsConfig, 'sandbox'>;
    readonly platformModules: Readonly<Record<string, PlatformModule>>;
  };
  readonly secrets: Readonly<Record<string, ConfiguredSecret>>;
}

/** Nothing is there: the sandbox's settings are taken for what they make known. Some emulators are folders. */
const nowhere = ['http://127.0.0.1:9', 'file:///nowhere'] as const;

const asInSandbox = (settings: PlatformSettings, name: string) => {
  const [address, folder] = nowhere;
  try {
    return sandboxSettings(settings, { [name]: address });
  } catch {
    return sandboxSettings(settings, { [name]: folder });
  }
};

/**
 * What types of action a server with this configuration can have, with and without their versions, where none runs:
 * those of platforms for which nothing is configured included, which the sandbox has.
 *
 * @throws where a platform of somebody's own cannot be loaded, or the settings make no sense together.
 */
export const actionTypeNames = async ({ home, executors, secrets }: NamedPlatforms): Promise<string[]> => {
  await using stack = new AsyncDisposableStack();
  const emulated = platformNames.map((name) => asInSandbox(executors, name));
  const settings = emulated.reduce<PlatformSettings>(
    (all, each) => ({ ...all, ...each.settings }),
    executors,
  );
  const madeUp = Object.fromEntries(emulated.flatMap((each) => Object.entries(each.secrets)));
  const { programEnvironment } = executors;
  const tools = {
    home,
    programEnvironment,
    programs: createPrograms({ environment: programEnvironment, ...executors.programs }),
    secrets: createSecrets({ ...secrets, ...madeUp }),
    stack,
  };
  const loaded = await loadPlatforms(executors.platformModules);
  const actions = [
    ...openPlatforms(settings, tools),
    ...loaded.flatMap((platform) => platform.actions(tools)),
  ];
  return actions.flatMap(({ traits: { name, version } }) => [name, `${name}@${version}`]);
};

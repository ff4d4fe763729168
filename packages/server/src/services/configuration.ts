import { hash } from 'node:crypto';
import type { Config, ConfigReading } from '../config.ts';
import { ConfigError } from '../config/config-faults.ts';
import { PartError, type LiveConfig } from '../config/live-config.ts';
import { asStarted, isReloadable } from '../config/reloadable-settings.ts';
import type { SecretSources } from '../config/secret-sources.ts';
import type { SecretReading } from '../config/secret-values.ts';
import type { SecretRedactor } from '../infra/secret-redactor.ts';
import type {
  ConfigurationFault,
  ConfigurationReading,
  ConfigurationSource,
} from '../modules/configuration/index.ts';
import { secretValuesOf } from './foundation.ts';

/** How this process was configured, and how that is read again. */
export interface Configured {
  readonly reading: ConfigReading;
  /** The same as it is now. Throws ConfigError. */
  readonly read: () => Promise<ConfigReading>;
  readonly sources: SecretSources;
  /** Puts what stands in for platforms over what was read. */
  readonly over: (config: Config) => Config;
}

/** Where the configuration comes from, and the parts that are made of it. */
export const configurationSource = (
  { reading: first, read, sources, over }: Configured,
  {
    live,
    redactor,
    start,
  }: { readonly live: LiveConfig; readonly redactor: SecretRedactor; readonly start: Config },
): ConfigurationSource => {
  let current = first;
  let found: ConfigReading | null = null;
  const nextOf = ({ config }: ConfigReading): Config => asStarted(start, over(config));

  const told = async (reads: () => Promise<{ reading: ConfigReading; troubles: readonly string[] }>) => {
    try {
      const { reading, troubles } = await reads();
      found = reading;
      return { ok: true as const, value: readingOf(reading, troubles) };
    } catch (error) {
      return { ok: false as const, faults: faultsOf(error) };
    }
  };
  return {
    first: readingOf(first, []),
    isReloadable,
    secretsEveryMs: () => {
      const { files, vault, everyMs } = current.secretSources;
      return files.length > 0 || vault ? everyMs : null;
    },
    read: () => told(async () => ({ reading: await read(), troubles: [] })),
    readSecrets: () =>
      told(async () => {
        const each = await sources.readAgain(current.secretSources);
        const values = each.map((one): SecretReading => ({ ...one, troubles: [] }));
        return { reading: current.again(values), troubles: each.flatMap(({ troubles }) => troubles) };
      }),
    async take() {
      if (!found) throw new Error('Nothing was read.');
      const next = nextOf(found);
      // Before anything is made of them, and whatever comes of that.
      redactor.know(secretValuesOf(next), found.secretSources.keepMs);
      try {
        await live.change(next);
      } catch (error) {
        redactor.know(secretValuesOf(live.now()), found.secretSources.keepMs);
        return { ok: false, faults: faultsOf(error) };
      }
      current = found;
      return { ok: true, value: undefined };
    },
  };
};

const markOf = (text: string): string => hash('sha256', text);

const readingOf = (
  { file, hash: of, settings, config, passwords }: ConfigReading,
  troubles: readonly string[],
): ConfigurationReading => ({
  file,
  hash: of,
  settings: settings.filter(({ path }) => path !== '$schema'),
  marks: new Map<string, { readonly mark: string; readonly isReloadable: boolean }>([
    ['policy data', { mark: config.policy.dataHash, isReloadable: true }],
    ...Object.entries(config.secrets).map(
      ([name, { value }]) => [`secret ${name}`, { mark: markOf(value), isReloadable: true }] as const,
    ),
    ...[...passwords].map(
      ([name, value]) => [`secret ${name}`, { mark: markOf(value), isReloadable: false }] as const,
    ),
  ]),
  troubles,
});

/** Faults are expected; whatever else happens is none of theirs. */
const faultsOf = (error: unknown): readonly ConfigurationFault[] => {
  if (error instanceof ConfigError)
    return error.found.map(({ source, at, path, message }) => ({
      source,
      line: at?.line ?? null,
      column: at?.column ?? null,
      path,
      message,
    }));
  if (error instanceof PartError)
    return [{ source: 'this process', line: null, column: null, path: '', message: error.message }];
  throw error;
};

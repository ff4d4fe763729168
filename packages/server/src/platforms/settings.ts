import type { SourceTrust } from '@countersign/shared';
import type { z } from 'zod';
import type { Platform, PlatformTools, Reachable, Settings } from './contract/platform.ts';
import { installed } from './installed.ts';

type Together<Shapes> = (Shapes extends unknown ? (shape: Shapes) => void : never) extends (
  shape: infer All,
) => void
  ? All
  : never;
type PlatformConfig = Together<(typeof installed)[number]['config']> & z.ZodRawShape;

/** The keys that platforms bring to `config.json`. */
export const platformConfig = Object.assign({}, ...installed.map(({ config }) => config)) as PlatformConfig;

/** What the configuration says of all platforms, flat, as in `config.json`. */
export type PlatformSettings = Settings<PlatformConfig>;

// Each looks at its own keys alone.
const platforms = installed as readonly Platform[];

export const platformNames: readonly string[] = platforms.map(({ name }) => name);

/** How far what a platform tells of its objects can be trusted. */
export const assetTrustIn = (platform: string): SourceTrust =>
  platforms.find(({ name }) => name === platform)?.assetTrust ?? 'OUTSIDE';

/** The settings of platforms among those of everybody, with what each of them always has. */
export const completeSettings = (file: PlatformSettings, home: string): PlatformSettings => {
  const own = Object.fromEntries(Object.keys(platformConfig).map((key) => [key, file[key]]));
  return platforms.reduce<Settings<z.ZodRawShape>>(
    (settings, platform) => platform.complete?.(settings, home) ?? settings,
    own,
  );
};

/** Secrets that settings ask for by name. */
export const namedSecrets = (settings: PlatformSettings): readonly string[] =>
  platforms.flatMap((platform) => platform.secretsOf?.(settings) ?? []);

export interface PlatformReach extends Reachable {
  readonly platform: string;
}

/** What settings let callers name. */
export const reachOfPlatforms = (settings: PlatformSettings): readonly PlatformReach[] =>
  platforms.flatMap((platform) =>
    (platform.reachOf?.(settings) ?? []).map((reachable) => ({ platform: platform.name, ...reachable })),
  );

/** What newcomers can try, made where it is not there; as `first-run.json` names it. */
export const makeSamples = async (
  settings: PlatformSettings & Pick<PlatformTools, 'programEnvironment'>,
  { home }: Pick<PlatformTools, 'home'>,
): Promise<Readonly<Record<string, string>>> => {
  const { programEnvironment } = settings;
  const made: Record<string, string> = {};
  for (const platform of platforms)
    Object.assign(made, await platform.makeSample?.(settings, { home, programEnvironment }));
  return made;
};

export interface SandboxSettings {
  readonly settings: Partial<PlatformSettings>;
  readonly secrets: Readonly<Record<string, { readonly value: string; readonly origins: readonly string[] }>>;
  /** Where the emulator of each platform is. */
  readonly internalHosts: Readonly<Record<string, readonly string[]>>;
  /** Names of the platforms that are emulated. */
  readonly platforms: readonly string[];
}

/** What settings would say of the emulators at these places, of each platform of which they say nothing. */
export const sandboxSettings = (
  settings: PlatformSettings,
  urls: Readonly<Record<string, string>>,
): SandboxSettings => {
  const emulated = platforms.flatMap(({ name, sandbox }) => {
    const url = urls[name];
    return sandbox && url !== undefined && !sandbox.isConfigured(settings)
      ? [{ name, url, ...sandbox.settings(url) }]
      : [];
  });
  const secrets = emulated.flatMap((part) => Object.entries(part.secrets));
  return {
    settings: Object.assign({}, ...emulated.map((part) => part.settings)) as Partial<PlatformSettings>,
    secrets: Object.fromEntries(secrets.map(([name, value]) => [name, { value, origins: [] }])),
    internalHosts: Object.fromEntries(emulated.map(({ name, url }) => [name, hostsAt(url)])),
    platforms: emulated.map(({ name }) => name),
  };
};

/** None of a file's. */
const hostsAt = (url: string): string[] => [new URL(url).host].filter((host) => host !== '');

/** The action types of all platforms. */
export const openPlatforms = (settings: PlatformSettings, tools: PlatformTools) =>
  platforms.flatMap((platform) => platform.actions(settings, tools));

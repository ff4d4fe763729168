import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { definePlatform, type Platform, type PlatformTools } from './contract/platform.ts';
import type { AnyExecutor } from './contract/executor.ts';
import { platformKit, type PlatformKit } from './platform-kit.ts';
import type { PlatformReach } from './settings.ts';

/** A platform of somebody's own, as `platformModules` of `config.json` names it. */
export const platformModuleSchema = z.strictObject({
  /** A JavaScript or TypeScript file whose default export makes the platform of the kit that it is given. */
  path: z.string().refine(isAbsolute, 'must be an absolute path'),
  /** What the platform asks for. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Names of the secrets that it reveals. */
  secrets: z.array(z.string().min(1)).default([]),
});
export type PlatformModule = z.output<typeof platformModuleSchema>;

/** What a module exports by default. */
export type MakePlatform = (kit: PlatformKit) => Platform;

/** A platform that was loaded, with its settings read. */
export interface LoadedPlatform {
  readonly actions: (tools: PlatformTools) => readonly AnyExecutor[];
  readonly reach: readonly PlatformReach[];
}

const exported = z.object({ default: z.custom<MakePlatform>((value) => typeof value === 'function') });

/**
 * Loads the platforms that configuration names besides ours.
 *
 * @throws with the module's name and what is wrong with it; nothing starts then.
 */
export const loadPlatforms = (
  modules: Readonly<Record<string, PlatformModule>>,
): Promise<readonly LoadedPlatform[]> =>
  Promise.all(
    Object.entries(modules).map(async ([name, module]) => {
      try {
        return await loadPlatform(name, module);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`The platform module "${name}" (${module.path}) cannot be used: ${why}`, {
          cause: error,
        });
      }
    }),
  );

const loadPlatform = async (
  name: string,
  { path, settings: given }: PlatformModule,
): Promise<LoadedPlatform> => {
  const loaded = exported.safeParse(await import(pathToFileURL(path).href));
  if (!loaded.success) throw new TypeError('its default export is no function that makes a platform.');
  const platform = definePlatform(loaded.data.default(platformKit));
  if (platform.name !== name) throw new TypeError(`it calls itself "${platform.name}".`);
  const read = z.strictObject(platform.config).safeParse(given);
  if (!read.success) throw new TypeError(`its settings are wrong: ${z.prettifyError(read.error)}`);
  const settings = read.data;
  return {
    actions: (tools) => {
      const actions = platform.actions(settings, tools);
      const stranger = actions.find(({ traits }) => traits.platform !== name);
      if (stranger)
        throw new TypeError(`${stranger.traits.name} of "${name}" says that it is of another platform.`);
      return actions;
    },
    reach: (platform.reachOf?.(settings) ?? []).map((reachable) => ({ platform: name, ...reachable })),
  };
};

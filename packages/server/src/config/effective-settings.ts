import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { SettingsInput, SettingSource } from './settings-input.ts';

/** One setting as it counts. */
export interface EffectiveSetting {
  /** `limits.caller.limit` */
  readonly path: string;
  /** As JSON, without passwords: secrets are never among settings. */
  readonly value: string;
  readonly source: SettingSource;
}

/** Differ from process to process of one installation, and are no part of what all of them should share. */
const ownOfProcess: ReadonlySet<string> = new Set([
  'role',
  'home',
  'server.host',
  'server.port',
  'log.destinations.file.path',
  '$schema',
]);

type Leaf = readonly [path: readonly string[], value: unknown];

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const leavesOf = (value: unknown, path: readonly string[] = []): readonly Leaf[] => {
  if (isBranch(value)) return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]));
  return value === undefined || path.length === 0 ? [] : [[path, value]];
};

/** What was given as it was given, and every default of the rest. */
export const effectiveSettings = (input: SettingsInput, settings: unknown): readonly EffectiveSetting[] => {
  const given = leavesOf(input.value).filter(([path]) => input.sourceOf(path).kind !== 'DEFAULT');
  const isGiven = (path: readonly string[]): boolean =>
    given.some(([other]) => other.every((key, index) => path[index] === key));
  const defaults = leavesOf(settings).filter(([path]) => !isGiven(path));
  return [...given, ...defaults]
    .map(([path, value]) => ({
      path: path.join('.'),
      value: withoutPasswords(JSON.stringify(value)),
      source: input.sourceOf(path),
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
};

const withoutPasswords = (text: string): string =>
  text.replaceAll(/(:\/\/[^\s/@:"]*):[^\s/@"]*@/g, '$1:[password]@');

/** SHA-256 (hex) of the settings that all processes of an installation should share. */
export const settingsHash = (settings: readonly EffectiveSetting[]): string => {
  const shared = settings
    .filter(({ path }) => !ownOfProcess.has(path))
    .map(({ path, value }) => [path, value]);
  return createHash('sha256')
    .update(canonicalize(shared) ?? '')
    .digest('hex');
};

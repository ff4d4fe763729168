import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { nearestNames } from '../domain/nearest.ts';
import { readSettingsDocument, type SettingsDocument } from '../infra/settings-document.ts';
import type { ConfigFault, SettingFault } from './config-faults.ts';
import { namedVariables } from './deployment-settings.ts';
import {
  choicesOf,
  nodesAt,
  pathOfVariable,
  settingsIn,
  variableWord,
  type JsonSchema,
} from './schema-walk.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a setting's value is from. */
export type SettingSource =
  | { readonly kind: 'DEFAULT' }
  | { readonly kind: 'FILE'; readonly line: number }
  | { readonly kind: 'ENVIRONMENT'; readonly variable: string };

/** What file and environment say together, before anything of it is understood. */
export interface SettingsInput {
  /** Absolute path; null where there is none. */
  readonly file: string | null;
  /** Absolute path of the home folder. */
  readonly home: string;
  readonly value: unknown;
  readonly document: SettingsDocument | null;
  readonly faults: readonly ConfigFault[];
  /** Variables that look like settings and are none. */
  readonly notes: readonly string[];
  readonly sourceOf: (path: readonly PropertyKey[]) => SettingSource;
  /** The fault with where it is from. */
  readonly placed: (fault: SettingFault) => ConfigFault;
}

export interface SettingsPlace {
  readonly env: Environment;
  readonly cwd: string;
  /** What `--config` says. */
  readonly file?: string | undefined;
}

const variablePrefix = 'COUNTERSIGN_';
export const secretPrefix = 'COUNTERSIGN_SECRET_';
/** They begin like settings, and are something else. */
const otherVariables: ReadonlySet<string> = new Set(['COUNTERSIGN_API_KEY', 'COUNTERSIGN_CONFIG']);
/** What Kubernetes sets of services. */
const ofKubernetes = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)|^COUNTERSIGN_PORT$/;
const homeFiles = ['countersign.yaml', 'countersign.yml', 'countersign.json', 'config.json'];

export const readSettingsInput = (schema: JsonSchema, { env, cwd, file }: SettingsPlace): SettingsInput => {
  const variables = Object.entries(env).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [[name, text] as const],
  );
  const all = new Map(variables);
  const faults: ConfigFault[] = [];
  const homeOfEnvironment = all.get('COUNTERSIGN_HOME');
  const given = file ?? all.get('COUNTERSIGN_CONFIG');
  const usualHome = resolve(cwd, homeOfEnvironment ?? '.countersign');
  const found = given === undefined ? fileInHome(usualHome, faults) : resolve(cwd, given);
  const name = found === null ? 'config.json' : given === undefined ? basename(found) : given;
  const document = found === null ? null : readDocument(found, name, faults);
  const value = plainObject(document?.value);
  if (!value)
    faults.push({ source: name, at: { line: 1, column: 1 }, path: '', message: 'must be an object' });
  const settings = value ?? {};
  const { sources, notes } = override(schema, settings, variables);
  const sourceOf: SettingsInput['sourceOf'] = (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const variable = sources.get(keyOf(path.slice(0, length)));
      if (variable !== undefined) return { kind: 'ENVIRONMENT', variable };
    }
    return document && isGiven(settings, path)
      ? { kind: 'FILE', line: document.placeOf(path).line }
      : { kind: 'DEFAULT' };
  };
  const homeOfFile = given !== undefined && found !== null ? textAt(settings, 'home') : undefined;
  return {
    file: found,
    home:
      homeOfEnvironment === undefined && homeOfFile !== undefined && found !== null
        ? resolve(dirname(found), homeOfFile)
        : usualHome,
    value: settings,
    document,
    faults,
    notes,
    sourceOf,
    placed({ path, message }) {
      const source = sourceOf(path);
      if (source.kind === 'ENVIRONMENT') return { source: source.variable, at: null, path: '', message };
      return { source: name, at: document?.placeOf(path) ?? null, path: path.map(String).join('.'), message };
    },
  };
};

const fileInHome = (home: string, faults: ConfigFault[]): string | null => {
  const [first, ...others] = homeFiles.filter((name) => existsSync(join(home, name)));
  if (first !== undefined && others.length > 0)
    faults.push({
      source: first,
      at: null,
      path: '',
      message: `and ${others.join(', ')} are both in ${home}: keep one of them`,
    });
  return first === undefined ? null : join(home, first);
};

const readDocument = (path: string, name: string, faults: ConfigFault[]): SettingsDocument | null => {
  const read = readSettingsDocument(path);
  if (read.kind === 'UNREADABLE') {
    faults.push({ source: name, at: null, path: '', message: `cannot be read (${read.code})` });
    return null;
  }
  for (const { at, path: setting, message } of read.faults)
    faults.push({ source: name, at, path: setting.join('.'), message });
  return read.kind === 'READ' ? read.document : null;
};

/** A copy that variables may be written into; null for what is no object. */
const plainObject = (value: unknown): Record<string, unknown> | null => {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  return structuredClone(Object.fromEntries(Object.entries(value)));
};

const textAt = (value: object, key: string): string | undefined => {
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'string' ? found : undefined;
};

const keyOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isGiven = (value: unknown, path: readonly PropertyKey[]): boolean => {
  let at: unknown = value;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return false;
    at = at[String(key)];
  }
  return true;
};

/** Writes what variables say over what the file says, and remembers which did. */
const override = (
  schema: JsonSchema,
  settings: Record<string, unknown>,
  variables: readonly (readonly [string, string])[],
) => {
  const sources = new Map<string, string>();
  const notes: string[] = [];
  for (const [name, text] of variables) {
    const path = namedVariables[name] ?? pathNamedBy(schema, name, settings);
    if (path && path.length > 0) {
      write(settings, path, valueOf(schema, path, text));
      sources.set(keyOf(path), name);
    } else if (isLikeSetting(name)) {
      const [nearest] = nearestNames(name, allVariables(schema));
      if (nearest !== undefined) notes.push(`${name} is no setting, and ignored: did you mean ${nearest}?`);
    }
  }
  return { sources, notes };
};

const isLikeSetting = (name: string): boolean =>
  name.startsWith(variablePrefix) &&
  !name.startsWith(secretPrefix) &&
  !otherVariables.has(name) &&
  !ofKubernetes.test(name);

const pathNamedBy = (schema: JsonSchema, name: string, settings: unknown): readonly string[] | null =>
  isLikeSetting(name) ? pathOfVariable(schema, name.slice(variablePrefix.length).split('_'), settings) : null;

export const variableOf = (path: readonly string[]): string =>
  Object.entries(namedVariables).find(([, named]) => named.join('.') === path.join('.'))?.[0] ??
  `${variablePrefix}${path.map(variableWord).join('_')}`;

const allVariables = (schema: JsonSchema): string[] => settingsIn(schema).map(({ path }) => variableOf(path));

const write = (settings: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    settings[key] = value;
    return;
  }
  const below = settings[key];
  const inner = isObject(below) && !Array.isArray(below) ? below : {};
  settings[key] = inner;
  write(inner, rest, value);
};

/** Text where text may stand; otherwise what YAML makes of it: numbers, true, lists and objects. */
const valueOf = (schema: JsonSchema, path: readonly string[], text: string): unknown => {
  const takesText = nodesAt(schema, path)
    .flatMap(choicesOf)
    .some(({ type, enum: values }) => type === 'string' || values?.some((each) => typeof each === 'string'));
  if (takesText) return text;
  try {
    return parse(text);
  } catch {
    return text;
  }
};

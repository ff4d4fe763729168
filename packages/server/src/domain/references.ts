import { jsonFault, type Json, type JsonObject } from './json.ts';

/**
 * A value of an action's params that an earlier step of the same task puts out. In params it is an object:
 * `{ "$from": "create", "pointer": "/id" }`. It stands for the whole value, never for a part of a text, so nothing
 * in it can be read as anything else.
 */
export interface Reference {
  /** The name of the action. */
  readonly from: string;
  /** JSON Pointer (RFC 6901) into its output; empty for all of it. */
  readonly pointer: string;
}

export type Path = readonly (string | number)[];

/** A reference and where in the params it stands. */
export interface PlacedReference extends Reference {
  readonly path: Path;
}

export interface PlacedFault {
  readonly path: Path;
  readonly message: string;
}

export const referenceLimits = {
  /** References of one action. */
  perAction: 100,
  /** Characters of a pointer. */
  pointer: 200,
  /** Characters of JSON that all references of one action may bring in together. */
  characters: 262_144,
  depth: 16,
  values: 10_000,
} as const;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const marker = '$from';
const isMarked = (value: Json): value is JsonObject => isObject(value) && Object.hasOwn(value, marker);

const actionName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const pointerSyntax = /^(\/([^~/]|~[01])*)*$/;

const readReference = (value: JsonObject): Reference | string => {
  const { [marker]: from, pointer = '', ...rest } = value;
  if (Object.keys(rest).length > 0) return 'a reference holds "$from" and "pointer" and nothing else';
  if (typeof from !== 'string' || !actionName.test(from)) return '"$from" must be the name of an action';
  if (typeof pointer !== 'string' || pointer.length > referenceLimits.pointer || !pointerSyntax.test(pointer))
    return `"pointer" must be a JSON Pointer of at most ${referenceLimits.pointer} characters, such as "/id"`;
  return { from, pointer };
};

export interface FoundReferences {
  readonly references: readonly PlacedReference[];
  readonly faults: readonly PlacedFault[];
}

/** All references of an action's params, and what is wrong with those that are none although they look like one. */
export const findReferences = (params: JsonObject): FoundReferences => {
  const references: PlacedReference[] = [];
  const faults: PlacedFault[] = [];
  const look = (value: Json, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isMarked(value)) {
      const read = readReference(value);
      if (typeof read === 'string') faults.push({ path, message: read });
      else references.push({ ...read, path });
    } else if (Array.isArray(value)) {
      (value as readonly Json[]).forEach((child, index) => {
        if (typeof child === 'object') look(child, [...path, index]);
      });
    } else {
      for (const [key, child] of Object.entries(value))
        if (typeof child === 'object') look(child, [...path, key]);
    }
  };
  look(params, []);
  if (references.length > referenceLimits.perAction) {
    const message = `at most ${referenceLimits.perAction} values can come from earlier steps`;
    faults.push({ path: references[referenceLimits.perAction]?.path ?? [], message });
  }
  return { references, faults };
};

/** What stands for a value that nobody knows yet, in a plan and wherever people read it. */
export const standInOf = ({ from, pointer }: Reference): string =>
  pointer === '' ? `‹from step ${from}›` : `‹from step ${from}: ${pointer}›`;

/** The same params with something else at certain places, all of which are there. */
export const replacedAt = (
  params: JsonObject,
  replacements: readonly { readonly path: Path; readonly value: Json }[],
): JsonObject => {
  const replace = (value: Json, wanted: typeof replacements, depth: number): Json => {
    const [only] = wanted;
    if (!only) return value;
    if (only.path.length === depth) return only.value;
    const inside = (key: string | number) => wanted.filter(({ path }) => path[depth] === key);
    if (Array.isArray(value))
      return (value as readonly Json[]).map((child, index) => replace(child, inside(index), depth + 1));
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, child]) => [
        key,
        replace(child, inside(key), depth + 1),
      ]),
    );
  };
  return replace(params, replacements, 0) as JsonObject;
};

/** Undefined where there is nothing at the path: what an object inherits is not there. */
export const valueAtPath = (value: Json, path: Path): Json | undefined => {
  let at: Json = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, Json>>)[key] ?? null;
  }
  return at;
};

const listIndex = /^(0|[1-9][0-9]{0,9})$/;

/** What a JSON Pointer names; undefined where it names nothing. */
export const valueAt = (value: Json, pointer: string): Json | undefined => {
  let at: Json | undefined = value;
  for (const token of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) && !listIndex.test(token)) return undefined;
    at = valueAtPath(at, [token.replaceAll('~1', '/').replaceAll('~0', '~')]);
  }
  return at;
};

export type ResolvedParams =
  | { readonly ok: true; readonly params: JsonObject }
  | { readonly ok: false; readonly message: string };

/**
 * Params with every reference replaced by what the earlier steps put out; the same object where there are none. What a
 * platform answered is not ours to choose, so it is bounded, and a value that is or holds a reference itself is refused.
 */
export const resolveReferences = (
  params: JsonObject,
  outputOf: (step: string) => Json | undefined,
): ResolvedParams => {
  const { references } = findReferences(params);
  if (references.length === 0) return { ok: true, params };
  const replacements: { path: Path; value: Json }[] = [];
  let left: number = referenceLimits.characters;
  for (const reference of references) {
    const { from, pointer, path } = reference;
    const output = outputOf(from);
    const value = output === undefined ? undefined : valueAt(output, pointer);
    if (value === undefined)
      return { ok: false, message: `Step ${from} put out nothing at "${pointer}", which this step needs.` };
    const fault =
      jsonFault(value, referenceLimits)?.message ?? (holdsReference(value) ? 'holds a reference' : null);
    if (fault)
      return { ok: false, message: `What step ${from} put out at "${pointer}" cannot be used: it ${fault}.` };
    left -= JSON.stringify(value).length;
    if (left < 0)
      return {
        ok: false,
        message: `What earlier steps put out is more than ${referenceLimits.characters} characters.`,
      };
    replacements.push({ path, value });
  }
  return { ok: true, params: replacedAt(params, replacements) };
};

/** Why what earlier steps put out is not what was known of it when the plan was made; null where it is. */
export const takenFault = (
  params: JsonObject,
  takes: readonly PlacedReference[],
  outputOf: (step: string) => Json | undefined,
  isSame: (one: Json, other: Json) => boolean,
): string | null => {
  const other = takes.find(({ from, pointer, path }) => {
    const output = outputOf(from);
    const value = output === undefined ? undefined : valueAt(output, pointer);
    const planned = valueAtPath(params, path);
    return value === undefined || planned === undefined || !isSame(value, planned);
  });
  return other
    ? `Step ${other.from} put out something else at "${other.pointer}" than when the plan was made.`
    : null;
};

/** Of a value that `jsonFault` has looked at. */
const holdsReference = (value: Json): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (isMarked(value) || (Object.values(value) as readonly Json[]).some(holdsReference));

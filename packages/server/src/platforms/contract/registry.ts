import { z } from 'zod';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import { readInput } from '../../infra/input-words.ts';
import { actionTypeOf, type ActionExecutor, type AnyExecutor } from './executor.ts';

/** What a caller reads before choosing an action. */
export interface ActionTypeDescription extends ActionTraits {
  readonly description: string;
  /** JSON Schema (2020-12) of the params. */
  readonly inputSchema: JsonObject;
}

export interface ExecutorRegistry {
  /** By `repo.commit` (its newest version) or `repo.commit@1`. */
  readonly find: (actionType: string) => AnyExecutor | undefined;
  /** In name and version order. */
  readonly list: () => readonly ActionTypeDescription[];
  readonly executors: readonly AnyExecutor[];
}

const namePattern = /^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+$/;

/** Throws where two executors share a name and version, or one has a name that nobody could type. */
export const createExecutorRegistry = (executors: readonly AnyExecutor[]): ExecutorRegistry => {
  const sorted = [...executors].sort(
    (one, other) =>
      one.traits.name.localeCompare(other.traits.name) || one.traits.version - other.traits.version,
  );
  const byType = new Map<string, AnyExecutor>();
  for (const executor of sorted) {
    const type = actionTypeOf(executor.traits);
    if (!namePattern.test(executor.traits.name))
      throw new TypeError(`"${type}" is not an action type's name.`);
    if (byType.has(type)) throw new TypeError(`Two executors are called ${type}.`);
    byType.set(type, executor);
    // Versions come in ascending order, so the newest stays under the bare name.
    byType.set(executor.traits.name, executor);
  }
  const descriptions = sorted.map(describe);
  return { find: (actionType) => byType.get(actionType), list: () => descriptions, executors: sorted };
};

const describe = (executor: AnyExecutor): ActionTypeDescription => ({
  ...executor.traits,
  description: executor.description,
  inputSchema: inputSchemaOf(executor.input),
});

/** zod leaves examples out where what is sent is read into another form, and ours are of what is sent. */
export const inputSchemaOf = (input: z.ZodType): JsonObject =>
  z.toJSONSchema(input, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples ??= examples;
    },
  }) as JsonObject;

export type ParsedParams<Input> =
  | { readonly ok: true; readonly value: Input }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Parses params by the executor's schema, and checks what they name. Faults carry their whole path: `actions[0].params.files[1].path`. */
export const parseParams = <Input>(
  executor: Pick<ActionExecutor<Input, Json>, 'input' | 'check'>,
  params: unknown,
  path: string,
): ParsedParams<Input> => {
  const read = readInput(executor.input, params);
  if (read.ok) {
    const faults = executor.check?.(read.value) ?? [];
    return faults.length === 0
      ? read
      : { ok: false, faults: faults.map((fault) => ({ ...fault, path: `${path}.${fault.path}` })) };
  }
  return {
    ok: false,
    faults: read.faults.map(({ keys, message }) => ({ path: joinPath(path, keys), message })),
  };
};

/** `files`, 1, `path` → `files[1].path`. A key that is no plain word is quoted: `headers["x-a"]`. */
export const joinPath = (prefix: string, keys: readonly PropertyKey[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
    return path === '' ? name : `${path}.${name}`;
  }, prefix);

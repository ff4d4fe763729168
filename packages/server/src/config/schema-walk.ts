import { z } from 'zod';

/** Just enough of JSON Schema to find settings in it by their names. */
export interface JsonSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

export const jsonSchemaNode: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), jsonSchemaNode).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchemaNode]).optional(),
    items: jsonSchemaNode.optional(),
    anyOf: z.array(jsonSchemaNode).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
);

/** A node and, where it is a choice, all that it may be. */
export const choicesOf = (node: JsonSchema): readonly JsonSchema[] =>
  node.anyOf ? node.anyOf.flatMap(choicesOf) : [node];

const childrenOf = (node: JsonSchema, key: PropertyKey): readonly JsonSchema[] =>
  choicesOf(node).flatMap(({ properties, additionalProperties, items }) => {
    if (typeof key === 'number') return items ?? [];
    const own = properties?.[String(key)];
    if (own) return [own];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });

/** What may stand at a path. */
export const nodesAt = (schema: JsonSchema, path: readonly PropertyKey[]): readonly JsonSchema[] =>
  path.reduce<readonly JsonSchema[]>(
    (nodes, key) => nodes.flatMap((node) => childrenOf(node, key)),
    [schema],
  );

/** Names of the settings that may stand below a path. */
export const namesAt = (schema: JsonSchema, path: readonly PropertyKey[]): string[] => [
  ...new Set(
    nodesAt(schema, path)
      .flatMap(choicesOf)
      .flatMap(({ properties }) => Object.keys(properties ?? {})),
  ),
];

/** `leaseMs` → LEASE_MS */
export const variableWord = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();

const valueAt = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/**
 * The setting that LIMITS_CALLER_LIMIT names, or null. Names that people give, such as a platform's, are found among
 * those that the settings have already; a new one is a single word, in lower case.
 */
export const pathOfVariable = (
  schema: JsonSchema,
  words: readonly string[],
  value: unknown,
): readonly string[] | null => {
  if (words.length === 0) return [];
  for (const node of choicesOf(schema)) {
    const named = Object.entries(node.properties ?? {});
    const { additionalProperties: each } = node;
    const [first = ''] = words;
    const free: [string, JsonSchema][] =
      typeof each === 'object' ? [...keysOf(value), first.toLowerCase()].map((key) => [key, each]) : [];
    for (const [key, child] of [...named, ...free]) {
      const own = variableWord(key).split('_');
      if (own.some((word, index) => words[index] !== word)) continue;
      const rest = pathOfVariable(child, words.slice(own.length), valueAt(value, key));
      if (rest) return [key, ...rest];
    }
  }
  return null;
};

/** Every setting that a variable can name, by its path: without those below names that people give. */
export const settingsIn = (
  schema: JsonSchema,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly node: JsonSchema }[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, node]) => {
    const below = choicesOf(node).flatMap((choice) => settingsIn(choice, [...path, key]));
    return [{ path: [...path, key], node }, ...below];
  });

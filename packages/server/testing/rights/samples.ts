import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';

/** Values by the names of what takes them: `CreateGrantInput.uses`, or `uses` wherever it stands. */
export type Samples = Readonly<Record<string, unknown>>;

/** In the place of a value: this input is left out. */
export const leftOut = Symbol('left out');

const missing = (name: string): Error =>
  new Error(
    `No sample for ${name}: say in testing/rights/plain-samples.ts what it takes, or in tenant.ts whose id.`,
  );

/** A function gives another one each time. */
const known = (samples: Samples, owner: string, field: string): unknown => {
  const value = samples[`${owner}.${field}`] ?? samples[field];
  return typeof value === 'function' ? (value as () => unknown)() : value;
};

/** The arguments of a root field: all that must be given, and every id that can be. */
export const argumentsOf = (owner: string, args: readonly GraphQLArgument[], samples: Samples) =>
  membersOf(owner, args, samples);

const membersOf = (
  owner: string,
  members: readonly (GraphQLArgument | GraphQLInputField)[],
  samples: Samples,
): Record<string, unknown> =>
  Object.fromEntries(
    members.flatMap(({ name, type }) => {
      const value = known(samples, owner, name) ?? sampleOf(owner, name, type, samples);
      return value === leftOut ? [] : [[name, listed(type, value)]];
    }),
  );

const listed = (type: GraphQLInputType, value: unknown): unknown => {
  const inner = isNonNullType(type) ? type.ofType : type;
  return isListType(inner) && !Array.isArray(value) ? [value] : value;
};

const sampleOf = (owner: string, name: string, type: GraphQLInputType, samples: Samples): unknown => {
  const bare = getNamedType(type);
  if (isInputObjectType(bare)) {
    const fields = Object.values(bare.getFields());
    const isWanted = isNonNullType(type) || fields.some((each) => getNamedType(each.type).name === 'ID');
    return isWanted ? membersOf(bare.name, fields, samples) : leftOut;
  }
  if (isNonNullType(type)) {
    if (isEnumType(bare)) return bare.getValues()[0]?.name;
    if (bare.name === 'Boolean') return false;
    throw missing(`${owner}.${name}`);
  }
  if (bare.name === 'ID') throw missing(`${owner}.${name}`);
  return leftOut;
};

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

const namesSomething = /(^|_|[a-z])ids?$|Ids?$|^id$/;

/** The same for JSON Schema, as REST and MCP describe what they take. */
export const jsonSample = (
  owner: string,
  schema: JsonSchema,
  samples: Samples,
  definitions: Readonly<Record<string, JsonSchema>> = {},
): Record<string, unknown> => {
  const { properties = {}, required = [] } = resolved(schema, definitions);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const value = jsonValue(owner, name, property, { samples, definitions }, required.includes(name));
      return value === leftOut ? [] : [[name, value]];
    }),
  );
};

/** One value: a parameter of an address, or a member of a body. */
export const jsonValue = (
  owner: string,
  name: string,
  schema: JsonSchema,
  { samples, definitions }: { samples: Samples; definitions: Readonly<Record<string, JsonSchema>> },
  isRequired: boolean,
): unknown => {
  const found = resolved(schema, definitions);
  const given = known(samples, owner, name) ?? samples[`JSON.${name}`];
  if (given === leftOut) return leftOut;
  if (given !== undefined) return found.type === 'array' && !Array.isArray(given) ? [given] : given;
  if (!isRequired) {
    if (namesSomething.test(name)) throw missing(`${owner}.${name}`);
    return leftOut;
  }
  if (found.enum) return found.enum[0];
  if (found.type === 'boolean') return false;
  if (found.properties) return jsonSample(name, found, samples, definitions);
  if (found.items && resolved(found.items, definitions).properties)
    return [jsonSample(name, found.items, samples, definitions)];
  throw missing(`${owner}.${name}`);
};

const resolved = (schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema => {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return resolved(definitions[name] ?? {}, definitions);
  const [only] = schema.anyOf?.filter(({ type }) => type !== 'null') ?? schema.allOf ?? [];
  return only ? resolved(only, definitions) : schema;
};

import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isEnumType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { invalidInput, refused } from '../../../domain/errors.ts';
import { jsonFault } from '../../../domain/json.ts';
import type { Fault } from '../../../domain/refusal-details.ts';
import type { RequestContext } from '../context.ts';
import { codedError } from '../errors.ts';

/** What any input may hold, so that none can grow without end. What a feature allows is mostly less. */
export const inputCeilings = { text: 10_000, items: 500, json: { values: 50_000, depth: 16 } } as const;

/** Input types whose service looks at each item itself and says everything that is wrong with it. */
const checkedInside = new Set(['ExecuteTaskInput']);
/** Texts that carry a file, by type and field. */
const longTexts: Readonly<Record<string, number>> = {
  'DraftPolicyInput.bundle': 3_900_000,
  'ImportAssetsInput.content': 3_900_000,
  'ImportCatalogueInput.content': 3_900_000,
};
/** Scalars whose parser takes one short text or number. */
const boundScalars = new Set(['DateTime']);
const mostFaults = 20;

type Input = GraphQLArgument | GraphQLInputField;

/**
 * Makes every field of a schema refuse arguments beyond the ceilings before its resolver sees them, and
 * throws for an input of a kind that no ceiling holds.
 */
export const boundInputs = (schema: GraphQLSchema): void => {
  const unbound = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type) && !type.name.startsWith('__'))
      collectUnbound(type.name, type.getFields(), unbound);
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0) continue;
      collectUnbound(
        `${type.name}.${field.name}`,
        Object.fromEntries(field.args.map((arg) => [arg.name, arg])),
        unbound,
      );
      guard(field as Field);
    }
  }
  if (unbound.size > 0) throw new Error(`Nothing bounds the input ${[...unbound].join(', ')}.`);
};

const collectUnbound = (
  owner: string,
  inputs: Readonly<Record<string, Input>>,
  unbound: Set<string>,
): void => {
  for (const { name, type } of Object.values(inputs)) {
    const named = getNamedType(type);
    const isBound =
      isEnumType(named) ||
      isInputObjectType(named) ||
      isSpecifiedScalarType(named) ||
      named.name === 'JSON' ||
      boundScalars.has(named.name);
    if (!isBound) unbound.add(`${owner}.${name}`);
  }
};

type Field = GraphQLField<unknown, RequestContext>;
type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

const guard = (field: Field): void => {
  const answers = canRefuse(field);
  const guarded =
    (resolve: Resolver): Resolver =>
    (source, args: Readonly<Record<string, unknown>>, context, info) => {
      const faults = faultsOfArguments(field, args);
      if (faults.length === 0) return resolve(source, args, context, info);
      const reason = invalidInput(faults);
      if (answers) return refused(reason);
      throw codedError(reason.code, reason.message, { extensions: { details: reason.details } });
    };
  if (field.subscribe) field.subscribe = guarded(field.subscribe);
  else if (field.resolve) field.resolve = guarded(field.resolve);
};

/** Whether its payload has a place for a refusal and can do without everything else. */
const canRefuse = ({ type }: Field): boolean => {
  const payload = isNonNullType(type) ? type.ofType : type;
  if (!isObjectType(payload)) return false;
  const fields = payload.getFields();
  return 'refusal' in fields && Object.values(fields).every((field) => !isNonNullType(field.type));
};

const faultsOfArguments = (field: Field, args: Readonly<Record<string, unknown>>): Fault[] => {
  const faults: Fault[] = [];
  for (const arg of field.args) collect(arg.type, args[arg.name], arg.name, faults);
  return faults;
};

const collect = (
  type: GraphQLInputType,
  value: unknown,
  path: string,
  faults: Fault[],
  mostText: number = inputCeilings.text,
): void => {
  if (value === null || value === undefined || faults.length >= mostFaults) return;
  if (isNonNullType(type)) collect(type.ofType, value, path, faults, mostText);
  else if (isListType(type)) collectOfList(type.ofType, value, path, faults);
  else if (isInputObjectType(type)) {
    if (checkedInside.has(type.name)) return;
    for (const field of Object.values(type.getFields()))
      collect(
        field.type,
        (value as Readonly<Record<string, unknown>>)[field.name],
        `${path}.${field.name}`,
        faults,
        longTexts[`${type.name}.${field.name}`],
      );
  } else if (typeof value === 'string') {
    if (value.length > mostText) faults.push({ path, message: `must be at most ${mostText} characters` });
  } else if (getNamedType(type).name === 'JSON') {
    const fault = jsonFault(value, inputCeilings.json);
    if (fault) faults.push({ path: [path, ...fault.path].join('.'), message: fault.message });
  }
};

const collectOfList = (item: GraphQLInputType, value: unknown, path: string, faults: Fault[]): void => {
  // graphql-js has made a list of a value that stood alone.
  const items = value as readonly unknown[];
  if (items.length > inputCeilings.items) {
    faults.push({ path, message: `must hold at most ${inputCeilings.items} items` });
    return;
  }
  for (const [index, child] of items.entries()) collect(item, child, `${path}[${index}]`, faults);
};

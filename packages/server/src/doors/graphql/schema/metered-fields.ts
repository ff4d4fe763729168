import {
  defaultFieldResolver,
  getNamedType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { answerOf } from '../answers.ts';
import type { RequestContext } from '../context.ts';

/** Makes every field that holds a value count it against the answer, before there is a text of it. */
export const meterFields = (schema: GraphQLSchema): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()))
      if (isLeafType(getNamedType(field.type)))
        meter(field as GraphQLField<unknown, RequestContext | undefined>);
  }
};

const meter = (field: GraphQLField<unknown, RequestContext | undefined>): void => {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args: Readonly<Record<string, unknown>>, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    const answer = context && answerOf(context.viewer);
    if (!answer) return value;
    const name = String(info.path.key).length + punctuation;
    const count = (settled: unknown): unknown => {
      answer.charge(name + bytesOf(settled));
      return settled;
    };
    return value instanceof Promise ? value.then(count) : count(value);
  };
};

const punctuation = 4;
/** Of what has no length to ask for: numbers, dates, what a scalar makes of an object. */
const shortBytes = 24;

/** Nearly what the value takes as JSON, found without making it. */
export const bytesOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null || value instanceof Date) return shortBytes;
  let bytes = 2;
  if (Array.isArray(value)) for (const item of value) bytes += 1 + bytesOf(item);
  else for (const [name, item] of Object.entries(value)) bytes += name.length + punctuation + bytesOf(item);
  return bytes;
};

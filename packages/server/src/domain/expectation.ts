import type { Json, JsonObject } from './json.ts';
import type { Fault } from './refusal-details.ts';

/**
 * What a gate expects of an output is JSON Schema (2020-12) of these keywords alone. Each is as quick to judge as the
 * output is long: no pattern, no reference and nothing that compares items with each other.
 */
const texts = new Set(['title', 'description', '$comment']);
const numbers = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);
const counts = new Set(['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']);
const schemas = new Set(['items', 'not', 'additionalProperties', 'contains']);
const lists = new Set(['allOf', 'anyOf', 'oneOf']);
const types = new Set<Json>(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

export const expectationLimits = { schemas: 100 } as const;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with it; `path` is where it stands in the caller's input. */
export const expectationFaults = (expect: JsonObject, path: string): Fault[] => {
  const faults: Fault[] = [];
  let left: number = expectationLimits.schemas;
  const look = (schema: Json | undefined, at: string): void => {
    if (typeof schema === 'boolean') return;
    if (!isObject(schema)) {
      faults.push({ path: at, message: 'must be a JSON Schema' });
      return;
    }
    left -= 1;
    if (left < 0) {
      if (left === -1)
        faults.push({ path: at, message: `must be at most ${expectationLimits.schemas} schemas in all` });
      return;
    }
    for (const [keyword, value] of Object.entries(schema)) lookAt(keyword, value, `${at}.${keyword}`);
  };
  const lookAt = (keyword: string, value: Json, at: string): void => {
    const must = (holds: boolean, message: string): void => {
      if (!holds) faults.push({ path: at, message });
    };
    if (texts.has(keyword)) must(typeof value === 'string', 'must be a text');
    else if (numbers.has(keyword)) must(typeof value === 'number', 'must be a number');
    else if (counts.has(keyword)) must(Number.isInteger(value) && Number(value) >= 0, 'must be a count');
    else if (schemas.has(keyword)) look(value, at);
    else if (lists.has(keyword)) {
      must(Array.isArray(value) && value.length > 0, 'must be a list of schemas');
      if (Array.isArray(value)) value.forEach((each: Json, index) => look(each, `${at}[${index}]`));
    } else if (keyword === 'properties') {
      must(isObject(value), 'must be an object of schemas');
      if (isObject(value)) Object.entries(value).forEach(([name, each]) => look(each, `${at}.${name}`));
    } else if (keyword === 'required') must(isListOf(value, isText), 'must be a list of different names');
    else if (keyword === 'enum') must(Array.isArray(value) && value.length > 0, 'must be a list of values');
    else if (keyword === 'type')
      must(types.has(value) || isListOf(value, (each) => types.has(each)), 'must be a type of JSON Schema');
    else must(keyword === 'const', 'is no keyword that a gate knows');
  };
  look(expect, path);
  if (faults.length === 0 && !asksForSomething(expect)) {
    const message = 'is met by an output that says nothing: name in "required" what it has to hold';
    faults.push({ path, message });
  }
  return faults;
};

/**
 * Whether `{}` might not meet it. Properties are asked for by `required` alone, so a gate that misspells one, or whose
 * action stops telling it, would otherwise let everything pass.
 */
const asksForSomething = (schema: Json | undefined): boolean => {
  if (!isObject(schema)) return schema === false;
  const { required, type, minProperties, allOf, anyOf, oneOf } = schema;
  const isEach = (list: Json | undefined): boolean => Array.isArray(list) && list.every(asksForSomething);
  return (
    required !== undefined ||
    'const' in schema ||
    'enum' in schema ||
    'not' in schema ||
    (type !== undefined && ![type].flat().includes('object')) ||
    Number(minProperties) > 0 ||
    (Array.isArray(allOf) && allOf.some(asksForSomething)) ||
    isEach(anyOf) ||
    isEach(oneOf)
  );
};

const isText = (value: Json): boolean => typeof value === 'string';

const isListOf = (value: Json, holds: (each: Json) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every(holds);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';

const printed = readFileSync(join(import.meta.dirname, '../../../../../shared/schema.graphql'), 'utf8');
const types = Object.values(buildSchema(printed).getTypeMap()).filter((type) => !isIntrospectionType(type));
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

test('every type, field, argument and enum value says what it is', () => {
  const silent: string[] = [];
  const note = (name: string, { description }: { description?: string | null | undefined }): void => {
    if (!description) silent.push(name);
  };
  for (const type of types) {
    if (builtIn.has(type.name)) continue;
    note(type.name, type);
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    }
    if (isEnumType(type)) {
      for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        note(`${type.name}.${field.name}`, field);
        for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
  }
  expect(silent).toEqual([]);
});

test('what is told as a duration may outgrow an Int, and what is given is one', () => {
  const told: string[] = [];
  const given: string[] = [];
  for (const type of types) {
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    const target = isObjectType(type) ? told : given;
    const fields: readonly { name: string; type: { toString(): string } }[] = Object.values(type.getFields());
    for (const { name, type: fieldType } of fields)
      if (/Ms$/.test(name)) target.push(`${name}: ${fieldType.toString().replace('!', '')}`);
  }
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((field) => !field.endsWith(': Milliseconds'))).toEqual([]);
  expect(given.length).toBeGreaterThan(0);
  expect(given.filter((field) => !field.endsWith(': Int'))).toEqual([]);
});

test('an event and an entry of the record are both entries of the log', () => {
  const entry = types.filter(isInterfaceType).find(({ name }) => name === 'LogEntry');
  const implementing = types
    .filter(isObjectType)
    .filter((type) => entry && type.getInterfaces().includes(entry));
  expect(implementing.map(({ name }) => name).toSorted()).toEqual(['AuditEntry', 'Event']);
  expect(Object.keys(entry?.getFields() ?? {})).toEqual(
    expect.arrayContaining(['seq', 'type', 'at', 'summary', 'data']),
  );
});

test('enums have values', () => {
  expect(types.filter(isEnumType).every((type) => type.getValues().length > 0)).toBe(true);
});

import { expect, test } from 'vitest';
import { assertRulesForAll } from './authorization-rules.ts';
import { createBuilder } from './builder.ts';

const schemaWith = (rules: { readonly type: boolean; readonly field: boolean }) => {
  const builder = createBuilder();
  const thing = builder.objectRef<{ name: string }>('Thing').implement({
    ...(rules.type ? { authScopes: { read: true } } : {}),
    fields: (t) => ({ name: t.exposeString('name') }),
  });
  builder.queryField('thing', (t) =>
    t.field({
      type: thing,
      ...(rules.field ? { authScopes: { read: true } } : {}),
      resolve: () => ({ name: 'x' }),
    }),
  );
  builder.mutationField('act', (t) => t.boolean({ authScopes: { submit: true }, resolve: () => true }));
  builder.subscriptionField('watch', (t) =>
    t.boolean({ authScopes: { read: true }, subscribe: async function* () {}, resolve: () => true }),
  );
  return builder.toSchema();
};

test('a schema with a rule for everything passes', () => {
  expect(() => {
    assertRulesForAll(schemaWith({ type: true, field: true }));
  }).not.toThrow();
});

test.each([
  [{ type: false, field: true }, /Thing\.$/],
  [{ type: true, field: false }, /Query\.thing\.$/],
])('a type or a root field without one is named: %o', (rules, message) => {
  expect(() => {
    assertRulesForAll(schemaWith(rules));
  }).toThrow(message);
});

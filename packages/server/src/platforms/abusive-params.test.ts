import { expect, test } from 'vitest';
import { usualTimeOf } from '../../testing/event-loop.ts';
import { z } from 'zod';
import { platformToolsWith } from '../../testing/platform-suite.ts';
import type { AnyExecutor } from './contract/executor.ts';
import { inputSchemaOf, parseParams } from './contract/registry.ts';
import { createSecrets } from './kit/secrets.ts';
import { openPlatforms, platformConfig, platformNames, sandboxSettings } from './settings.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** Params in the shape of a schema, with every property that it knows. */
const sampleOf = (schema: Schema): unknown => {
  const given = schema.examples?.[0] ?? schema.const ?? schema.enum?.[0];
  if (given !== undefined && schema.properties === undefined) return given;
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0]);
  if (schema.properties) {
    const properties = Object.entries(schema.properties).map(([name, each]) => [name, sampleOf(each)]);
    return { ...(Object.fromEntries(properties) as object), ...(given as object | undefined) };
  }
  if (schema.items) return [sampleOf(schema.items)];
  return schema.default ?? { number: 1, integer: 1, boolean: true }[schema.type ?? ''] ?? 'x';
};

const long = 200_000;
const abuse: readonly unknown[] = [
  ...[
    'a',
    'a/',
    '\u0430a',
    '"\\',
    '\n',
    ' ',
    'a.',
    'e\u0301',
    '-',
    '9',
    '(',
    '<!',
    'a@',
    'https://a.',
    '%2e',
  ].map((unit) => unit.repeat(long / unit.length)),
  `${' '.repeat(long)}x`,
  `A1:${'Z'.repeat(long)}`,
  '',
  'x\0',
  '\ud800',
  '__proto__',
  Number.MAX_SAFE_INTEGER,
  -1,
  null,
  [],
  {},
  Array.from({ length: 5_000 }, () => 'x'),
  Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'x'])),
  JSON.parse('{"__proto__":{"a":1},"constructor":1}') as unknown,
  JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown,
];

/** The same with each of its parts replaced, one at a time. */
function* withOneReplaced(value: unknown, by: unknown): Generator {
  yield by;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const other of withOneReplaced(item, by)) yield value.with(index, other);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value))
      for (const other of withOneReplaced(item, by)) yield { ...value, [name]: other };
  }
}

const addressOf = (name: string): string =>
  ['fleet', 'terraform'].includes(name) ? 'file:///nowhere' : 'http://127.0.0.1:9';
const settings = z.object(platformConfig).parse({});
const emulated = sandboxSettings(
  settings,
  Object.fromEntries(platformNames.map((name) => [name, addressOf(name)])),
);
const executors: readonly AnyExecutor[] = openPlatforms(
  { ...settings, ...emulated.settings },
  platformToolsWith(createSecrets(emulated.secrets)),
);

test('there are all that a sandbox has', () => {
  expect(executors.length).toBeGreaterThan(30);
});

test.each(executors.map((executor) => [executor.traits.name, executor] as const))(
  'the schema of %s is served with examples that may be sent as they are',
  (_name, executor) => {
    const { examples = [] } = inputSchemaOf(executor.input) as Schema;
    expect(examples).not.toEqual([]);
    for (const example of examples)
      expect(parseParams(executor, example, 'params')).toMatchObject({ ok: true });
  },
);

test.each(executors.map((executor) => [executor.traits.name, executor] as const))(
  'no params of %s are more than wrong, whatever they are, and none take long',
  async (_name, executor) => {
    const sample = sampleOf(inputSchemaOf(executor.input));
    let parses = 0;
    const tookMs = await usualTimeOf(() => {
      for (const by of abuse)
        for (const params of withOneReplaced(sample, by)) {
          expect(() => parseParams(executor, params, 'params')).not.toThrow();
          parses += 1;
        }
    });
    // A pattern that goes back and forth takes seconds for one of them.
    expect(tookMs).toBeLessThan(2_000 + 10 * parses);
  },
);

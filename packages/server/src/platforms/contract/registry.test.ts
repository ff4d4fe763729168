import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { createExecutorRegistry, joinPath, parseParams } from './registry.ts';

const version = (number: number) => {
  const noop = createNoopExecutor();
  return { ...noop, traits: { ...noop.traits, version: number } };
};

describe('the registry', () => {
  const registry = createExecutorRegistry([version(2), version(10), version(1)]);

  test('finds the newest version by the bare name, and each by its own', () => {
    expect(registry.find('noop.run')?.traits.version).toBe(10);
    expect(registry.find('noop.run@2')?.traits.version).toBe(2);
  });

  test.each(['noop.run@3', 'noop', 'noop.run@', 'toString', '__proto__', ''])(
    'does not know "%s"',
    (type) => {
      expect(registry.find(type)).toBeUndefined();
    },
  );

  test('lists all with the JSON Schema of their params', () => {
    const listed = registry.list();
    expect(listed.map((one) => one.version)).toEqual([1, 2, 10]);
    expect(listed[0]).toMatchObject({
      name: 'noop.run',
      platform: 'noop',
      inputSchema: {
        type: 'object',
        additionalProperties: false,
        properties: { category: { enum: ['READ', 'WRITE'], default: 'WRITE' } },
      },
    });
  });

  test('refuses two of the same name and version', () => {
    expect(() => createExecutorRegistry([version(1), version(1)])).toThrow('noop.run@1');
  });
});

describe('parsing params', () => {
  const executor = {
    input: z.strictObject({
      branch: z.string(),
      files: z.array(z.strictObject({ path: z.string(), content: z.string().nullable() })),
      headers: z.record(z.string(), z.string()).optional(),
    }),
  };
  const faultPaths = (params: unknown) => {
    const parsed = parseParams(executor, params, 'actions[0].params');
    return parsed.ok ? [] : parsed.faults.map(({ path }) => path);
  };

  test('names every fault with its path', () => {
    const files = [
      { path: 'a', content: null },
      { path: 1, content: 2, mode: 3 },
    ];
    expect(faultPaths({ branch: 7, files, headers: { 'x-a': 1 }, one: 1, two: 2 }).sort()).toEqual([
      'actions[0].params.branch',
      'actions[0].params.files[1].content',
      'actions[0].params.files[1].mode',
      'actions[0].params.files[1].path',
      'actions[0].params.headers["x-a"]',
      'actions[0].params.one',
      'actions[0].params.two',
    ]);
  });

  test.each([null, 'text', 7, []])('takes no %j for an object', (params) => {
    expect(faultPaths(params)).toEqual(['actions[0].params']);
  });

  test('gives what it parsed', () => {
    const params = { branch: 'main', files: [] };
    expect(parseParams(executor, params, '')).toEqual({ ok: true, value: params });
  });
});

test('paths are written as a programmer would', () => {
  expect(joinPath('', ['files', 1, 'path'])).toBe('files[1].path');
  expect(joinPath('params', ['headers', 'content-type'])).toBe('params.headers["content-type"]');
});

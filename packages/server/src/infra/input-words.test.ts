import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readInput } from './input-words.ts';

const schema = z.strictObject({
  branch: z.string(),
  title: z.string().min(1).max(5).default('x'),
  push: z.boolean().default(false),
  method: z.enum(['GET', 'POST']).default('GET'),
  count: z.int().min(1).max(1_000).default(1),
  ratio: z.number().default(0),
  files: z
    .array(z.strictObject({ path: z.string() }))
    .min(1)
    .max(2)
    .default([{ path: 'a' }]),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.json().optional(),
  id: z.uuid().optional(),
  own: z
    .string()
    .refine((text) => text !== 'bad', 'Must be good.')
    .optional(),
});

const said = (more: object): string[] => {
  const read = readInput(schema, { branch: 'main', ...more });
  return read.ok ? [] : read.faults.map(({ keys, message }) => `${keys.join('/')}: ${message}`);
};

describe('what is wrong with an input', () => {
  it.each<[more: object, fault: string]>([
    [{ branch: undefined }, 'branch: branch is missing'],
    [{ branch: null }, 'branch: branch must be text'],
    [{ branch: 5 }, 'branch: branch must be text'],
    [{ title: '' }, 'title: title must not be empty'],
    [{ title: '123456' }, 'title: title must have at most 5 characters'],
    [{ push: 'yes' }, 'push: push must be true or false'],
    [{ method: 'BREW' }, 'method: method must be "GET" or "POST"'],
    [{ count: 1.5 }, 'count: count must be a whole number'],
    [{ count: 0 }, 'count: count must be at least 1'],
    [{ count: 2_000 }, 'count: count must be at most 1,000'],
    [{ ratio: '1' }, 'ratio: ratio must be a number'],
    [{ files: 'a' }, 'files: files must be a list'],
    [{ files: [] }, 'files: files must hold at least 1 item'],
    [{ files: [{}] }, 'files/0/path: path is missing'],
    [{ files: [7] }, 'files/0: files[0] must be an object'],
    [{ headers: { 'X-A': 1 } }, 'headers/X-A: X-A must be text'],
    [{ id: 'none' }, 'id: id does not have the form that it must have'],
    [{ own: 'bad' }, 'own: Must be good.'],
    [{ stray: 1 }, 'stray: There is no such property.'],
  ])('%j is said in plain words', (more, fault) => {
    expect(said(more)).toEqual([fault]);
  });

  it('never uses the words of the library', () => {
    const values = [undefined, null, 1, 1.5, -1, '', 'x'.repeat(9), true, [], [1], {}, { a: 1 }, Number.NaN];
    for (const key of Object.keys(schema.shape)) {
      for (const value of values) {
        for (const line of said({ [key]: value })) {
          expect(line).not.toMatch(/invalid input|expected|received|undefined|NaN|too (small|big)/i);
        }
      }
    }
  });

  it('says all of it, and nothing of what fits', () => {
    expect(said({ branch: undefined, push: 1, files: [{}, {}] })).toHaveLength(4);
    expect(said({})).toEqual([]);
  });
});

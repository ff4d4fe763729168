import { beforeEach, describe, expect, it } from 'vitest';
import { createRecentValues, type Remembered, type RecentValues } from './recent-values.ts';

let nowMs: number;
let recent: RecentValues<string>;
let loads: string[];

beforeEach(() => {
  nowMs = 1_000;
  recent = createRecentValues<string>({ capacity: 2, nowMs: () => nowMs });
  loads = [];
});

const ask = (key: string, value: string | null = key) =>
  recent.get(key, () => {
    loads.push(key);
    return Promise.resolve(value === null ? null : { value, forMs: 100 });
  });

describe('recent values', () => {
  it('are loaded once for as long as they are believed', async () => {
    await ask('a', 'first');
    nowMs = 1_099;
    expect(await ask('a', 'second')).toBe('first');
    nowMs = 1_100;
    expect(await ask('a', 'second')).toBe('second');
    expect(loads).toEqual(['a', 'a']);
  });

  it('do not hold that there was nothing', async () => {
    expect(await ask('a', null)).toBeNull();
    expect(await ask('a')).toBe('a');
  });

  it('are bounded', async () => {
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) await ask(key);
    expect(loads).toEqual(['a', 'b', 'c', 'a']);
  });

  it('are forgotten where they match', async () => {
    for (const key of ['a', 'b']) await ask(key);
    recent.drop((value) => value === 'a');
    for (const key of ['b', 'a']) await ask(key);
    expect(loads).toEqual(['a', 'b', 'a']);
  });
});

describe('a load', () => {
  it('is shared by those who ask meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<Remembered<string>>();
    const first = recent.get('a', () => promise);
    const second = ask('a', 'another load');
    resolve({ value: 'shared', forMs: 100 });
    expect(await Promise.all([first, second])).toEqual(['shared', 'shared']);
    expect(loads).toEqual([]);
  });

  it('that began before something was dropped is kept for nobody', async () => {
    const { promise, resolve } = Promise.withResolvers<Remembered<string>>();
    const before = recent.get('a', () => promise);
    recent.drop(() => false);
    const after = ask('a', 'fresh');
    resolve({ value: 'stale', forMs: 100 });
    expect(await Promise.all([before, after])).toEqual(['stale', 'fresh']);
    expect(await ask('a', 'again')).toBe('fresh');
  });

  it('that fails fails those who share it, and the next one is asked anew', async () => {
    const failing = () => recent.get('a', () => Promise.reject(new Error('gone')));
    const results = await Promise.allSettled([failing(), failing()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask('a')).toBe('a');
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../infra/logger.ts';
import { createKeyUses } from './key-uses.ts';

const logger = createLogger({ level: 'silent' });

let saved: (readonly string[])[];
const save = (ids: readonly string[]): Promise<void> => {
  saved.push(ids);
  return Promise.resolve();
};

beforeEach(() => {
  saved = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('uses of keys', () => {
  it('are written together, after the requests that they belong to', async () => {
    await using uses = createKeyUses({ save, logger });
    for (const id of ['a', 'b', 'a']) uses.note(id);
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saved).toEqual([['a', 'b']]);
  });

  it('are written at most once a minute for a key', async () => {
    await using uses = createKeyUses({ save, logger });
    for (let second = 0; second < 180; second++) {
      uses.note('a');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(saved).toEqual([['a'], ['a'], ['a']]);
  });

  it('are written when the keeper ends', async () => {
    const uses = createKeyUses({ save, logger });
    uses.note('a');
    await uses[Symbol.asyncDispose]();
    expect(saved).toEqual([['a']]);
  });

  it('that could not be written do not stop the next', async () => {
    let calls = 0;
    const saveUnlessFirst = (ids: readonly string[]): Promise<void> =>
      ++calls === 1 ? Promise.reject(new Error('gone')) : save(ids);
    await using uses = createKeyUses({ save: saveUnlessFirst, logger });
    uses.note('a');
    await vi.advanceTimersByTimeAsync(1_000);
    uses.note('b');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saved).toEqual([['b']]);
  });
});

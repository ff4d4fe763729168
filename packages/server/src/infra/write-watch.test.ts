import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWriteWatch } from './write-watch.ts';

const refusal = (code: string): Error =>
  Object.assign(new pg.DatabaseError('could not extend file', 1, 'error'), { code });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what the database refused to write', () => {
  it('is remembered for some seconds, by its reason', () => {
    const watch = createWriteWatch();
    watch.noteFailure(refusal('53100'));
    expect(() => {
      watch.ensureNoneRefused();
    }).toThrow('The database takes no writes: its disk is full.');
    vi.advanceTimersByTime(15_000);
    expect(() => {
      watch.ensureNoneRefused();
    }).not.toThrow();
  });

  it('is no failure of another kind', () => {
    const watch = createWriteWatch();
    for (const error of [refusal('23505'), refusal('57014'), new Error('53100')]) watch.noteFailure(error);
    expect(() => {
      watch.ensureNoneRefused();
    }).not.toThrow();
  });
});

import { expect, test } from 'vitest';
import { atOnce, createYieldingRunner, type YieldingWork } from './yielding-work.ts';

const busy = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

/** Writes down whose piece it was each time. */
const pieces = function* (name: string, many: number, done: string[], pieceMs = 6): YieldingWork<string> {
  for (let piece = 0; piece < many; piece += 1) {
    busy(pieceMs);
    done.push(name);
    yield;
  }
  return name;
};

test('work gives what it gives, at once or in turns, and its failure', async () => {
  const work = createYieldingRunner();
  expect(atOnce(pieces('a', 3, [], 0))).toBe('a');
  expect(await work.do(pieces('a', 3, [], 0))).toBe('a');
  const failing = function* (): YieldingWork<never> {
    yield;
    throw new Error('no');
  };
  await expect(work.do(failing())).rejects.toThrow('no');
  expect(await work.do(pieces('b', 1, []))).toBe('b');
});

test('much work at once keeps the loop for a turn at a time, and each goes on in its turn', async () => {
  const work = createYieldingRunner();
  const done: string[] = [];
  let isDone = false;
  const all = Promise.all(['a', 'b', 'c'].map((name) => work.do(pieces(name, 8, done))));
  void all.then(() => (isDone = true));
  let most = 0;
  for (let seen = done.length; !isDone; seen = done.length) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, done.length - seen);
  }
  // A turn of ten milliseconds ends with the piece in which they are over.
  expect(most).toBeLessThanOrEqual(4);
  expect(done.filter((name) => name === 'c').length).toBe(8);
  expect(done.lastIndexOf('a')).toBeGreaterThan(done.indexOf('c'));
});

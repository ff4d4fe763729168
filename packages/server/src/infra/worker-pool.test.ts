import { expect, test } from 'vitest';
import { createWorkerPool } from './worker-pool.ts';

type Job = { readonly give: number } | { readonly hang: true } | { readonly fill: true };

const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (job) => {
      if (job.hang) for (;;);
      const kept = [];
      if (job.fill) for (;;) kept.push(Array.from({ length: 1e5 }, Math.random));
      parentPort.postMessage(job.give);
    });
  `)}`,
);
const poolOf = (timeoutMs: number) => createWorkerPool<Job, number>({ module, timeoutMs, memoryMb: 16 });
const forever = new AbortController().signal;

test('every job gets its own answer, also with more jobs than threads', async () => {
  await using pool = poolOf(10_000);
  const jobs = Array.from({ length: 40 }, (_, give) => pool.run({ give }, forever));
  expect(await Promise.all(jobs)).toEqual(Array.from({ length: 40 }, (_, give) => give));
});

test('what takes too long is given up, and others are answered', async () => {
  await using pool = poolOf(1_000);
  const hanging = Array.from({ length: 3 }, () => pool.run({ hang: true }, forever));
  expect(await Promise.all(hanging)).toEqual([null, null, null]);
  expect(await pool.run({ give: 7 }, forever)).toBe(7);
});

test('what takes too much memory is given up', async () => {
  await using pool = poolOf(60_000);
  expect(await pool.run({ fill: true }, forever)).toBeNull();
  expect(await pool.run({ give: 7 }, forever)).toBe(7);
});

test('who goes away does not wait', async () => {
  await using pool = poolOf(60_000);
  await expect(pool.run({ hang: true }, AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
  await expect(pool.run({ give: 1 }, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(await pool.run({ give: 7 }, forever)).toBe(7);
});

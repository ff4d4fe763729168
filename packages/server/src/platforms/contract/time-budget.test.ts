import { addAbortListener, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { classifyError } from '../kit/executor-error.ts';
import { withinBudget } from './time-budget.ts';

/** Answers shortly after it was asked, in a thread that our own loop cannot hold up. */
const server = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  createServer((request, response) => {
    parentPort.postMessage('asked');
    setTimeout(() => response.end('answer'), 50);
  }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

test('an answer that came in time is heard, however long the loop was held up', async () => {
  const thread = new Worker(server, { eval: true });
  try {
    const [port] = (await once(thread, 'message')) as [number];
    const asked = once(thread, 'message');
    const budgetMs = 2_000;
    const answer = withinBudget(budgetMs, new AbortController().signal, async (signal) =>
      (await fetch(`http://127.0.0.1:${port}`, { signal })).text(),
    );
    await asked;
    const busyUntil = performance.now() + budgetMs + 200;
    while (performance.now() < busyUntil);
    await expect(answer).resolves.toBe('answer');
  } finally {
    await thread.terminate();
  }
});

test('work that takes longer is told to stop, and its effect is unknown', async () => {
  const work = withinBudget(20, new AbortController().signal, () => new Promise<never>(() => undefined));
  await expect(work).rejects.toMatchObject({ code: 'EXECUTION_TIMEOUT', effect: 'UNKNOWN' });
});

test('work that its caller stops is known as that, whatever words it was stopped with', async () => {
  const caller = new AbortController();
  const work = withinBudget(60_000, caller.signal, async (signal) => {
    await new Promise((resolve) => addAbortListener(signal, resolve));
    signal.throwIfAborted();
  });
  caller.abort(new Error('This worker process stops.'));
  const failure = classifyError(await work.catch((error: unknown) => error));
  expect(failure).toMatchObject({
    code: 'EXECUTION_TIMEOUT',
    message: 'This worker process stops.',
    effect: 'UNKNOWN',
    isAborted: true,
  });
});

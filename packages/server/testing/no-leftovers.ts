import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach } from 'vitest';

const watchedKinds = new Set(['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap']);
const graceMs = 20_000;
let before = openHandles().length;
let hasTriedAgain = false;

afterEach(({ task }) => {
  hasTriedAgain ||= (task.result?.retryCount ?? 0) > 0;
});

// Registered before the file's own hooks, so it runs after them: what is open now, nobody will close.
afterAll(async () => {
  const deadline = Date.now() + graceMs;
  while (openHandles().length > before && Date.now() < deadline) await sleep(10);
  const open = openHandles();
  const left = open.length - before;
  // The files that follow in this process are not to blame for what this one left.
  before = open.length;
  // A try that failed may leave what it had no more chance to end; whether it passed then is told by the retry.
  if (left > 0 && !hasTriedAgain)
    throw new Error(`These are still open after the last test: ${open.join(', ')}.`);
});

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => watchedKinds.has(kind));
}

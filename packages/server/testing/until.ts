import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again until there is an answer; throws what `explain` says when there is none in time. The longer it has
 * waited, the seldomer it asks: who asks all the time takes the time from those it waits for.
 */
export const until = async <Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  explain: () => string | Promise<string>,
  { timeoutMs = 60_000, pollMs = 10 } = {},
): Promise<Answer> => {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = pollMs; ; pauseMs = Math.min(pauseMs * slower, Math.max(pollMs, longestPauseMs))) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms: ${await explain()}`);
    await sleep(pauseMs);
  }
};

const slower = 1.2;
const longestPauseMs = 100;

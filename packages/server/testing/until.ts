import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until there is an answer; throws what `explain` says when there is none in time. */
export const until = async <Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  explain: () => string | Promise<string>,
  { timeoutMs = 30_000, pollMs = 10 } = {},
): Promise<Answer> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms: ${await explain()}`);
    await sleep(pollMs);
  }
};

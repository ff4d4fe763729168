import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use, once all that nobody holds is gone. */
const heapBytes = (): number => {
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
};

/** Far less than a task is with its plan. Of 3,000 tasks each left some 300 bytes: code that was compiled, sockets. */
const mostBytesPerTask = 1_500;
const atOnce = 50;
const perRound = 300;

test('a worker keeps nothing of what it has done', async () => {
  await using world = await createWorld();
  const does = async (tasks: number): Promise<void> => {
    for (let done = 0; done < tasks; done += atOnce) {
      const effects = Array.from({ length: atOnce }, () => anEffect('ledger.keyed', aResource()));
      await world.allReach(await world.agent.submitsMany(effects), 'SUCCEEDED');
    }
  };
  await does(2 * perRound);
  const grown: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = heapBytes();
    await does(perRound);
    grown.push((heapBytes() - before) / perRound);
  }
  // What is made once, however late, is in one round; what each task leaves is in all of them.
  expect(Math.min(...grown)).toBeLessThan(mostBytesPerTask);
});

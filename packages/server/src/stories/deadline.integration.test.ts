import { afterAll, beforeAll, expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const timeoutMs = 4_000;
/** Far longer than any of these tests may take. */
const delayMs = 60_000;
const stepStates = async (task: { readonly id: string }): Promise<string[]> => {
  const rows = await world.owner.query<{ state: string }>(
    'SELECT state FROM step WHERE task_id = $1 ORDER BY ordinal',
    [task.id],
  );
  return rows.map(({ state }) => state);
};
const outOfTime = {
  code: 'EXECUTION_TIMEOUT',
  message: expect.stringContaining('The time of the task was over before this step ended'),
};

test('a task that runs out of time stops the step in flight, and what waits for it', async () => {
  const task = await world.agent.submits({
    goal: 'Read for long',
    actions: [
      { name: 'long', type: 'noop.run', params: { category: 'READ', delayMs } },
      { name: 'next', type: 'noop.run', params: {}, dependsOn: ['long'] },
    ],
    timeoutMs,
  });
  await world.reaches(task, 'FAILED');
  const { error, startedAt, finishedAt } = await world.now(task);
  expect(error).toMatchObject({ ...outOfTime, stepName: 'long' });
  expect(Number(finishedAt) - Number(startedAt)).toBeLessThan(10_000);
  expect(await stepStates(task)).toEqual(['FAILED', 'CANCELLED']);
});

test('a step in flight that may have acted when the time is over is left to a person', async () => {
  await world.ledger.behaves({ failures: [{ kind: 'HANG', when: 'AFTER' }] });
  const resource = aResource();
  const task = await world.agent.submits(anEffect('ledger.keyed', resource, { timeoutMs }));
  await world.reaches(task, 'NEEDS_ATTENTION');
  expect((await world.now(task)).error).toMatchObject({
    ...outOfTime,
    code: 'OUTCOME_UNKNOWN',
    details: { cause: 'EXECUTION_TIMEOUT' },
  });
  expect(await stepStates(task)).toEqual(['NEEDS_ATTENTION']);
  expect(world.ledger.effects().get(resource)).toBe(1);
});

test('a task that is done in time is not touched by it', async () => {
  const task = await world.agent.submits(anEffect('ledger.keyed', aResource(), { timeoutMs: 20_000 }));
  await world.reaches(task, 'SUCCEEDED');
});

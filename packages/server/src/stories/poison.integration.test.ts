import { expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { createPoisonExecutor, poisons } from '../../testing/executors/poison-executor.ts';
import type { TaskInput } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';
import { createDeadLetterQueries, createRunCommands } from '../modules/execution/index.ts';

const aPoison = (poison: string): TaskInput => ({
  goal: 'poison',
  actions: [{ type: 'poison.run', params: { poison }, timeoutMs: 200 }],
  retry: { maxRetries: 2, initialDelayMs: 5, maxDelayMs: 20 },
});

const sizes = { poison: sized(20, 100), sound: sized(80, 1_900) };

test('poison among sound work is laid aside with its cause, blocks nobody, and comes back by permission alone', async () => {
  const chaos = createChaos('poison');
  const poison = createPoisonExecutor();
  await using world = await createWorld({
    moreExecutors: [poison],
    lanes: { NORMAL: { slots: 16 } },
    guards: { poison: { breaker: { opensAt: 1_000_000, probeAfterMs: 1_000 } } },
  });
  const inputs = chaos.shuffled([
    ...Array.from({ length: sizes.poison / poisons.length }, () => poisons.map(aPoison)).flat(),
    ...Array.from({ length: sizes.sound }, () => anErrand({ label: 'sound' })),
  ]);
  const tasks = [];
  for (let from = 0; from < inputs.length; from += 500)
    tasks.push(...(await world.agent.submitsMany(inputs.slice(from, from + 500))));
  const bad = tasks.filter(({ goal }) => goal === 'poison');
  await world.allReach(
    tasks.filter(({ goal }) => goal !== 'poison'),
    'SUCCEEDED',
  );
  await world.allReach(bad, 'FAILED');

  const { deadLetters } = createDeadLetterQueries(world.services.stores.deadLetters);
  const { redriveSteps } = createRunCommands(world.services.runControl);
  const operator = { viewer: signedIn(world.operator.principal), traceparent: null };
  const list = async () => {
    const outcome = await deadLetters.execute(operator, { first: 100 });
    return outcome.ok ? outcome.value.nodes : [];
  };
  const letters = await list();
  expect(letters.map(({ taskId }) => taskId).toSorted()).toEqual(bad.map(({ id }) => id).toSorted());
  expect(letters.every(({ attempts, error }) => attempts === 3 && error.message !== '')).toBe(true);

  poison.cure();
  const reason = 'It is cured.';
  const wanted = letters.map(({ taskId, step }) => ({ taskId, step, reason }));
  const agent = { viewer: signedIn(world.agent.principal), traceparent: null };
  expect(await redriveSteps.execute(agent, wanted)).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  expect(await list()).toHaveLength(sizes.poison);
  const redriven = await redriveSteps.execute(operator, wanted);
  expect(redriven.ok && redriven.value.every(({ ok }) => ok)).toBe(true);
  await world.allReach(bad, 'SUCCEEDED');
  expect(await list()).toEqual([]);
  const told = await world.owner.query<{ task: string }>(
    `SELECT task_id AS task FROM event WHERE type = 'step.retried' AND actor_id = $1 AND data->>'reason' = $2`,
    [world.operator.principal.id, reason],
  );
  expect(told.map(({ task }) => task).toSorted()).toEqual(bad.map(({ id }) => id).toSorted());
}, 300_000);

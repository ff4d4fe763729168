import { expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';
import { createDeadLetterQueries, createRunCommands } from '../modules/execution/index.ts';

test('what failed on a platform that took no more is listed with its cause, and tried anew, many at once', async () => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status: 429, when: 'BEFORE', times: 6 }] },
  });
  const { deadLetters } = createDeadLetterQueries(world.services.stores.deadLetters);
  const { redriveSteps } = createRunCommands(world.services.runControl);
  const operator = { viewer: signedIn(world.operator.principal), traceparent: null };
  const inputs = Array.from({ length: 3 }, () => ({
    ...anEffect('ledger.keyed', aResource()),
    retry: { maxRetries: 1, initialDelayMs: 10, maxDelayMs: 20 },
  }));
  const tasks = await world.agent.submitsMany(inputs);
  await world.allReach(tasks, 'FAILED');
  const list = async () => {
    const outcome = await deadLetters.execute(operator, {});
    return outcome.ok ? outcome.value.nodes : [];
  };
  const letters = await list();
  expect(letters.map(({ taskId }) => taskId).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
  expect(letters[0]).toMatchObject({
    platform: 'ledger',
    attempts: 2,
    error: { code: 'RATE_LIMIT_EXCEEDED' },
  });

  const input = letters.map(({ taskId, step }) => ({ taskId, step, reason: 'It has room again.' }));
  const agent = { viewer: signedIn(world.agent.principal), traceparent: null };
  expect(await redriveSteps.execute(agent, input)).toMatchObject({
    ok: false,
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  const redriven = await redriveSteps.execute(operator, [...input, ...input.slice(0, 1)]);
  expect(redriven.ok && redriven.value.map(({ ok }) => ok)).toEqual([true, true, true, false]);
  expect(await list()).toEqual([]);
  await world.allReach(tasks, 'SUCCEEDED');
});

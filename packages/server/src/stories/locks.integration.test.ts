import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { ofType } from '../../testing/events.ts';
import { accepted } from '../../testing/people.ts';
import { until } from '../../testing/until.ts';
import { ExecutorError } from '../platforms/index.ts';
import { backends, createWorld } from '../../testing/world.ts';

test.each(backends)(
  'tasks on one branch never interleave, however many steps they have, on %s',
  async (backend) => {
    const noop = createNoopExecutor();
    const claiming: typeof noop = {
      ...noop,
      traits: { ...noop.traits, name: 'branch.change' },
      async plan(input, context) {
        const planned = await noop.plan(input, context);
        return planned.ok ? { ...planned, value: { ...planned.value, claims: [input.label] } } : planned;
      },
    };
    await using world = await createWorld({ backend, moreExecutors: [claiming] });
    const change = (label: string) => ({
      goal: `Change ${label}`,
      actions: [
        { name: 'change', type: 'branch.change', params: { label, delayMs: 20 } },
        { name: 'tell', type: 'noop.run', params: { delayMs: 20 }, dependsOn: ['change'] },
      ],
    });
    const same = await world.agent.submitsMany(
      ['demo/main', 'demo', 'demo/main/docs', 'demo/main'].map(change),
    );
    const other = await world.agent.submits(change('demo-two'));
    await world.allReach([...same, other], 'SUCCEEDED');
    const runs = await world.owner.query<{ startedAt: Date; finishedAt: Date }>(
      `SELECT started_at AS "startedAt", finished_at AS "finishedAt" FROM run WHERE task_id = ANY($1::uuid[])
       ORDER BY started_at`,
      [same.map(({ id }) => id)],
    );
    for (const [index, run] of runs.slice(1).entries())
      expect(run.startedAt.getTime()).toBeGreaterThanOrEqual(runs[index]?.finishedAt.getTime() ?? 0);
    const history = (await Promise.all(same.map((task) => world.historyOf(task)))).flat();
    const [held] = ofType(history, 'step.held');
    expect(held?.data).toMatchObject({ rule: 'lock' });
    expect(held?.data.reason).toMatch(/^Another task has noop:demo.* for itself until it ends/);
    expect(await world.owner.query('SELECT 1 FROM resource_lock')).toEqual([]);
  },
);

test('what nobody knows the outcome of keeps others away, until it is known or a person says otherwise', async () => {
  const noop = createNoopExecutor();
  const doubtful: typeof noop = {
    ...noop,
    traits: { ...noop.traits, name: 'branch.change', idempotency: 'NONE' },
    async plan(input, context) {
      const planned = await noop.plan(input, context);
      return planned.ok ? { ...planned, value: { ...planned.value, claims: ['demo/main'] } } : planned;
    },
    apply: (input) => {
      if (input.label !== 'doubtful') return Promise.resolve({ label: input.label });
      throw new ExecutorError('EXECUTION_TIMEOUT', 'No answer came.', { effect: 'UNKNOWN' });
    },
  };
  await using world = await createWorld({ moreExecutors: [doubtful] });
  const { runControl } = world.services;
  const operator = world.operator.principal;
  const change = (label: string) => ({
    goal: `Change by ${label}`,
    actions: [{ name: 'change', type: 'branch.change', params: { label } }],
  });
  const first = await world.agent.submits(change('doubtful'));
  await world.reaches(first, 'NEEDS_ATTENTION');
  const second = await world.agent.submits(change('second'));
  const isHeld = (task: typeof second) =>
    until(
      async () => ofType(await world.historyOf(task), 'step.held')[0],
      () => 'it is not held',
    );
  const held = await isHeld(second);
  expect(held.data).toMatchObject({ rule: 'lock' });
  // Whoever reads this may not see the other; who sees both is led there by the step's own hold.
  expect(JSON.stringify([held.summary, held.data])).not.toContain(first.id);
  const noPerson = await runControl.releaseLocks(world.agent.principal, first.id, 'I want it.');
  expect(noPerson).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
  accepted(await runControl.releaseLocks(operator, first.id, 'Nothing of it is there.'));
  await world.reaches(second, 'SUCCEEDED');
  const [released] = ofType(await world.historyOf(first), 'run.locks_released');
  expect(released).toMatchObject({
    data: { reason: 'Nothing of it is there.', names: ['noop:demo/main'] },
  });
  expect(await runControl.releaseLocks(operator, first.id, 'Once more.')).toMatchObject({
    refusal: { code: 'NOT_IN_THIS_STATE' },
  });

  const third = await world.agent.submits(change('doubtful'));
  await world.reaches(third, 'NEEDS_ATTENTION');
  const fourth = await world.agent.submits(change('fourth'));
  await isHeld(fourth);
  accepted(await runControl.resolve(operator, third.id, 'change', 'HAPPENED', 'It is on the branch.'));
  await world.reaches(fourth, 'SUCCEEDED');

  const fifth = await world.agent.submits(change('doubtful'));
  await world.reaches(fifth, 'NEEDS_ATTENTION');
  accepted(await world.operator.cancels(fifth));
  expect(await world.owner.query('SELECT 1 FROM resource_lock')).toEqual([]);
});

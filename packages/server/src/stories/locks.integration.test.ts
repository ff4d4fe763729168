import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { ofType } from '../../testing/events.ts';
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
    expect(held?.data.reason).toMatch(/^Task .+ has noop:demo.* for itself until it ends/);
    expect(await world.owner.query('SELECT 1 FROM resource_lock')).toEqual([]);
  },
);

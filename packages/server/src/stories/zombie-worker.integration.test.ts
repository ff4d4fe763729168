import { ofType } from '../../testing/events.ts';
import { describe, expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { WorkerProcess } from '../../testing/worker-process.ts';

/** Long enough that on a busy machine only those lose it who sleep. */
const leaseMs = 3_000;
/** For a story in which losing it once more harms nothing. */
const shortLeaseMs = 1_000;
const staleWarning = 'a late outcome changed nothing: the step is not ours any more';

const hasLogged = (worker: WorkerProcess, text: string): Promise<true> =>
  until(
    () => worker.logged().some(({ msg }) => msg === text) || undefined,
    () => `${worker.name} did not log "${text}": ${JSON.stringify(worker.logged().slice(-5))}`,
  );

const stateOf = async (world: World, taskId: string) => {
  const rows = await world.owner.query(
    `SELECT s.state, s.fence, s.attempt, s.output, e.state AS effect, e.fence AS effect_fence, t.status, t.updated_at
     FROM step s JOIN effect e ON e.step_id = s.id JOIN task t ON t.id = s.task_id WHERE t.id = $1`,
    [taskId],
  );
  return rows;
};

describe.each(backends)('a worker that sleeps past its lease, on %s', (backend) => {
  test('wakes to find its step done by another, and commits nothing', async () => {
    await using world = await createWorld({
      backend,
      leaseMs,
      background: 'KEEPERS',
      logLevel: 'warn',
      ledger: { latencyMs: 300 },
    });
    const resource = aResource();
    const zombie = await world.startsWorker();
    const task = await world.agent.submits(anEffect('ledger.keyed', resource));
    await world.reaches(task, 'RUNNING');
    zombie.stop();
    world.begins('ALL');
    await world.reaches(task, 'SUCCEEDED');
    const before = await stateOf(world, task.id);
    zombie.continue();
    await hasLogged(zombie, staleWarning);

    expect(await stateOf(world, task.id)).toEqual(before);
    expect(before).toMatchObject([{ state: 'SUCCEEDED', fence: 2, attempt: 2, effect_fence: 2 }]);
    expect(world.ledger.effects().get(resource)).toBe(1);
    const history = await world.historyOf(task);
    const attempts = ofType(history, 'step.started').map(({ data }) => data.worker);
    expect(attempts).toEqual([zombie.name, expect.not.stringMatching(zombie.name)]);
    expect(history.filter(({ type }) => type === 'step.succeeded')).toHaveLength(1);
  });

  test(
    'many sleeps under load: every task ends, and a platform that knows our key was changed once for each',
    async () => {
      const chaos = createChaos(`zombies on ${backend}`);
      await using world = await createWorld({
        backend,
        leaseMs: shortLeaseMs,
        logLevel: 'warn',
        lanes: { NORMAL: { slots: 8 } },
        ledger: { latencyMs: sized(60, 30) },
      });
      // The other worker is this process.
      const zombie = await world.startsWorker();
      const resources = Array.from({ length: sized(60, 2_000) }, aResource);
      const tasks = await world.agent.submitsMany(
        resources.map((resource) => anEffect('ledger.keyed', resource)),
      );
      for (let round = 0; round < sized(3, 200); round += 1) {
        await chaos.moment(20, 150);
        zombie.stop();
        await chaos.moment(shortLeaseMs * 1.2, shortLeaseMs * 2);
        zombie.continue();
      }
      await world.allReach(tasks, 'SUCCEEDED');
      expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
      const wrong = await world.owner.query(
        `SELECT s.id FROM step s JOIN effect e ON e.step_id = s.id WHERE e.fence <> s.fence OR e.state <> 'SUCCEEDED'`,
      );
      expect(wrong).toEqual([]);
      const outcomes = await world.owner.query<{ count: bigint }>(
        `SELECT count(*) FROM event WHERE type = 'step.succeeded' GROUP BY task_id HAVING count(*) <> 1`,
      );
      expect(outcomes).toEqual([]);
    },
    sized(300_000, 3_600_000),
  );
});

import { describe, expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { createSubmitter, type TaskInput } from '../../testing/people.ts';
import { anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Outcome } from '../domain/errors.ts';
import type { Submitted } from '../modules/tasks/index.ts';
import { signedIn } from '../../testing/signed-in.ts';

const keysOf = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());
const withKey = (idempotencyKey: string, input: TaskInput = anErrand()): TaskInput => ({
  ...input,
  idempotencyKey,
});

const taskIds = (outcomes: readonly Outcome<Submitted>[]): Set<string> =>
  new Set(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.task.id] : [])));
const reused = { ok: false, refusal: { code: 'IDEMPOTENCY_KEY_REUSED' } };

const tasksPerKey = async ({ owner }: World, keys: readonly string[]): Promise<Map<string, number>> => {
  const rows = await owner.query<{ key: string; count: number }>(
    `SELECT idempotency_key AS key, count(*)::int AS count FROM task WHERE idempotency_key = ANY($1::text[])
     GROUP BY idempotency_key`,
    [keys],
  );
  return new Map(rows.map(({ key, count }) => [key, count]));
};
const once = (keys: readonly string[]) => new Map(keys.map((key) => [key, 1]));

describe('an idempotency key', () => {
  test('makes one task of 20 equal submissions at once, at any node', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const nodes = [world.services, await world.startsNode()];
    const agents = nodes.map((node) => createSubmitter(node, world.agent.principal));
    const keys = keysOf(sized(10, 1_000));
    await Promise.all(
      keys.map(async (key) => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, index) => agents[index % 2]!.asks(withKey(key))),
        );
        expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
        expect(taskIds(outcomes).size).toBe(1);
        expect(outcomes.filter((outcome) => outcome.ok && !outcome.value.isReplay)).toHaveLength(1);
      }),
    );
    expect(await tasksPerKey(world, keys)).toEqual(once(keys));
  });

  test('stands for the same body as before whatever fields have come since', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const input = { goal: 'As ever', actions: [{ type: 'noop.run', params: {} }] };
    const { requestHash } = await world.agent.submits(withKey('as-ever', input));
    expect(requestHash).toBe('47c20a589af26a1fc7f75a6cc0bb581134f09c161430eb32f87a80c092461c8e');
  });

  test('stands for one body: another is refused, also where both come at once', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const key = crypto.randomUUID();
    const first = await world.agent.submits(withKey(key));
    const other = await world.agent.asks(withKey(key, anErrand({ label: 'another body' })));
    expect(other).toMatchObject({ ...reused, refusal: { ...reused.refusal, details: { taskId: first.id } } });

    for (const contested of keysOf(sized(4, 100))) {
      const bodies = [anErrand({ label: 'one' }), anErrand({ label: 'two' })];
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => world.agent.asks(withKey(contested, bodies[index % 2]))),
      );
      expect(taskIds(outcomes).size).toBe(1);
      const refused = outcomes.filter(({ ok }) => !ok);
      expect(refused).toHaveLength(10);
      refused.forEach((outcome) => expect(outcome).toMatchObject(reused));
    }
  });

  test('counts once within one batch, too', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const key = crypto.randomUUID();
    const outcomes = await world.services.tasks.submit(
      signedIn(world.agent.principal),
      [withKey(key), withKey(key), withKey(key, anErrand({ label: 'another body' }))],
      null,
    );
    expect(taskIds(outcomes).size).toBe(1);
    expect(await tasksPerKey(world, [key])).toEqual(once([key]));
    expect(outcomes.filter(({ ok }) => !ok).length).toBeGreaterThanOrEqual(1);
  });

  test("is its submitter's own: the same key elsewhere is another task", async () => {
    await using world = await createWorld({ background: 'NONE' });
    const others = await world.inTenant('others');
    const key = crypto.randomUUID();
    const tasks = [
      await world.agent.submits(withKey(key)),
      await world.operator.submits(withKey(key)),
      await others.agent.submits(withKey(key, anErrand({ label: 'another body' }))),
    ];
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(3);
  });

  test('still answers with the task when that has long gone its way', async () => {
    await using world = await createWorld();
    const key = crypto.randomUUID();
    const task = await world.agent.submits(withKey(key, aRiskyTask()));
    await world.approver.approves(task);
    await world.reaches(task, 'SUCCEEDED');
    expect(await world.agent.asks(withKey(key, aRiskyTask()))).toMatchObject({
      ok: true,
      value: { isReplay: true, task: { id: task.id, status: 'SUCCEEDED' } },
    });
  });
});

describe('submissions whose answer is lost', () => {
  test('a process dies between commit and answer: the same submission again gets what was made', async () => {
    const chaos = createChaos('a process dies while it takes tasks in');
    await using world = await createWorld({ background: 'NONE' });
    const keys = keysOf(sized(120, 1_000));
    const inputs = keys.map((key) => withKey(key));
    const doomed = await world.startsWorker({ submits: inputs });
    await until(
      async () => (await tasksPerKey(world, keys)).size > 0 || undefined,
      () => 'the process made no task',
    );
    await chaos.moment(0, 60);
    await doomed.kill();
    const made = (await tasksPerKey(world, keys)).size;
    expect(made).toBeGreaterThan(0);
    const outcomes = await Promise.all(inputs.map((input) => world.agent.asks(input)));
    expect(outcomes.filter((outcome) => outcome.ok && outcome.value.isReplay)).toHaveLength(made);
    expect(taskIds(outcomes).size).toBe(keys.length);
    expect(await tasksPerKey(world, keys)).toEqual(once(keys));
  });

  test('connections to the database break all the time: whoever tries again ends up with one task', async () => {
    const chaos = createChaos('connections break while tasks are taken in');
    await using world = await createWorld({ background: 'NONE' });
    const keys = keysOf(sized(60, 500));
    const state = { failures: 0 };
    const persist = async (input: TaskInput): Promise<Outcome<Submitted>> => {
      for (;;) {
        try {
          const outcome = await world.agent.asks(input);
          // What the process could not look at just now is as lost as an answer.
          if (outcome.ok || !outcome.refusal.retriable) return outcome;
        } catch {
          state.failures += 1;
        }
        await chaos.moment(1, 20);
      }
    };
    const breaking = (async () => {
      for (let round = 0; round < sized(15, 100); round += 1) {
        await chaos.moment(10, 60);
        await world.owner.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'countersign'
             AND state <> 'idle' AND query NOT LIKE '%pg_terminate_backend%'`,
        );
      }
    })();
    const outcomes = await Promise.all(
      chaos.shuffled([...keys, ...keys]).map(async (key) => {
        await chaos.moment(0, 800);
        return persist(withKey(key));
      }),
    );
    await breaking;
    expect(state.failures).toBeGreaterThan(0);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(taskIds(outcomes).size).toBe(keys.length);
    expect(await tasksPerKey(world, keys)).toEqual(once(keys));
    const [events] = await world.owner.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM event WHERE type = 'task.submitted'`,
    );
    expect(events?.count).toBe(keys.length);
  });
});

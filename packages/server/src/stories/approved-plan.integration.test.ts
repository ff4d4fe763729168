import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { createChaos } from '../../testing/chaos.ts';
import type { TaskInput } from '../../testing/people.ts';
import { columnTamperings, tampering, type Tampering, type Victim } from '../../testing/tampering.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { errorCodes } from '../domain/errors.ts';
import type { AnyExecutor } from '../modules/executors/index.ts';

const mutations = 1_100;
const controls = 40;
const tasksPerSubmission = 200;

/** Does nothing but remember by whose task it was called. */
const countingExecutor = (calls: string[]): AnyExecutor => {
  const noop = createNoopExecutor();
  return {
    ...(noop as AnyExecutor),
    traits: { ...noop.traits, name: 'noop.count' },
    async apply(_input, { taskId }) {
      calls.push(taskId);
      return { label: '' };
    },
  };
};

const aPlan = (): TaskInput => ({
  goal: 'Do exactly this',
  requiresApproval: true,
  environment: 'PRODUCTION',
  justification: 'the release needs it',
  timeoutMs: 3_600_000,
  actions: [
    { name: 'first', type: 'noop.count', params: { label: 'one' } },
    { name: 'second', type: 'noop.count', params: { label: 'two' }, dependsOn: ['first'] },
  ],
});

const approvedTasks = async ({ agent, approver }: World, count: number): Promise<Task[]> => {
  const tasks: Task[] = [];
  while (tasks.length < count) {
    const inputs = Array.from({ length: Math.min(tasksPerSubmission, count - tasks.length) }, aPlan);
    tasks.push(...(await agent.submitsMany(inputs)));
  }
  const decided = await Promise.all(tasks.map((task) => approver.approves(task)));
  expect(new Set(decided.map(({ task }) => task.status))).toEqual(new Set(['QUEUED']));
  return tasks;
};

const victimsOf = async (world: World, tasks: readonly Task[]): Promise<Victim[]> => {
  const others = await world.inTenant('others');
  const rows = await world.owner.query<{ task_id: string; document: string; hash: string }>(
    'SELECT task_id, document, hash FROM plan WHERE task_id = ANY($1::uuid[])',
    [tasks.map(({ id }) => id)],
  );
  return rows.map(({ task_id, document, hash }) => ({
    taskId: task_id,
    document,
    hash,
    approverId: world.approver.principal.id,
    requesterId: world.agent.principal.id,
    ownerId: world.operator.principal.id,
    otherTenantId: others.tenantId,
  }));
};

/** Writes as somebody whom no trigger and no constraint stops. */
const tamper = (
  world: World,
  victims: readonly Victim[],
  tamperings: readonly Tampering[],
): Promise<string[]> =>
  world.owner.transaction(async (tx) => {
    await tx.query('SET LOCAL session_replication_role = replica');
    const done: string[] = [];
    for (const [index, victim] of victims.entries()) {
      const forgeries = tamperings[index]?.forge(victim) ?? [];
      for (const { text, values } of forgeries) await tx.query(text, values);
      if (forgeries.length > 0) done.push(victim.taskId);
    }
    return done;
  });

test('a plan that was changed in any way after its approval never runs', async () => {
  const { seed } = createChaos('tampering with approved plans');
  const calls: string[] = [];
  await using world = await createWorld({ background: 'NONE', moreExecutors: [countingExecutor(calls)] });
  const untouched = await approvedTasks(world, controls);
  const victims = await victimsOf(world, await approvedTasks(world, mutations));
  const tamperings = [
    ...columnTamperings,
    ...fc.sample(tampering, { seed, numRuns: mutations - columnTamperings.length }),
  ];
  const tampered = await tamper(world, victims, tamperings);
  expect(tampered.length).toBeGreaterThanOrEqual(1_000);
  const whatHappenedTo = new Map(victims.map(({ taskId }, index) => [taskId, tamperings[index]?.what]));

  world.begins('ALL');
  await world.allReach(untouched, 'SUCCEEDED');
  const find = () =>
    world.owner.query<{ id: string; status: string; code: string | null }>(
      `SELECT id, status, error->>'code' AS code FROM task WHERE id = ANY($1::uuid[])`,
      [tampered],
    );
  const refused = await until(
    async () => {
      const rows = await find();
      return rows.every(({ status }) => status !== 'QUEUED') ? rows : undefined;
    },
    async () => {
      const stuck = (await find()).filter(({ status }) => status === 'QUEUED');
      return `these were neither run nor refused: ${stuck.map(({ id }) => whatHappenedTo.get(id)).join('; ')}`;
    },
    { pollMs: 200, timeoutMs: 20_000 },
  );

  const called = new Set(calls);
  expect([...called].flatMap((id) => whatHappenedTo.get(id) ?? [])).toEqual([]);
  expect(calls).toHaveLength(2 * controls);
  const ends = ['FAILED', 'DENIED', 'EXPIRED'];
  const unnamed = refused.filter(
    ({ status, code }) =>
      !ends.includes(status) || !(errorCodes as readonly (string | null)[]).includes(code),
  );
  expect(unnamed.map(({ id, ...end }) => ({ ...end, what: whatHappenedTo.get(id) }))).toEqual([]);
  const effects = await world.owner.query('SELECT 1 FROM effect WHERE task_id = ANY($1::uuid[])', [tampered]);
  expect(effects).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { createChaos, type Chaos } from '../../testing/chaos.ts';
import { contradictions, outcomesOf } from '../../testing/consistency.ts';
import { accepted, createReviewer, type Reviewer } from '../../testing/people.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Outcome } from '../domain/errors.ts';
import type { Task } from '../domain/task.ts';
import type { Decided } from '../modules/approvals/index.ts';
import type { Services } from '../services.ts';

const people = 16;
const required = 3;

const tasksOf = (world: World, count: number, more: object = {}): Promise<Task[]> =>
  world.agent.submitsMany(Array.from({ length: count }, () => aRiskyTask(more)));

/** Somebody at any node of the installation. */
const atAnyNode = (
  chaos: Chaos,
  nodes: readonly Services[],
  { principal }: Pick<Reviewer, 'principal'>,
): Reviewer => createReviewer(chaos.pick(nodes), principal);

const codesOf = (outcomes: readonly Outcome<unknown>[]): Set<string> =>
  new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal.code])));

/** 64 votes of everybody who may vote and some who may not, as fast as they come. */
const vote64 = async (
  chaos: Chaos,
  nodes: readonly Services[],
  crowd: readonly Reviewer[],
  outsiders: readonly Reviewer[],
  task: Task,
  rejecting: number,
): Promise<{ counted: Outcome<Decided>[]; uncounted: Outcome<Decided>[] }> => {
  const votes = Array.from({ length: 64 }, (_, index) => {
    const isOutsider = index % 8 === 0;
    const reviewer = atAnyNode(chaos, nodes, isOutsider ? chaos.pick(outsiders) : chaos.pick(crowd));
    const verdict = index < rejecting && !isOutsider ? ('REJECT' as const) : ('APPROVE' as const);
    return { isOutsider, cast: () => reviewer.votes(verdict, task) };
  });
  const results = await Promise.all(
    chaos.shuffled(votes).map(async ({ isOutsider, cast }) => ({ isOutsider, outcome: await cast() })),
  );
  return {
    counted: results.flatMap(({ isOutsider, outcome }) => (isOutsider ? [] : [outcome])),
    uncounted: results.flatMap(({ isOutsider, outcome }) => (isOutsider ? [outcome] : [])),
  };
};

test('64 decisions at once on each of several requests, at two nodes: one outcome each, by a quorum of others', async () => {
  const chaos = createChaos('64 decisions at once');
  await using world = await createWorld({ asking: { required } });
  const nodes = [world.services, await world.startsNode()];
  const crowd = await Promise.all(
    Array.from({ length: people }, (_, index) => world.hires(`person ${index}`)),
  );
  const outsiders = [world.agent, world.operator].map(({ principal }) =>
    createReviewer(world.services, principal),
  );
  const tasks = await tasksOf(world, 8);
  const rejecting = [0, 0, 0, 0, 2, 6, 20, 64];
  const results = await Promise.all(
    tasks.map((task, index) => vote64(chaos, nodes, crowd, outsiders, task, rejecting[index] ?? 0)),
  );

  for (const { counted, uncounted } of results) {
    const resolving = counted.filter((outcome) => outcome.ok && outcome.value.approval.status !== 'PENDING');
    expect(resolving).toHaveLength(1);
    expect([...codesOf(counted)]).toEqual(['ALREADY_DECIDED']);
    expect(uncounted.some(({ ok }) => ok)).toBe(false);
    expect(
      [...codesOf(uncounted)].filter((code) => code !== 'SELF_APPROVAL' && code !== 'NOT_ELIGIBLE'),
    ).toEqual([]);
  }
  await world.allReach(tasks, 'SUCCEEDED', 'REJECTED');
  const outcomes = await outcomesOf(world, tasks);
  expect(contradictions(outcomes, required)).toEqual([]);
  expect(outcomes.filter(({ resolutions }) => resolutions !== 1)).toEqual([]);
  expect(outcomes.slice(0, 4).map(({ task }) => task)).toEqual(Array(4).fill('SUCCEEDED'));
  expect(outcomes.at(-1)?.task).toBe('REJECTED');
});

describe('decisions at the edge of time', () => {
  test('who decides while the request expires gets exactly one of both', async () => {
    const chaos = createChaos('deciding while expiring');
    await using world = await createWorld({ asking: { expiresInMs: 1_000 } });
    const nodes = [world.services, await world.startsNode()];
    const tasks = await tasksOf(world, 48);
    const answers = await Promise.all(
      tasks.map(async (task) => {
        const [approval] = await world.approvalsOf(task);
        await chaos.around(approval?.expiresAt ?? new Date(), 200, 20);
        return atAnyNode(chaos, nodes, world.approver).votes(chaos.pick(['APPROVE', 'REJECT']), task);
      }),
    );
    await world.allReach(tasks, 'SUCCEEDED', 'REJECTED', 'EXPIRED');
    const outcomes = await outcomesOf(world, tasks);
    expect(contradictions(outcomes)).toEqual([]);
    const byTask = new Map(outcomes.map((outcome) => [outcome.taskId, outcome]));
    tasks.forEach(({ id }, index) => {
      const answer = answers[index];
      const isDecided = byTask.get(id)?.approval !== 'EXPIRED';
      expect({ id, isDecided }).toEqual({ id, isDecided: answer?.ok });
    });
    expect([...codesOf(answers)].filter((code) => code !== 'APPROVAL_EXPIRED')).toEqual([]);
  });

  test('who cancels while others approve gets exactly one of both', async () => {
    const chaos = createChaos('cancelling while approving');
    await using world = await createWorld();
    const nodes = [world.services, await world.startsNode()];
    const tasks = await tasksOf(world, 48);
    const answers = await Promise.all(
      tasks.map(async (task) => {
        const approve = async () => {
          await chaos.moment(0, 100);
          return atAnyNode(chaos, nodes, world.approver).votes('APPROVE', task);
        };
        const cancel = async () => {
          await chaos.moment(0, 200);
          return chaos.pick(nodes).tasks.cancel(world.operator.principal, task.id, null);
        };
        const [approved, cancelled] = await Promise.all([approve(), cancel()]);
        return { approved, cancelled };
      }),
    );
    await world.allReach(tasks, 'SUCCEEDED', 'CANCELLED');
    const outcomes = await outcomesOf(world, tasks);
    expect(contradictions(outcomes)).toEqual([]);
    for (const [index, { approved, cancelled }] of answers.entries()) {
      // A step in flight finishes: then cancelling came too late, whatever it was told.
      const isDone = outcomes.find(({ taskId }) => taskId === tasks[index]?.id)?.task === 'SUCCEEDED';
      if (isDone) expect(accepted(approved).task.status).toBe('QUEUED');
      else expect(cancelled.ok).toBe(true);
    }
    expect(
      [...codesOf(answers.map(({ approved }) => approved))].filter((code) => code !== 'ALREADY_DECIDED'),
    ).toEqual([]);
    expect(
      [...codesOf(answers.map(({ cancelled }) => cancelled))].filter((code) => code !== 'NOT_CANCELLABLE'),
    ).toEqual([]);
  });

  test('who takes an approval back while its task is released gets exactly one of both', async () => {
    const chaos = createChaos('withdrawing at the edge');
    await using world = await createWorld({ asking: { undoWindowMs: 600 } });
    const nodes = [world.services, await world.startsNode()];
    nodes.slice(1).forEach((node) => void world.begins('KEEPERS', node));
    const tasks = await tasksOf(world, 48);
    const answers = await Promise.all(
      tasks.map(async (task) => {
        const { approval } = await world.approver.approves(task);
        await chaos.around(approval.effectiveAt ?? new Date(), 120, 10);
        return atAnyNode(chaos, nodes, world.approver).votes('WITHDRAW', task);
      }),
    );
    await world.allReach(tasks, 'SUCCEEDED', 'AWAITING_APPROVAL');
    const outcomes = await outcomesOf(world, tasks);
    expect(contradictions(outcomes)).toEqual([]);
    const withdrawn = new Set(tasks.filter((_, index) => answers[index]?.ok).map(({ id }) => id));
    expect(
      new Set(outcomes.filter(({ task }) => task === 'AWAITING_APPROVAL').map(({ taskId }) => taskId)),
    ).toEqual(withdrawn);
    expect([...codesOf(answers)].filter((code) => code !== 'UNDO_WINDOW_CLOSED')).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { decoysOf } from '../background.ts';
import type { Decoy } from '../domain/decoy.ts';
import { wholeTenant } from '../domain/sight.ts';
import type { Task } from '../domain/task.ts';
import { createLogger } from '../infra/logger.ts';
import { createHabitQueries } from '../modules/approvals/index.ts';
import { seedDecoys } from '../modules/decoys/index.ts';
import { createPolicyPast } from '../record/policy-past.ts';

const logger = createLogger({ level: 'error' });

/** Rounds of the loop, by the story's hand: where the rate is one, each real request brings a decoy. */
const seeds = (world: World, rate = 1) =>
  seedDecoys({ ...decoysOf(world.services), ratesOf: () => ({ DEVELOPMENT: rate }), logger });

const noop = createNoopExecutor();
const other = { ...noop, traits: { ...noop.traits, name: 'other.run' } };

const asksForTwoThings = async (world: World) => [
  await world.agent.submits(aRiskyTask()),
  await world.agent.submits(
    aRiskyTask({ goal: 'Do something else', actions: [{ type: 'other.run', params: { label: 'else' } }] }),
  ),
];

const waiting = (world: World) =>
  world.services.stores.tasks.page(wholeTenant(world.tenantId), { status: ['AWAITING_APPROVAL'] }, 50, null);

/** The newest that waits and that nobody here submitted. */
const seeded = async (world: World, real: readonly Task[]): Promise<Task> => {
  expect(await seeds(world)).toBe(1);
  const [decoy] = (await waiting(world)).filter(({ id }) => real.every((task) => task.id !== id));
  if (!decoy) throw new Error('Nobody was asked about a decoy.');
  return decoy;
};

const endOf = async (world: World, { id }: Task): Promise<Decoy | undefined> =>
  (await world.services.stores.decoys.findEnded(world.tenantId, [id]))[0];

const refuses = (asked: Promise<unknown>, why: RegExp) => expect(asked).rejects.toThrow(why);

const habitsOf = async (world: World) =>
  accepted(
    await createHabitQueries(
      world.services.stores.approvals,
      world.services.stores.decoys,
    ).approverHabits.execute(
      {
        viewer: signedIn(
          await world.services.access.ensurePrincipal({
            tenantId: world.tenantId,
            type: 'HUMAN',
            name: 'Ada',
            roles: ['ADMIN'],
          }),
        ),
        traceparent: null,
      },
      {},
    ),
  );

test('a decoy looks like any other request, tells whoever approves it at once, and never runs', async () => {
  await using world = await createWorld({ moreExecutors: [other] });
  const real = await asksForTwoThings(world);
  const decoy = await seeded(world, real);
  const like = real.find(({ goal }) => goal === decoy.goal);
  expect(like).toMatchObject({
    submittedById: decoy.submittedById,
    mode: decoy.mode,
    priority: decoy.priority,
    environment: decoy.environment,
    requiresApproval: decoy.requiresApproval,
    source: decoy.source,
  });
  expect(decoy.actions).not.toEqual(like?.actions);
  expect((await world.historyOf(decoy)).map(({ type }) => type)).toEqual(
    (await world.historyOf(real[0]!)).map(({ type }) => type),
  );
  expect(await endOf(world, decoy)).toBeUndefined();
  expect(await seeds(world)).toBe(0);

  const { task, approval } = await world.approver.approves(decoy);
  expect(approval).toMatchObject({ status: 'CANCELLED', effectiveAt: null });
  expect(task.status).toBe('CANCELLED');
  expect(task.error?.message).toMatch(/^A decoy, and no real work.*Ann approved it after [\d.]+ s\.$/);
  expect(await endOf(world, decoy)).toMatchObject({
    result: 'APPROVED',
    decidedById: world.approver.principal.id,
    goalOfId: like?.id,
    changeOfId: real.find(({ id }) => id !== like?.id)?.id,
  });
  expect((await world.historyOf(decoy)).map(({ type }) => type).slice(-3)).toEqual([
    'decoy.ended',
    'approval.resolved',
    'task.cancelled',
  ]);
  expect(await world.owner.query('SELECT FROM run WHERE task_id = $1', [decoy.id])).toEqual([]);
  expect(await world.owner.query('SELECT FROM review WHERE tenant_id = $1', [world.tenantId])).toEqual([]);
  expect((await world.approver.votes('APPROVE', decoy)).ok).toBe(false);
});

test('whoever rejects, asks, edits, wants changes or cancels caught it; where nobody decides, nobody is told off', async () => {
  await using world = await createWorld({ background: 'NONE', moreExecutors: [other] });
  const { services, approver } = world;
  const real = await asksForTwoThings(world);
  const viewer = signedIn(approver.principal);
  const about = ({ id, revision, planHash }: Task) => ({ taskId: id, revision, planHash: planHash ?? '' });
  const ways: Readonly<Record<string, (decoy: Task) => Promise<unknown>>> = {
    reject: (decoy) => approver.rejects(decoy),
    'want changes': (decoy) =>
      services.approvals.decide({
        reviewer: viewer,
        taskId: decoy.id,
        verdict: 'REQUEST_CHANGES',
        on: about(decoy),
        comment: 'The change is not what the goal says.',
        considered: { ms: 4_000, hasViewed: true },
      }),
    ask: async (decoy) =>
      accepted(await services.approvals.ask(viewer, decoy.id, 'What has this to do with that?')),
    edit: async (decoy) =>
      accepted(
        await services.tasks.edit(viewer, {
          ...about(decoy),
          actions: [{ type: 'noop.run', params: { label: 'other' } }],
          comment: null,
        }),
      ),
    cancel: async (decoy) => accepted(await world.operator.cancels(decoy)),
  };
  for (const [name, act] of Object.entries(ways)) {
    const decoy = await seeded(world, real);
    await act(decoy);
    expect(await endOf(world, decoy), name).toMatchObject({ result: 'CAUGHT' });
    expect((await world.now(decoy)).revision, name).toBe(1);
    real.push(await world.agent.submits(aRiskyTask()));
  }
  const ann = (await habitsOf(world)).find(({ reviewerId }) => reviewerId === approver.principal.id);
  expect(ann).toMatchObject({
    approvals: 0,
    rejections: 0,
    decoysCaught: 4,
    decoysApproved: 0,
    isSign: false,
  });

  const left = await seeded(world, real);
  await world.owner.query('UPDATE approval_request SET expires_at = now() WHERE task_id = $1', [left.id]);
  world.begins('KEEPERS');
  await world.reaches(left, 'CANCELLED');
  expect(await endOf(world, left)).toMatchObject({ result: 'UNDECIDED', decidedById: null, tookMs: null });
});

test('nothing counts a decoy as work, and the agent that it poses as does not see it', async () => {
  await using world = await createWorld({ openApprovals: 3, moreExecutors: [other] });
  const { services, tenantId } = world;
  const real = await asksForTwoThings(world);
  const before = await createPolicyPast(services.database).count(
    tenantId,
    { since: new Date(0), until: new Date(Date.now() + 60_000) },
    100,
  );
  const decoy = await seeded(world, real);
  expect(await services.tasks.findMany(world.agent.principal, [decoy.id])).toEqual([]);
  const seen = await services.tasks.findMany(world.operator.principal, [decoy.id]);
  expect(seen).toHaveLength(1);
  // A program that sees the tenant's work sees neither less of it nor more.
  const watcher = { ...world.agent.principal, sees: 'TENANT' } as const;
  expect(await services.tasks.findMany(watcher, [decoy.id])).toEqual(seen);
  expect(await endOf(world, decoy)).toBeUndefined();
  // Room for three of its own, of which two are taken.
  await world.agent.submits(aRiskyTask());
  expect((await world.agent.asks(aRiskyTask())).ok).toBe(false);

  const together = await services.approvals.decideTogether(
    [decoy, ...real].map(({ id, revision, planHash }) => ({
      reviewer: signedIn(world.approver.principal),
      taskId: id,
      verdict: 'APPROVE' as const,
      on: { revision, planHash: planHash ?? '' },
      comment: null,
    })),
  );
  expect(together.map((outcome) => outcome.ok)).toEqual([true, true, true]);
  await world.allReach(real, 'SUCCEEDED');
  expect((await world.now(decoy)).status).toBe('CANCELLED');
  const [ann] = await habitsOf(world);
  expect(ann).toMatchObject({ approvals: 2, decoysApproved: 1 });
  expect(
    await createPolicyPast(services.database).count(
      tenantId,
      { since: new Date(0), until: new Date(Date.now() + 60_000) },
      100,
    ),
  ).toBe(before + 1);
});

test('the database lets nothing make a decoy run, nobody vote on one, and nothing be made one afterwards', async () => {
  await using world = await createWorld({ background: 'NONE', moreExecutors: [other] });
  const real = await asksForTwoThings(world);
  const decoy = await seeded(world, real);
  const [request] = await world.approvalsOf(decoy);
  const { database } = world.services;
  await refuses(
    database.query(
      `INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at)
       VALUES (gen_random_uuid(), $1, $2, 1, $3, 'QUEUED', now())`,
      [world.tenantId, decoy.id, decoy.planHash],
    ),
    /decoy/,
  );
  await refuses(
    database.query(
      `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, verdict, at)
       VALUES (gen_random_uuid(), $1, $2, $3, $4, 'APPROVE', now())`,
      [world.tenantId, request?.id, decoy.planHash, world.approver.principal.id],
    ),
    /decoy/,
  );
  await refuses(
    database.query(
      `INSERT INTO decoy (id, tenant_id, task_id, environment, goal_of_id, change_of_id, lot, at)
       VALUES (gen_random_uuid(), $1, $2, 'STAGING', $2, $2, 1, now())`,
      [world.tenantId, real[0]?.id],
    ),
    /from the first/,
  );
  await expect(database.query('DELETE FROM decoy')).rejects.toThrow(/permission denied/);
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { refusal, refused, type Refusal } from '../domain/errors.ts';
import { wholeTenant } from '../domain/sight.ts';
import type { Planner, PlanningSession } from '../modules/agents/index.ts';
import { createOperations } from '../operations.ts';

const place = { cluster: 'sandbox', namespace: 'shop', name: 'web-03' };
const goal = 'Restart sandbox/shop/web-03';

/** What the planners of a test read, before they hand in what they were asked for or refuse. */
let reads: (session: PlanningSession) => Promise<Refusal | void>;
const reader = (name: string): Planner => ({
  name,
  async plan(session) {
    const no = await reads(session);
    if (no) return refused(no);
    return session.handIn({
      ...{ summary: 'Restart it', report: 'As it was asked for.' },
      actions: [{ type: 'kubernetes.deployment.restart', params: place }],
    });
  },
});

let sandbox: SandboxWorld;
beforeAll(async () => {
  sandbox = await createSandboxWorld({ planners: [reader('first'), reader('second')] });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const planningOf = async (taskId: string) => {
  const { tenantId, services } = sandbox.world;
  const [planning] = await services.agents.plannings.findMany(wholeTenant(tenantId), [taskId]);
  if (!planning) throw new Error('Nobody plans it.');
  return planning;
};

const callsOf = async () => {
  const { world } = sandbox;
  const task = await world.agent.submits({ goal });
  await world.reaches(task, 'AWAITING_APPROVAL');
  return (await planningOf(task.id)).calls;
};

const isAway = refusal('DEPENDENCY_FAILED', 'The model is away.', { retriable: true });

test('of tools that are called side by side, each call is on record', async () => {
  const owners = Array.from({ length: 8 }, (_, at) => `team-${at}`);
  reads = async (session) => {
    // What is asked wrongly is answered at once: all of them in the same moment.
    await Promise.all(owners.map((owner) => session.call('query_assets', { owner, limit: 0 })));
  };
  const asked = (await callsOf()).flatMap(({ input }) => input['owner'] ?? []);
  expect(asked.toSorted()).toEqual(owners);
});

test('a plan rests on one answer to a question, however often it is asked', async () => {
  const { services, operator } = sandbox.world;
  const { importAssets } = createOperations(services, {} as never, {} as never);
  const question = { kind: 'note', limit: 10 };
  const answers: unknown[] = [];
  const uses: unknown[] = [];
  reads = async (session) => {
    const [first, beside] = await Promise.all([
      session.call('query_assets', question),
      session.call('query_assets', { limit: 10, kind: 'note' }),
    ]);
    const imported = await importAssets.execute(
      { viewer: signedIn(operator.principal), traceparent: null },
      {
        ...{ source: 'cmdb', format: 'JSON' },
        content: JSON.stringify([{ externalId: 'n', kind: 'note', name: 'n' }]),
      },
    );
    expect(imported).toMatchObject({ ok: true });
    const again = await session.call('query_assets', question);
    answers.push(...[first, beside, again].map((each) => each.ok && each.value.outputDigest));
    const other = await session.call('query_assets', { ...question, limit: 11 });
    uses.push(other.ok && other.value.outputDigest);
  };
  const calls = await callsOf();
  expect(new Set(answers).size).toBe(1);
  expect(uses).not.toContain(answers[0]);
  expect(calls.filter(({ input }) => input['kind'] === 'note')).toHaveLength(4);
});

test('tool calls of one model are none that the next one has', async () => {
  const { world } = sandbox;
  let askedBy = 0;
  let mayCall = 0;
  reads = async (session) => {
    askedBy += 1;
    mayCall = session.specialist.budget.toolCalls;
    const uses = Array.from({ length: mayCall }, (_, at) =>
      session.call('query_assets', { owner: `team-${at}`, limit: 0 }),
    );
    await Promise.all(uses);
    return isAway;
  };
  const task = await world.agent.submits({ goal });
  const { error } = await world.reaches(task, 'FAILED');
  expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(await planningOf(task.id)).toMatchObject({ toolCalls: mayCall, tries: 2 });
  expect(askedBy).toBe(1);
});

test('time that one try took is none that the next one has', async () => {
  const { world } = sandbox;
  const takesMs = 60;
  let timeMs = 0;
  reads = async ({ specialist }) => {
    timeMs = specialist.budget.timeMs;
    // Timers may fire a moment early.
    await delay(takesMs + 1);
    return isAway;
  };
  const task = await world.agent.submits({ goal });
  await vi.waitFor(
    async () => {
      const { finishedAt, tries, spentMs } = await planningOf(task.id);
      expect(finishedAt !== null && tries >= 2).toBe(true);
      expect(spentMs).toBeGreaterThanOrEqual(tries * takesMs);
    },
    { timeout: 60_000, interval: 20 },
  );
  await vi.waitFor(
    async () => {
      // While no try is under way: that one would write over it.
      const aged = await world.owner.query(
        'UPDATE planning SET spent_ms = $2 WHERE id = $1 AND finished_at IS NOT NULL RETURNING id',
        [task.id, timeMs],
      );
      expect(aged).toHaveLength(1);
    },
    { timeout: 60_000, interval: 20 },
  );
  const { error } = await world.reaches(task, 'FAILED');
  expect(error).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    message: `Planning took longer than the ${timeMs / 1_000} s of its agent.`,
  });
});

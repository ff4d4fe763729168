import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { wholeTenant } from '../domain/sight.ts';
import type { Planner, PlanningSession } from '../modules/agents/index.ts';
import { createOperations } from '../operations.ts';

const place = { cluster: 'sandbox', namespace: 'shop', name: 'web-03' };
const goal = 'Restart sandbox/shop/web-03';

/** What the planner of a test reads, before it hands in what it was asked for. */
let reads: (session: PlanningSession) => Promise<void>;
const reader: Planner = {
  name: 'reader',
  async plan(session) {
    await reads(session);
    return session.handIn({
      ...{ summary: 'Restart it', report: 'As it was asked for.' },
      actions: [{ type: 'kubernetes.deployment.restart', params: place }],
    });
  },
};

let sandbox: SandboxWorld;
beforeAll(async () => {
  sandbox = await createSandboxWorld({ planners: [reader] });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const callsOf = async () => {
  const { world } = sandbox;
  const task = await world.agent.submits({ goal });
  await world.reaches(task, 'AWAITING_APPROVAL');
  const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
  return planning?.calls ?? [];
};

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

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { until } from '../../testing/until.ts';
import type { Task } from '../domain/task.ts';
import { createOperations } from '../operations.ts';
import { fillSandbox } from '../sandbox-data.ts';
import { wholeTenant } from '../domain/sight.ts';

let sandbox: SandboxWorld;
beforeAll(async () => {
  sandbox = await createSandboxWorld();
  await fillSandbox(sandbox.world.services);
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const asks = async (goal: string, environment: 'PRODUCTION' | 'STAGING' = 'PRODUCTION') => {
  const { world } = sandbox;
  const justification = 'The golden image of the month';
  return world.reaches(await world.agent.submits({ goal, environment, justification }), 'AWAITING_APPROVAL');
};

/** As many people as are asked. */
const decides = async (task: Task) => {
  const { world } = sandbox;
  await world.approver.approves(task);
  if ((await world.now(task)).status === 'AWAITING_APPROVAL') await world.secondApprover.approves(task);
};

const approved = async (goal: string) => {
  const task = await asks(goal);
  await decides(task);
  return task;
};

const inInventory = async (filter: object) => {
  const { services, agent } = sandbox.world;
  const { assets } = createOperations(services, {} as never, {} as never);
  const found = await assets.execute(
    { viewer: signedIn(agent.principal), traceparent: null },
    { filter: { kind: 'server', ...filter }, first: 200 },
  );
  if (!found.ok) throw new Error(found.refusal.message);
  return found.value.nodes;
};

test('drift over a fleet is planned with canary, waves and a gate, and what gets unhealthy is taken back', async () => {
  const { world, platforms } = sandbox;
  const task = await asks('Fix drift on production web servers');
  const [action] = task.actions;
  expect(action).toMatchObject({
    type: 'fleet.patch',
    params: { fleet: 'sandbox', component: 'openssl', version: '3.2.2' },
    rollout: { canary: 2, batchPercent: 20, gate: { type: 'fleet.status', onFail: 'ROLL_BACK' } },
  });
  expect(action?.targets).toHaveLength(47);
  const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
  expect(planning).toMatchObject({
    agent: 'drift_agent',
    summary: '47 servers require drift remediation',
    affectedAssets: 47,
    report: expect.stringMatching(
      /Canary 2, then 5 waves of 9\..*47 of 100 servers run openssl 3\.2\.1, and not 3\.2\.2, inventory of /s,
    ),
  });
  await decides(task);
  // server-13 does not bear it.
  await world.reaches(task, 'ROLLED_BACK');
  expect(platforms.fleet.versionsOf('server-1')).toMatchObject({ openssl: '3.2.1' });
  expect(platforms.fleet.versionsOf('server-13')).toMatchObject({ openssl: '3.2.1' });
  // Some two hundred commands, each shut in by itself.
}, 180_000);

test('what was rolled out is in the inventory afterwards', async () => {
  const { world, platforms } = sandbox;
  const task = await approved('Patch nginx to 1.27.3 on production server-1');
  await world.reaches(task, 'SUCCEEDED');
  expect(platforms.fleet.versionsOf('server-1')).toMatchObject({ nginx: '1.27.3' });
  const patched = { component: 'nginx', version: '1.27.3', environment: 'PRODUCTION' };
  const found = await until(
    async () => (await inInventory(patched)).at(0),
    () => 'The inventory does not have it.',
  );
  expect(found).toMatchObject({ name: 'server-1', source: 'fleet', owner: 'Team Web' });
});

test('an image goes over a fleet, and a server is restarted', async () => {
  const { world, platforms } = sandbox;
  const rollout = await asks('Roll out image web-golden 2026.11 to web servers', 'STAGING');
  expect(rollout).toMatchObject({ agent: 'image_agent', actions: [{ type: 'fleet.image' }] });
  expect(rollout.actions[0]?.targets).toHaveLength(5);
  const restart = await approved('Restart server-7');
  expect(restart).toMatchObject({ agent: 'incident_agent', actions: [{ type: 'fleet.restart' }] });
  await world.reaches(restart, 'SUCCEEDED');
  expect(platforms.fleet.bootOf('server-7')).toBe('2');
});

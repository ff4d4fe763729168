import { expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect, aResource } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import { createOperations } from '../operations.ts';
import type { Services } from '../services.ts';
import { wholeTenant } from '../domain/sight.ts';

const inStaging = () => anEffect('ledger.keyed', aResource(), { environment: 'STAGING' });

const autonomy = (services: Services, who: Principal) => {
  const { setAutonomy, agents } = createOperations(services, {} as never, {} as never);
  const call = { viewer: signedIn(who), traceparent: null };
  return {
    set: (input: object) => setAutonomy.execute(call, { environment: 'STAGING', reason: 'Trial.', ...input }),
    agents: () => agents.execute(call, {}),
  };
};

const decided = async (world: World, task: { readonly id: string }) => {
  const [decision] = await world.services.stores.decisions.findMany(wholeTenant(world.tenantId), [
    { taskId: task.id, revision: 1 },
  ]);
  return decision;
};

test('an administrator sets how much an agent may do without a person, and every node goes by it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const admin = autonomy(await world.startsNode(), { ...world.operator.principal, roles: ['ADMIN'] });
  const agentId = world.agent.principal.id;
  expect(await world.agent.submits(inStaging())).toMatchObject({ status: 'QUEUED' });

  const missing = '0190c0de-0000-7000-8000-000000000000';
  expect(await admin.set({ level: 0, reason: ' ' })).toMatchObject({
    refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
  expect(await admin.set({ level: 0, agentId: missing })).toMatchObject({
    refusal: { code: 'RESOURCE_NOT_FOUND' },
  });
  expect(await admin.set({ level: 5 })).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  expect(await autonomy(world.services, world.operator.principal).set({ level: 4 })).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });

  expect(await admin.set({ level: 0, agentId })).toMatchObject({
    ok: true,
    value: { isSet: true, autonomy: { level: 0, source: 'AGENT', reason: 'Trial.' } },
  });
  const asked = await until(
    async () => {
      const task = await world.agent.submits(inStaging());
      return task.status === 'AWAITING_APPROVAL' ? task : undefined;
    },
    () => 'the other node does not know',
  );
  const decision = await decided(world, asked);
  expect(decision?.context.autonomy).toMatchObject({ level: 0, of: 'AGENT', reason: 'Trial.' });
  expect(decision?.reasons).toContainEqual(
    expect.objectContaining({
      layer: 'AUTONOMY',
      message: 'Autonomy level 0 of this agent in staging: a person approves every change.',
    }),
  );
  const listed = await admin.agents();
  if (!listed.ok) throw new Error(listed.refusal.message);
  const levels = listed.value.find(({ principal }) => principal.id === agentId)?.autonomy;
  expect(levels?.map(({ environment, level, source }) => `${environment} ${level} ${source}`)).toEqual([
    'DEVELOPMENT 4 POLICY',
    'STAGING 0 AGENT',
    'PRODUCTION 0 POLICY',
  ]);

  expect(await admin.set({ agentId })).toMatchObject({ value: { autonomy: { level: 2, source: 'POLICY' } } });
  await until(
    async () => (await world.agent.submits(inStaging())).status === 'QUEUED' || undefined,
    () => 'the other node does not know that it was taken back',
  );
});

test('a program that administers lowers what runs without a person, and only people raise it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const agentId = world.agent.principal.id;
  const program = autonomy(world.services, { ...world.agent.principal, roles: ['ADMIN'] });
  const person = autonomy(world.services, { ...world.operator.principal, roles: ['ADMIN'] });
  const no = { refusal: { code: 'NOT_ELIGIBLE' } };
  expect(await program.set({ level: 4 })).toMatchObject(no);
  expect(await program.set({ level: 1, environment: 'PRODUCTION', agentId })).toMatchObject(no);
  expect(await program.set({ level: 0, agentId })).toMatchObject({ value: { autonomy: { level: 0 } } });
  expect(await program.set({ agentId })).toMatchObject(no);
  expect(await person.set({ level: 1 })).toMatchObject({ value: { autonomy: { level: 1 } } });
  // To take back what holds for everybody would have it run by the policy's 2 again.
  expect(await program.set({})).toMatchObject(no);
  expect(await person.set({ level: 3 })).toMatchObject({ value: { autonomy: { level: 3 } } });
  expect(await program.set({})).toMatchObject({ value: { autonomy: { level: 2, source: 'POLICY' } } });
});

test('in production more runs without a person by the word of two people who say the same', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const person = async (name: string) => {
    const { ensurePrincipal } = world.services.access;
    const { tenantId } = world;
    return ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: ['ADMIN'] });
  };
  const [ada, eve] = [await person('Ada'), await person('Eve')];
  const [byAda, byEve] = [ada, eve].map((who) => autonomy(world.services, who));
  if (!byAda || !byEve) throw new Error('There are two.');
  const agentId = world.agent.principal.id;
  const production = { environment: 'PRODUCTION', agentId } as const;
  const waits = { value: { isSet: false, given: 1, required: 2, autonomy: { level: 0 } } };

  expect(await byAda.set({ ...production, level: 2 })).toMatchObject(waits);
  expect(await byAda.set({ ...production, level: 2 })).toMatchObject({ refusal: { code: 'NOT_ELIGIBLE' } });
  const listed = await byEve.agents();
  if (!listed.ok) throw new Error(listed.refusal.message);
  const seen = listed.value.find(({ principal }) => principal.id === agentId)?.autonomy;
  expect(seen?.map(({ asks }) => asks.map(({ by, level }) => [by, level]))).toEqual([[], [], [['Ada', 2]]]);

  // Another level is another word, and so is one on everybody.
  expect(await byEve.set({ ...production, level: 3 })).toMatchObject(waits);
  expect(await byEve.set({ environment: 'PRODUCTION', level: 2 })).toMatchObject(waits);
  expect(await byEve.set({ ...production, level: 2 })).toMatchObject({
    value: {
      isSet: true,
      given: 2,
      required: 2,
      autonomy: { level: 2, source: 'AGENT', by: 'Eve', asks: [] },
    },
  });
  const written = await world.services.database.query<{ type: string; actor: string }>(
    `SELECT type, actor_id AS actor FROM event WHERE type LIKE 'autonomy.%' ORDER BY seq`,
  );
  expect(written.map(({ type, actor }) => [type, actor])).toEqual([
    ['autonomy.raise_asked', ada.id],
    ['autonomy.raise_asked', eve.id],
    ['autonomy.raise_asked', eve.id],
    ['autonomy.set', eve.id],
  ]);

  // One person lowers; what was asked for before that counts no more.
  expect(await byAda.set({ ...production, level: 4 })).toMatchObject({ value: { isSet: false } });
  expect(await byEve.set({ ...production, level: 0 })).toMatchObject({
    value: { isSet: true, given: 1, required: 1 },
  });
  expect(await byEve.set({ ...production, level: 4 })).toMatchObject(waits);
  // A word counts while whoever gave it may still give it.
  const call = { viewer: signedIn(ada), traceparent: null };
  const { setRoles } = world.services.access.operations;
  expect(await setRoles.execute(call, { principalId: eve.id, roles: ['VIEWER'] })).toMatchObject({
    ok: true,
  });
  expect(await byAda.set({ ...production, level: 4 })).toMatchObject(waits);
});

test('who asks that an agent have what everybody has means what that was then', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { tenantId } = world;
  const people = ['Ada', 'Eve'].map(async (name) =>
    autonomy(
      world.services,
      await world.services.access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: ['ADMIN'] }),
    ),
  );
  const [byAda, byEve] = await Promise.all(people);
  if (!byAda || !byEve) throw new Error('There are two.');
  const everybody = { environment: 'PRODUCTION' } as const;
  const agent = { ...everybody, agentId: world.agent.principal.id } as const;
  const waits = { value: { isSet: false, given: 1, required: 2, autonomy: { level: 0 } } };
  const bothRaiseEverybody = async (level: number) => {
    await byAda.set({ ...everybody, level });
    expect(await byEve.set({ ...everybody, level })).toMatchObject({ value: { isSet: true } });
  };

  expect(await byAda.set({ ...agent, level: 0 })).toMatchObject({ value: { isSet: true } });
  await bothRaiseEverybody(1);
  expect(await byAda.set(agent)).toMatchObject(waits);
  await bothRaiseEverybody(3);
  expect(await byEve.set(agent)).toMatchObject(waits);
  expect(await byAda.set(agent)).toMatchObject({
    value: { isSet: true, given: 2, autonomy: { level: 3, source: 'TENANT', asks: [] } },
  });
  const [newest] = await world.services.database.query<{ summary: string }>(
    `SELECT summary FROM event WHERE type = 'autonomy.set' ORDER BY seq DESC LIMIT 1`,
  );
  expect(newest?.summary).toContain('in production is as it is for everybody again');
});

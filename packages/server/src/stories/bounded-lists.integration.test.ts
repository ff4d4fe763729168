import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Outcome } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { newId } from '../infra/ids.ts';
import type { Operation } from '../modules/operation.ts';
import { createOperations, type Operations } from '../operations.ts';

const comers = 64;
/** How many are let in: so many places the lists below have left. */
const left = 7;
const day = 86_400_000;

let world: World;
let operations: Operations;
let admin: Principal;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  operations = createOperations(world.services, {} as never, {} as never);
  admin = { ...world.operator.principal, roles: ['ADMIN', 'OPERATOR', 'APPROVER'] };
});
afterAll(() => world[Symbol.asyncDispose]());

const callOf = (principal: Principal) => ({ viewer: signedIn(principal), traceparent: null });

/** Rows that stand already, without the guards of the record. */
const standing = (text: string, values: readonly unknown[]): Promise<void> =>
  world.owner.transaction(async (tx) => {
    await tx.query('SET LOCAL session_replication_role = replica');
    await tx.query(text, values);
  });

/** So many at once; gives how many were let in, and of the others their codes. */
const crowd = async <Value>(
  operation: Pick<Operation<Value>, 'execute'>,
  who: Principal,
  inputOf: (index: number) => object,
): Promise<{ readonly isIn: number; readonly codes: readonly string[] }> => {
  const outcomes: readonly Outcome<Value>[] = await Promise.all(
    Array.from({ length: comers }, (_, index) => operation.execute(callOf(who), inputOf(index))),
  );
  const codes = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal.code]));
  return { isIn: outcomes.length - codes.length, codes: [...new Set(codes)] };
};

const copies = async (table: string, id: string, many: number, changed: string): Promise<void> => {
  const columns = await world.owner.query<{ name: string }>(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [table],
  );
  const others = columns
    .map(({ name }) => name)
    .filter((name) => !['id', ...changed.split(' ')].includes(name));
  const fresh = ['id', ...changed.split(' ').filter(Boolean)];
  await standing(
    `INSERT INTO ${table} (${[...fresh, ...others].join(', ')})
     SELECT gen_random_uuid()${fresh
       .slice(1)
       .map((name) => `, ${name}::text || ' ' || n`)
       .join('')}${others.map((name) => `, ${name}`).join('')}
       FROM ${table}, generate_series(1, ${many}) AS n WHERE id = $1`,
    [id],
  );
};

test('no list holds more than it may, however many add to it at once', async () => {
  const { approver, agent } = world;
  const order = {
    actionType: 'ledger.keyed',
    agentId: agent.principal.id,
    environment: 'STAGING',
    target: aResource(),
    maxRisk: 'LOW',
    uses: 1,
    expiresAt: new Date(Date.now() + day).toISOString(),
    reason: 'Approved often enough.',
  };
  const grant = accepted(await operations.createGrant.execute(callOf(approver.principal), order));
  await copies('standing_grant', grant.id, 199 - left, '');
  expect(await crowd(operations.createGrant, approver.principal, () => order)).toEqual({
    isIn: left,
    codes: ['QUOTA_EXCEEDED'],
  });

  const group = accepted(await operations.createGroup.execute(callOf(admin), { name: 'the first' }));
  await copies('people_group', group.id, 199 - left, 'name');
  expect(await crowd(operations.createGroup, admin, (index) => ({ name: `g${index}` }))).toEqual({
    isIn: left,
    codes: ['PRECONDITION_FAILED'],
  });

  const source = { kind: 'MAIL', reference: 'mallory@example.com', reason: 'It lies.' };
  const kept = accepted(await operations.quarantineSource.execute(callOf(admin), source));
  await copies('quarantine', kept.id, 499 - left, '');
  expect(await crowd(operations.quarantineSource, admin, () => source)).toEqual({
    isIn: left,
    codes: ['NOT_IN_THIS_STATE'],
  });

  const stop = {
    scope: { kind: 'ENVIRONMENT', value: 'STAGING' },
    mode: 'PAUSE',
    reason: 'A try.',
    isDrill: true,
  };
  const engaged = accepted(await operations.engageKillSwitch.execute(callOf(admin), stop)).killSwitch;
  await copies('kill_switch', engaged.id, 79 - left, '');
  expect(await crowd(operations.engageKillSwitch, admin, () => stop)).toEqual({
    isIn: left,
    codes: ['NOT_IN_THIS_STATE'],
  });
  // Whatever is full, all of the tenant can be stopped.
  const all = { ...stop, scope: { kind: 'TENANT' } };
  expect(await operations.engageKillSwitch.execute(callOf(admin), all)).toMatchObject({ ok: true });
});

test('no person follows, delegates or is joined by more than may be', async () => {
  const { approver, secondApprover } = world;
  const tasks = await Promise.all(
    Array.from({ length: comers }, () => world.agent.submits(anEffect('ledger.keyed', aResource()))),
  );
  await standing(
    `INSERT INTO task_mark (id, tenant_id, principal_id, task_id, is_watching)
     SELECT gen_random_uuid(), $1, $2, gen_random_uuid(), true FROM generate_series(1, $3::int)`,
    [world.tenantId, approver.principal.id, 200 - left],
  );
  const watched = await crowd(operations.watchTask, approver.principal, (index) => ({
    taskId: tasks[index]?.id,
  }));
  expect(watched).toMatchObject({ isIn: left });

  const from = (index: number): number => Date.now() + (index + 1) * 2 * day;
  const delegated = await crowd(operations.createDelegation, approver.principal, (index) => ({
    toId: secondApprover.principal.id,
    from: new Date(from(index)).toISOString(),
    until: new Date(from(index) + day).toISOString(),
  }));
  expect(delegated).toEqual({ isIn: 20, codes: ['NOT_IN_THIS_STATE'] });

  const [groupId, name] = [newId(), 'crew'];
  await standing('INSERT INTO people_group (id, tenant_id, name) VALUES ($1, $2, $3)', [
    groupId,
    world.tenantId,
    name,
  ]);
  const people = Array.from({ length: comers }, () => newId());
  await standing(
    `INSERT INTO principal (id, tenant_id, type, name, roles, groups, hand_ids, created_at)
     SELECT id, $1::uuid, 'HUMAN'::principal_type, id::text, '{VIEWER}'::role[], '{}'::text[], '{}'::uuid[], now() FROM unnest($2::uuid[]) AS id
     UNION ALL SELECT gen_random_uuid(), $1, 'HUMAN', 'crew ' || n, '{VIEWER}', ARRAY[$3::text], '{}', now()
       FROM generate_series(1, $4::int) AS n`,
    [world.tenantId, people, name, 500 - left],
  );
  const joined = await crowd(operations.addGroupMembers, admin, (index) => ({
    groupId,
    principalIds: [people[index]],
  }));
  expect(joined).toEqual({ isIn: left, codes: ['PRECONDITION_FAILED'] });
});

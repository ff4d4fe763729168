import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChaos } from '../../testing/chaos.ts';
import { forgeClaim, forgeGrant, forgeUse, intend, type ForgedGrant } from '../../testing/forgeries.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect, aResource } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { StandingGrant } from '../domain/grant.ts';
import type { Task } from '../domain/task.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { createOperations } from '../operations.ts';

let world: World;
/** Somebody who has got hold of the application's own connection, and may do whatever its role may. */
let intruder: Database;
let resource: string;
let grant: StandingGrant;

beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
  intruder = world.services.database;
  const operations = createOperations(world.services, {} as never, {} as never);
  const admin = { ...world.operator.principal, roles: ['ADMIN'] } as const;
  const call = (who: Parameters<typeof signedIn>[0]) => ({ viewer: signedIn(who), traceparent: null });
  const nothing = { environment: 'STAGING', level: 0, reason: 'New here.' };
  accepted(await operations.setAutonomy.execute(call(admin), nothing));
  resource = aResource();
  grant = accepted(
    await operations.createGrant.execute(call(world.approver.principal), {
      actionType: 'ledger.keyed',
      agentId: world.agent.principal.id,
      environment: 'STAGING',
      target: resource,
      maxRisk: 'MEDIUM',
      uses: 100,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      reason: 'Approved often enough.',
    }),
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const submits = (on = resource): Promise<Task> =>
  world.agent.submits(anEffect('ledger.keyed', on, { environment: 'STAGING' }));

/** What the task is let through by, with the run that it was released with forgotten. */
const letThrough = async (): Promise<Task> => {
  const task = await submits();
  expect(task.status).toBe('QUEUED');
  await world.owner.query('DELETE FROM step WHERE task_id = $1', [task.id]);
  await world.owner.query('DELETE FROM run WHERE task_id = $1', [task.id]);
  return task;
};

/** Without the guards of the record. */
const asOwner = (text: string, values: readonly unknown[] = []): Promise<void> =>
  world.owner.transaction(async (tx) => {
    await tx.query('SET LOCAL session_replication_role = replica');
    await tx.query(text, values);
  });

const refused = { code: 'CS004' };

describe('the gate below the code, of what a grant let through,', () => {
  test.each<[string, string, string]>([
    ['it was revoked', 'revoked_at = now()', 'revoked_at = NULL'],
    ['it is suspended', 'suspended_at = now()', 'suspended_at = NULL'],
    ['it has expired', 'expires_at = now()', "expires_at = now() + interval '1 day'"],
    ['a second person is missing', 'required = 2', 'required = 1'],
    ['its maker is nobody', `by_id = '${newId()}'`, 'required = 1'],
  ])('stays closed where %s', async (_case, assignment, back) => {
    const task = await letThrough();
    const stepId = await forgeClaim(intruder, task);
    await asOwner(`UPDATE standing_grant SET ${assignment} WHERE id = $1`, [grant.id]);
    await expect(intend(intruder, task, stepId)).rejects.toThrow('the grant that let it through');
    await asOwner(`UPDATE standing_grant SET ${back}, by_id = $2 WHERE id = $1`, [grant.id, grant.byId]);
    await intend(intruder, task, stepId);
  });

  test('stays closed where its maker may not decide any more, and where nothing of it was taken', async () => {
    const task = await letThrough();
    const stepId = await forgeClaim(intruder, task);
    const becomes = (role: string) =>
      world.owner.query('UPDATE principal SET roles = ARRAY[$1]::role[] WHERE id = $2', [role, grant.byId]);
    await becomes('VIEWER');
    await expect(intend(intruder, task, stepId)).rejects.toThrow('may not decide any more');
    await becomes('APPROVER');
    await asOwner('UPDATE grant_use SET revision = 9 WHERE task_id = $1', [task.id]);
    await expect(intend(intruder, task, stepId)).rejects.toThrow('has no such use');
  });
});

describe('a use', () => {
  const of = (task: Task, parts: object = {}) => forgeUse(intruder, task, { grantId: grant.id, ...parts });
  test.each<[string, () => Promise<unknown>]>([
    ['of a plan that people are asked about', async () => of(await submits(aResource()))],
    ['twice of one task', async () => of(await letThrough())],
    ['of a grant that is none', async () => of(await letThrough(), { grantId: newId(), revision: 2 })],
    ['of more than there is', async () => of(await letThrough(), { revision: 2, number: 101 })],
    ['out of its turn', async () => of(await letThrough(), { revision: 2, number: 90 })],
  ])('is not made up %s', async (_case, forge) => {
    await expect(forge()).rejects.toMatchObject({ code: expect.stringMatching(/^(CS004|23505)$/) as string });
  });

  test('is not made up of a plan that uses a secret', async () => {
    const task = await letThrough();
    const [taken] = await world.owner.query<{ number: number }>(
      'SELECT number FROM grant_use WHERE task_id = $1',
      [task.id],
    );
    const again = async () => {
      await asOwner('DELETE FROM grant_use WHERE task_id = $1', [task.id]);
      await of(task, taken);
    };
    await again();
    const secret = JSON.stringify({ kind: 'secret', name: resource });
    await asOwner(
      `UPDATE plan SET document = jsonb_insert(document::jsonb, '{steps,0,targets,0}', $2::jsonb)::text WHERE task_id = $1`,
      [task.id, secret],
    );
    await expect(again()).rejects.toThrow('the grant does not cover this plan');
    await asOwner('DELETE FROM grant_use WHERE task_id = $1', [task.id]);
  });

  test('is never changed, nor is what a grant allows', async () => {
    await letThrough();
    for (const statement of [
      'UPDATE grant_use SET takes = takes',
      'DELETE FROM grant_use',
      'TRUNCATE grant_use',
      'DELETE FROM standing_grant',
      'TRUNCATE standing_grant',
      'UPDATE standing_grant SET uses = 1000',
      "UPDATE standing_grant SET target = '*'",
      "UPDATE standing_grant SET expires_at = 'infinity'",
      'UPDATE standing_grant SET required = 1',
    ])
      await expect(intruder.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a word on a grant that nobody gave', () => {
  const change = (assignment: string) =>
    intruder.query(`UPDATE standing_grant SET ${assignment} WHERE id = $1`, [grant.id]);
  test('lets no grant hold again', async () => {
    await change('suspended_at = now()');
    await expect(change('suspended_at = NULL')).rejects.toMatchObject(refused);
    const resumed = `suspended_at = NULL, resumed_at = now(), resumed_by_id = '${world.approver.principal.id}'`;
    await expect(change(resumed)).rejects.toThrow('the log does not tell of it');
    await asOwner('UPDATE standing_grant SET suspended_at = NULL, required = 2 WHERE id = $1', [grant.id]);
    for (const id of [grant.byId, world.operator.principal.id, world.agent.principal.id, newId()])
      await expect(change(`approved_at = now(), approved_by_id = '${id}'`)).rejects.toMatchObject(refused);
    await expect(
      change(`approved_at = now(), approved_by_id = '${world.secondApprover.principal.id}'`),
    ).rejects.toThrow('the log does not tell of it');
    await asOwner('UPDATE standing_grant SET required = 1 WHERE id = $1', [grant.id]);
  });

  test('resumes no grant that two people make, without the first of them', async () => {
    const { approver, secondApprover, operator } = world;
    await asOwner('UPDATE standing_grant SET required = 2, suspended_at = now() WHERE id = $1', [grant.id]);
    const resumedBy = (id: string) =>
      change(`suspended_at = NULL, resumed_at = now(), resumed_by_id = '${id}'`);
    const askedBy = (id: string, at = 'now()') => `resume_asked_by_id = '${id}', resume_asked_at = ${at}`;
    await expect(resumedBy(approver.principal.id)).rejects.toThrow('it takes two people to resume it');
    for (const id of [operator.principal.id, world.agent.principal.id, newId()])
      await expect(change(askedBy(id))).rejects.toThrow('may not grant this');
    await expect(change(askedBy(approver.principal.id))).rejects.toThrow('the log does not tell of it');
    const asked = async (assignment: string, makers: readonly string[] = []) => {
      await asOwner(`UPDATE standing_grant SET resume_maker_ids = $2, ${assignment} WHERE id = $1`, [
        grant.id,
        makers,
      ]);
      await expect(resumedBy(approver.principal.id)).rejects.toThrow('it takes two people to resume it');
    };
    await asked(askedBy(approver.principal.id));
    await asked(askedBy(secondApprover.principal.id, "now() - interval '1 day'"));
    await asked(askedBy(secondApprover.principal.id), [approver.principal.id]);
    await expect(change("resume_maker_ids = '{}'")).rejects.toThrow('what was said of it stays');
    await asOwner('UPDATE standing_grant SET required = 1, suspended_at = NULL WHERE id = $1', [grant.id]);
  });

  test('makes none, whoever is named for it', async () => {
    const { seed } = createChaos('forged grants');
    const people = [
      world.approver.principal.id,
      world.operator.principal.id,
      world.agent.principal.id,
      newId(),
    ];
    const anyGrant: fc.Arbitrary<ForgedGrant> = fc.record({
      byId: fc.constantFrom(...people),
      toldBy: fc.constantFrom(null, ...people),
      at: fc.constantFrom('now()', "now() - interval '1 day'", "now() + interval '1 day'"),
      maxRisk: fc.constantFrom('LOW', 'HIGH', 'CRITICAL'),
      environment: fc.constantFrom('STAGING', 'PRODUCTION'),
      uses: fc.constantFrom(1, 100, 0, -1),
      isApproved: fc.boolean(),
      required: fc.constantFrom(1, 2),
    });
    const isSound = (forged: ForgedGrant): boolean =>
      forged.byId === world.approver.principal.id &&
      forged.toldBy === forged.byId &&
      forged.at === 'now()' &&
      forged.maxRisk !== 'CRITICAL' &&
      forged.uses > 0 &&
      !forged.isApproved &&
      (forged.environment === 'STAGING' || forged.required === 2);
    let made = 0;
    const property = fc.asyncProperty(anyGrant, async (forged) => {
      const agentId = world.agent.principal.id;
      const attempt = forgeGrant(intruder, {
        ...forged,
        tenantId: world.tenantId,
        agentId,
        target: resource,
      });
      if (!isSound(forged)) await expect(attempt).rejects.toMatchObject(refused);
      else {
        await attempt;
        made += 1;
      }
    });
    const sound: ForgedGrant = {
      byId: grant.byId,
      toldBy: grant.byId,
      at: 'now()',
      maxRisk: 'LOW',
      environment: 'STAGING',
      uses: 1,
      isApproved: false,
      required: 1,
    };
    // What is made up with its fact is in the log, as a vote would be: the gate proves no more.
    await fc.assert(property, { seed, numRuns: 60, examples: [[sound]] });
    const untold = await world.owner.query(
      `SELECT 1 FROM standing_grant g WHERE NOT EXISTS (SELECT FROM event e
         WHERE e.type = 'grant.created' AND e.data->>'grantId' = g.id::text AND e.actor_id = g.by_id)`,
    );
    expect([untold, made > 0]).toEqual([[], true]);
  });
});

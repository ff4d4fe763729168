import { actsOn } from '../../testing/access-node.ts';
import { describe, expect, test } from 'vitest';
import type { Caller, Principal } from '../domain/principal.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';

const staff = async (world: World) => {
  const { access } = world.services;
  const { tenantId } = world;
  const person = (name: string, roles: Principal['roles']): Promise<Principal> =>
    access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles });
  const ada = signedIn(await person('Ada', ['ADMIN', 'APPROVER']));
  const byKey = async (principalId: string, from = ada, decidesIn?: ['PRODUCTION']): Promise<Caller> => {
    const { secret } = accepted(
      await actsOn(access).createApiKey(from, { principalId, name: 'test', decidesIn }),
    );
    return known(await access.authenticate({ authorization: `Bearer ${secret}` }));
  };
  const bySignIn = async (principalId: string, from?: Caller): Promise<Caller> => {
    const link = from
      ? await actsOn(access).offerSignInLink(from, principalId)
      : await access.createSignInLink(principalId);
    const { sessionToken } = accepted(await access.signIn(accepted(link).token));
    return known(await access.authenticate({ sessionToken }));
  };
  return { ada, person, byKey, bySignIn };
};

const known = (caller: Caller | null): Caller => {
  if (!caller) throw new Error('Nobody knows this credential.');
  return caller;
};

const submit = async (world: World, by: Caller) => {
  const [outcome] = await world.services.tasks.submit(
    by,
    [{ ...aRiskyTask(), idempotencyKey: crypto.randomUUID() }],
    null,
  );
  if (!outcome) throw new Error('A submission got no answer.');
  return accepted(outcome).task;
};

const approve = (world: World, reviewer: Caller, task: Awaited<ReturnType<typeof submit>>) =>
  world.services.approvals.decide({
    reviewer,
    taskId: task.id,
    verdict: 'APPROVE',
    on: { revision: task.revision, planHash: task.planHash ?? '' },
    comment: null,
  });

const oneHand = { ok: false, refusal: { code: 'SELF_APPROVAL' } };

describe('two approvals', () => {
  test('are not those of an administrator and of a key that she made for another approver', async () => {
    await using world = await createWorld({ asking: { required: 2 } });
    const { ada, byKey, bySignIn } = await staff(world);
    const { principal: bob } = world.secondApprover;
    const task = await world.agent.submits(aRiskyTask());
    accepted(await approve(world, ada, task));
    expect(await approve(world, await byKey(bob.id), task)).toMatchObject(oneHand);
    expect(await approve(world, await bySignIn(bob.id, ada), task)).toMatchObject(oneHand);
    expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
    accepted(await approve(world, await bySignIn(bob.id), task));
    await world.reaches(task, 'SUCCEEDED');
  });

  test('are not those of two people whom an administrator made up', async () => {
    await using world = await createWorld({ asking: { required: 2 }, background: 'NONE' });
    const { ada, byKey, bySignIn } = await staff(world);
    const puppets = await Promise.all(
      ['One', 'Two', 'Three'].map(async (name) =>
        accepted(
          await actsOn(world.services.access).createPrincipal(ada, {
            type: 'HUMAN',
            name,
            roles: ['APPROVER'],
          }),
        ),
      ),
    );
    const task = await world.agent.submits(aRiskyTask());
    const [one = ada, two = ada, three = ada] = puppets;
    accepted(await approve(world, await bySignIn(one.id, ada), task));
    expect(await approve(world, await bySignIn(two.id, ada), task)).toMatchObject(oneHand);
    expect(await approve(world, await byKey(three.id), task)).toMatchObject(oneHand);
    expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
  });

  test('are those of two people who were there before, signed in by one administrator', async () => {
    await using world = await createWorld({ asking: { required: 2 } });
    const { ada, bySignIn } = await staff(world);
    const task = await world.agent.submits(aRiskyTask());
    accepted(await approve(world, await bySignIn(world.approver.principal.id, ada), task));
    accepted(await approve(world, await bySignIn(world.secondApprover.principal.id, ada), task));
    await world.reaches(task, 'SUCCEEDED');
  });
});

describe('an administrator', () => {
  test('does not approve what an agent of hers asks for, whatever it calls with', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const { ada, byKey, bySignIn, person } = await staff(world);
    const { access } = world.services;
    const input = { type: 'AGENT', name: 'puppet', roles: ['SUBMITTER'] } as const;
    expect(await actsOn(access).createPrincipal(ada, input)).toMatchObject({
      ok: false,
      refusal: { code: 'SCHEMA_VALIDATION_FAILED', details: { faults: [{ path: 'ownerId' }] } },
    });
    const owner = await person('Owen', ['VIEWER', 'SUBMITTER', 'APPROVER']);
    const agent = accepted(await actsOn(access).createPrincipal(ada, { ...input, ownerId: owner.id }));
    const callers = [
      // She made the agent, or the key alone, or the person's session.
      accepted(await access.issueApiKey(world.tenantId, { principalId: agent.id, name: 'from the machine' })),
    ].map(async ({ secret }) => known(await access.authenticate({ authorization: `Bearer ${secret}` })));
    const all = [
      ...(await Promise.all(callers)),
      await byKey(world.agent.principal.id),
      await bySignIn(owner.id, ada),
    ];
    for (const caller of all) {
      const task = await submit(world, caller);
      expect(await approve(world, ada, task)).toMatchObject(oneHand);
      expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
    }
  });

  test('has no hand in it through an administrator whom she made, either', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const { ada, byKey, bySignIn } = await staff(world);
    const mallory = accepted(
      await actsOn(world.services.access).createPrincipal(ada, {
        type: 'HUMAN',
        name: 'Mallory',
        roles: ['ADMIN', 'APPROVER'],
      }),
    );
    const puppet = await bySignIn(mallory.id, ada);
    const task = await submit(world, await byKey(world.agent.principal.id, puppet));
    expect(await approve(world, ada, task)).toMatchObject(oneHand);
    expect(await approve(world, puppet, task)).toMatchObject(oneHand);
  });
});

test('a person decides in production by signing in, and by a key only where it was made for that', async () => {
  await using world = await createWorld({ background: 'NONE', asking: { required: 1 } });
  const { ada, byKey, bySignIn } = await staff(world);
  const { id } = world.approver.principal;
  const inProduction = () =>
    world.agent.submits({
      ...aRiskyTask(),
      environment: 'PRODUCTION',
      justification: 'A test of who decides.',
    });
  const task = await inProduction();
  const outcome = await approve(world, await byKey(id), task);
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'NOT_ELIGIBLE' } });
  accepted(await approve(world, await byKey(id), await world.agent.submits(aRiskyTask())));
  accepted(await approve(world, await bySignIn(id), task));
  accepted(await approve(world, await byKey(id, ada, ['PRODUCTION']), await inProduction()));
});

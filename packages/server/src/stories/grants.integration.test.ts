import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect, aResource } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Outcome } from '../domain/errors.ts';
import type { GrantOffer } from '../domain/grant-offer.ts';
import type { StandingGrant } from '../domain/grant.ts';
import type { Principal } from '../domain/principal.ts';
import { faultsOf } from '../domain/refusal-details.ts';
import type { Task } from '../domain/task.ts';
import { newId } from '../infra/ids.ts';
import { createAsVoter } from '../modules/approvals/index.ts';
import { createGrantCommands } from '../modules/grants/index.ts';
import { createOperations, type Operations } from '../operations.ts';
import { createAccessStore } from '../record/access-store.ts';
import { wholeTenant } from '../domain/sight.ts';

const inAWeek = (): string => new Date(Date.now() + 7 * 86_400_000).toISOString();

let world: World;
let operations: Operations;
beforeAll(async () => {
  world = await createWorld();
  operations = createOperations(world.services, {} as never, {} as never);
  // Nothing of the agent's runs there without a person.
  const admin = { ...world.operator.principal, roles: ['ADMIN'] } as const;
  const nothing = { environment: 'STAGING', level: 0, reason: 'New here.' };
  accepted(await operations.setAutonomy.execute(callOf(admin), nothing));
});
afterAll(() => world[Symbol.asyncDispose]());

const callOf = (principal: Principal) => ({ viewer: signedIn(principal), traceparent: null });

const inStaging = (resource: string, more: object = {}) =>
  anEffect('ledger.keyed', resource, { environment: 'STAGING', ...more });

const grantedBy = (who: Principal, input: object): Promise<Outcome<StandingGrant>> =>
  operations.createGrant.execute(callOf(who), {
    actionType: 'ledger.keyed',
    agentId: world.agent.principal.id,
    environment: 'STAGING',
    maxRisk: 'MEDIUM',
    uses: 10,
    expiresAt: inAWeek(),
    reason: 'Approved often enough.',
    ...input,
  });
const granted = async (input: object): Promise<StandingGrant> =>
  accepted(await grantedBy(world.approver.principal, input));

const nowOf = async ({ id }: StandingGrant): Promise<StandingGrant> => {
  const found = accepted(await operations.grant.execute(callOf(world.approver.principal), { id }));
  if (!found) throw new Error('The grant is gone.');
  return found;
};
const revoked = async ({ id }: StandingGrant, who: Principal = world.operator.principal) =>
  accepted(await operations.revokeGrant.execute(callOf(who), { id, reason: 'Not any more.' }));

const decisionOn = async ({ id, revision }: Task) => {
  const [decision] = await world.services.stores.decisions.findMany(wholeTenant(world.tenantId), [
    { taskId: id, revision },
  ]);
  return decision;
};

describe('a standing grant', () => {
  test('lets like changes through, each use of it named and counted, and nothing else', async () => {
    const resource = aResource();
    expect(await world.agent.submits(inStaging(resource))).toMatchObject({ status: 'AWAITING_APPROVAL' });
    const grant = await granted({ target: resource, uses: 2 });
    const first = await world.agent.submits(inStaging(resource));
    await world.reaches(first, 'SUCCEEDED');
    expect(await decisionOn(first)).toMatchObject({
      outcome: 'ALLOW',
      context: { grant: { grantId: grant.id, taken: 1, uses: 2 } },
    });
    const used = (await world.historyOf(first)).filter(({ type }) => type === 'grant.used');
    expect(used).toMatchObject([{ data: { grantId: grant.id, takes: 1, number: 1, uses: 2 } }]);
    const replayed = await operations.replayDecision.execute(callOf(world.approver.principal), {
      taskId: first.id,
      revision: 1,
    });
    expect(replayed).toMatchObject({ value: { result: 'SAME' } });

    const others = [
      inStaging(aResource()),
      inStaging(resource, { requiresApproval: true }),
      anEffect('ledger.marked', resource, { environment: 'STAGING' }),
    ];
    for (const other of others)
      expect(await world.agent.submits(other)).toMatchObject({ status: 'AWAITING_APPROVAL' });
    const simulated = accepted(
      await world.services.tasks.simulate(signedIn(world.agent.principal), {
        idempotencyKey: 'once',
        ...inStaging(resource),
      }),
    );
    expect(simulated.decision.outcome).toBe('ALLOW');
    expect(await nowOf(grant)).toMatchObject({ taken: 1 });
    await world.reaches(await world.agent.submits(inStaging(resource)), 'SUCCEEDED');
    const third = await world.agent.submits(inStaging(resource));
    expect(third).toMatchObject({ status: 'AWAITING_APPROVAL' });
  });

  test('is used as often as it says, however many come at once and through whichever node', async () => {
    const family = aResource();
    const grant = await granted({ target: `${family}@*`, uses: 7 });
    const node = await world.startsNode();
    const inputs = Array.from({ length: 14 }, (_, at) => ({
      idempotencyKey: crypto.randomUUID(),
      ...inStaging(`${family}@${at}`),
    }));
    const viewer = signedIn(world.agent.principal);
    // The same key twice is one task, and one use.
    const [here, there] = await Promise.all([
      world.services.tasks.submit(viewer, [...inputs.slice(0, 8), ...inputs.slice(0, 8)], null),
      node.tasks.submit(viewer, inputs.slice(4), null),
    ]);
    const tasks = new Map(
      [...here, ...there].map((each) => accepted(each).task).map((task) => [task.id, task]),
    );
    const all = await world.services.tasks.findMany(viewer, [...tasks.keys()]);
    expect(all).toHaveLength(14);
    const free = all.filter(({ status }) => status !== 'AWAITING_APPROVAL');
    expect(free).toHaveLength(7);
    await world.allReach(free, 'SUCCEEDED');
    const rows = await world.owner.query(
      'SELECT takes, number FROM grant_use WHERE grant_id = $1 ORDER BY number',
      [grant.id],
    );
    expect(rows).toEqual(Array.from({ length: 7 }, (_, index) => ({ takes: 1, number: index + 1 })));
  });

  test('ends at once where a person revokes it, for what it let through before as well', async () => {
    const resource = aResource();
    const grant = await granted({ target: `${resource}@*` });
    await world.ledger.behaves({ latencyMs: 300 });
    const chain = ['a', 'b'].map((name, at) => ({
      name,
      type: 'ledger.keyed',
      params: { resource: `${resource}@${name}`, value: at },
      dependsOn: at === 0 ? [] : ['a'],
    }));
    const task = await world.agent.submits({ goal: 'Two', actions: chain, environment: 'STAGING' });
    await revoked(grant);
    await world.ledger.behaves({ latencyMs: 0 });
    const denied = await world.reaches(task, 'DENIED', 'FAILED');
    expect(denied.error?.message).toContain('the grant that let it through was revoked');
    expect([denied.status, (await nowOf(grant)).taken]).toEqual(['DENIED', 2]);
    expect(await world.agent.submits(inStaging(`${resource}@c`))).toMatchObject({
      status: 'AWAITING_APPROVAL',
    });
    const again = await operations.revokeGrant.execute(callOf(world.operator.principal), {
      id: grant.id,
      reason: 'Twice was enough.',
    });
    expect(again).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
  });

  test('is suspended by what goes wrong under it until a person resumes it, and what was done is undone', async () => {
    const resource = aResource();
    const grant = await granted({ target: `${resource}@?`, actionType: 'ledger.undoable' });
    const actions = ['a', 'b'].map((name, at) => ({
      name,
      type: 'ledger.undoable',
      params: { resource: `${resource}@${name}`, value: at },
      dependsOn: at === 0 ? [] : ['a'],
    }));
    const once = {
      actions,
      goal: 'Two or none',
      environment: 'STAGING',
      retry: { maxRetries: 0 },
      transactional: true,
    } as const;
    await world.reaches(await world.agent.submits(once), 'SUCCEEDED');
    await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 403, when: 'BEFORE', after: 1 }] });
    const task = await world.agent.submits(once);
    await world.reaches(task, 'ROLLED_BACK');
    expect(await nowOf(grant)).toMatchObject({ suspendedTaskId: task.id, taken: 4 });
    expect((await world.historyOf(task)).map(({ type }) => type)).toContain('grant.suspended');
    expect(await world.agent.submits(once)).toMatchObject({ status: 'AWAITING_APPROVAL' });
    const resume = (who: Principal) =>
      operations.resumeGrant.execute(callOf(who), { id: grant.id, reason: 'It is mended by now.' });
    expect(await resume(world.operator.principal)).toMatchObject({ refusal: { code: 'SELF_APPROVAL' } });
    expect(await resume(world.secondApprover.principal)).toMatchObject({ ok: true });
    const good = await world.reaches(await world.agent.submits(once), 'SUCCEEDED');
    const rated = await operations.recordFeedback.execute(callOf(world.approver.principal), {
      taskId: good.id,
      outcome: 'MODIFIED',
      executionQuality: 2,
    });
    expect(rated.ok).toBe(true);
    expect((await nowOf(grant)).suspendedReason).toContain('feedback of 2 of 5');
  });
});

test('a grant for production is made, and resumed, by two people', async () => {
  const { approver, secondApprover } = world;
  const terms = {
    environments: { PRODUCTION: { people: 2 } },
    mostUses: 10,
    longestDays: 30,
    hardActionTypes: [],
  };
  const { database, journal, stores, knownGrants } = world.services;
  const production = createGrantCommands({
    journal,
    store: stores.grants,
    access: createAccessStore(database),
    terms: () => terms,
    findActionType: (name) => ({ name: `${name}@1`, isRead: false }),
    newId,
    asVoter: createAsVoter(stores.delegations),
    forget: knownGrants.forget,
  });
  const grant = accepted(
    await production.createGrant.execute(callOf(approver.principal), {
      actionType: 'ledger.keyed',
      agentId: world.agent.principal.id,
      environment: 'PRODUCTION',
      target: aResource(),
      maxRisk: 'LOW',
      uses: 1,
      expiresAt: inAWeek(),
      reason: 'Approved often enough.',
    }),
  );
  accepted(await production.approveGrant.execute(callOf(secondApprover.principal), { id: grant.id }));
  await world.owner.query('UPDATE standing_grant SET suspended_at = now() WHERE id = $1', [grant.id]);
  const resume = (who: Principal) =>
    production.resumeGrant.execute(callOf(who), { id: grant.id, reason: 'It is mended by now.' });
  expect(await resume(approver.principal)).toMatchObject({
    value: { resumeAskedById: approver.principal.id },
  });
  expect((await nowOf(grant)).suspendedAt).not.toBeNull();
  expect(await resume(approver.principal)).toMatchObject({ refusal: { code: 'SELF_APPROVAL' } });
  expect(await resume(secondApprover.principal)).toMatchObject({ value: { suspendedAt: null } });
});

describe('who grants', () => {
  test('is a person with the right and no hand in the agent, within what policy allows', async () => {
    const target = aResource();
    const { agent, operator, approver } = world;
    expect(await grantedBy(agent.principal, { target })).toMatchObject({
      refusal: { code: 'AUTHORIZATION_FAILED' },
    });
    const robot = { ...agent.principal, roles: ['APPROVER'] } as const;
    expect(await grantedBy(robot, { target })).toMatchObject({ refusal: { code: 'NOT_ELIGIBLE' } });
    expect(await grantedBy(operator.principal, { target })).toMatchObject({
      refusal: { code: 'SELF_APPROVAL' },
    });
    const inTheirPlace = { toId: world.secondApprover.principal.id, until: inAWeek() };
    const standsIn = accepted(
      await operations.createDelegation.execute(callOf(operator.principal), inTheirPlace),
    );
    expect(await grantedBy(world.secondApprover.principal, { target })).toMatchObject({
      refusal: { code: 'SELF_APPROVAL' },
    });
    accepted(
      await operations.endDelegation.execute(callOf(operator.principal), { delegationId: standsIn.id }),
    );
    const wrong = {
      target: '*',
      maxRisk: 'CRITICAL',
      uses: 10_000,
      expiresAt: '2020-01-01T00:00:00Z',
      reason: ' ',
      environment: 'PRODUCTION',
    };
    const refused = await grantedBy(approver.principal, wrong);
    expect(refused).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
    if (refused.ok) throw new Error('It was granted.');
    const paths = faultsOf(refused.refusal.details).map(({ path }) => path);
    expect(paths.sort()).toEqual(['environment', 'expiresAt', 'maxRisk', 'reason', 'target', 'uses']);
    const mine = await granted({ target: aResource() });
    const bot = { ...agent.principal, id: operator.principal.id, type: 'SERVICE' } as const;
    for (const [who, isSeen] of [
      [agent.principal, true],
      [bot, false],
    ] as const) {
      const seen = accepted(await operations.grants.execute(callOf(who), {})).map(({ id }) => id);
      const one = accepted(await operations.grant.execute(callOf(who), { id: mine.id }));
      expect([seen.includes(mine.id), one?.id]).toEqual([isSeen, isSeen ? mine.id : undefined]);
      for (const query of ['grantOffers', 'delegations', 'quarantines', 'policyVersions'] as const)
        expect(await operations[query].execute(callOf(who), {})).toMatchObject({
          refusal: { code: 'AUTHORIZATION_FAILED' },
        });
    }
    const unseen = await world.inTenant('elsewhere');
    const grant = await granted({ target });
    const call = callOf(unseen.approver.principal);
    expect(await operations.grant.execute(call, { id: grant.id })).toMatchObject({ value: null });
    expect(await operations.revokeGrant.execute(call, { id: grant.id, reason: 'Not mine.' })).toMatchObject({
      refusal: { code: 'RESOURCE_NOT_FOUND' },
    });
  });
});

test('a grant is offered after as many like approvals as policy says, and never makes itself', async () => {
  const resource = aResource();
  const offers = async (who = world.approver.principal): Promise<readonly GrantOffer[]> =>
    accepted(await operations.grantOffers.execute(callOf(who), {})).filter(
      ({ target }) => target === resource,
    );
  for (const _ of [1, 2, 3]) {
    expect(await offers()).toEqual([]);
    const task = await world.agent.submits(inStaging(resource));
    await world.approver.approves(task);
    await world.reaches(task, 'SUCCEEDED');
  }
  const waiting = await world.agent.submits(inStaging(resource));
  expect(waiting.status).toBe('AWAITING_APPROVAL');
  const [offer] = await offers();
  expect(offer).toMatchObject({ actionType: 'ledger.keyed@1', target: resource, environment: 'STAGING' });
  expect(offer?.taskIds).toHaveLength(3);
  const onReview = await operations.grantOffer.execute(callOf(world.approver.principal), {
    taskId: waiting.id,
  });
  expect(onReview).toMatchObject({ value: { target: resource } });
  expect(await offers(world.operator.principal)).toEqual([]);
  await granted({ target: resource });
  expect(await offers()).toEqual([]);
});

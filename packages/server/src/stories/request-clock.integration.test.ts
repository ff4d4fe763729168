import { expect, test } from 'vitest';
import { actsOn } from '../../testing/access-node.ts';
import { accepted, type Reviewer } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { ApprovalView } from '@countersign/shared';
import { createAttentionCommands } from '../modules/attention/index.ts';
import type { EventType } from '../domain/events.ts';
import type { Task } from '../domain/task.ts';
import type { Clock } from '../infra/clock.ts';
import { createLogger } from '../infra/logger.ts';
import { createGroupStore } from '../record/group-store.ts';
import { newId } from '../infra/ids.ts';
import { createDelegationOperations, startDueApprovals, turnJob } from '../modules/approvals/index.ts';
import { wholeTenant } from '../domain/sight.ts';

const minute = 60_000;
const stages = [{ name: 'Leads', needs: [{ group: 'leads', required: 1 }] }];

/** Time that the story puts on. */
const movableClock = (clock: Clock) => {
  let aheadMs = 0;
  return {
    now: () => new Date(clock.now().getTime() + aheadMs),
    putOn: (ms: number) => void (aheadMs += ms),
  };
};

const organise = async (world: World) => {
  const { access } = world.services;
  const ada = signedIn(
    await access.ensurePrincipal({ tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] }),
  );
  const acts = actsOn(access);
  return async (name: string, ...members: Reviewer[]) => {
    const group = accepted(await acts.createGroup(ada, { name }));
    const principalIds = members.map(({ principal }) => principal.id);
    return accepted(await acts.addGroupMembers(ada, { groupId: group.id, principalIds }));
  };
};

/** As the database has them by now. */
const nowOf = async (world: World, { principal }: Reviewer) => {
  const [found] = await world.services.access.findPrincipals(world.tenantId, [principal.id]);
  if (!found) throw new Error('Nobody of that id.');
  return signedIn(found);
};

const decides = async (world: World, reviewer: Reviewer, task: Task) => {
  const outcome = await world.services.approvals.decide({
    reviewer: await nowOf(world, reviewer),
    taskId: task.id,
    verdict: 'APPROVE',
    on: { revision: task.revision, planHash: task.planHash ?? '' },
    comment: null,
  });
  return outcome.ok ? outcome.value.approval.status : outcome.refusal.code;
};

test('a request that nobody decides is reminded of, escalated, and ends without being rejected', async () => {
  await using world = await createWorld({
    background: 'NONE',
    asking: { stages, remindAfterMs: [10 * minute], escalation: { afterMs: 20 * minute, group: 'managers' } },
  });
  const clock = movableClock(world.services.clock);
  const { stores } = world.services;
  const deps = { ...world.services, ...stores, clock, logger: createLogger({ level: 'error' }) };
  await using _keeper = startDueApprovals(deps);
  const task = await world.agent.submits(aRiskyTask());
  const history = async () => (await world.historyOf(task)).map(({ type }) => type);
  /** The clock asks a worker by a job; the story is the worker. */
  const comesTo = async (ms: number, type: EventType) => {
    clock.putOn(ms);
    await until(
      async () => {
        const jobs = await world.owner.query('SELECT 1 FROM job WHERE key = $1', [task.id]);
        if (jobs.length > 0) {
          await turnJob.run(
            deps,
            { taskId: task.id },
            { signal: new AbortController().signal, lane: 'BACKGROUND' },
          );
          await world.owner.query('DELETE FROM job WHERE key = $1', [task.id]);
        }
        return (await history()).includes(type) || undefined;
      },
      () => `there was no ${type}`,
    );
  };

  await comesTo(10 * minute, 'approval.reminded');
  await comesTo(10 * minute, 'approval.escalated');
  const [escalated] = await world.approvalsOf(task);
  expect(escalated).toMatchObject({ status: 'PENDING', required: 1, remindersSent: 1, stages });
  await comesTo(40 * minute, 'task.expired');
  expect((await world.now(task)).error).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  expect((await history()).filter((type) => /approval|task\.(rejected|expired)/.test(type))).toEqual([
    'approval.requested',
    'approval.reminded',
    'approval.escalated',
    'approval.resolved',
    'task.expired',
  ]);
});

test('who is added, and who stands in for somebody, is counted by the database too', async () => {
  await using world = await createWorld({
    asking: { stages, escalation: { afterMs: 1_000, group: 'managers' } },
  });
  const join = await organise(world);
  const { approver: lead, secondApprover: bea, services } = world;
  const manager = await world.hires('Mia');
  await join('leads', lead);
  await join('managers', manager);
  const { createDelegation, endDelegation } = createDelegationOperations({
    ...services,
    ...services.stores,
    groups: createGroupStore(services.database),
    newId,
  });
  const call = async (who: Reviewer) => ({ viewer: await nowOf(world, who), traceparent: null });
  const tomorrow = new Date(Date.now() + 86_400_000);

  const first = await world.agent.submits(aRiskyTask());
  expect(await decides(world, bea, first)).toBe('NOT_ELIGIBLE');
  expect(await decides(world, manager, first)).toBe('NOT_ELIGIBLE');
  const made = accepted(
    await createDelegation.execute(await call(lead), { toId: bea.principal.id, until: tomorrow }),
  );
  const chain = await createDelegation.execute(await call(bea), {
    toId: manager.principal.id,
    until: tomorrow,
  });
  expect(chain).toMatchObject({ ok: false, refusal: { code: 'NOT_IN_THIS_STATE' } });
  expect(await decides(world, bea, first)).toBe('APPROVED');
  await world.reaches(first, 'SUCCEEDED');
  const [review] = await services.approvals.reviews((await world.approvalsOf(first)).map(({ id }) => id));
  expect(review).toMatchObject({ reviewerId: bea.principal.id, standsForIds: [lead.principal.id] });

  accepted(await endDelegation.execute(await call(lead), { delegationId: made.id }));
  const second = await world.agent.submits(aRiskyTask());
  expect(await decides(world, bea, second)).toBe('NOT_ELIGIBLE');
  await until(
    async () =>
      (await world.historyOf(second)).some(({ type }) => type === 'approval.escalated') || undefined,
    () => 'it was not escalated',
  );
  expect(await decides(world, manager, second)).toBe('APPROVED');
  await world.reaches(second, 'SUCCEEDED');

  // What one person puts off is out of their sight alone, and what they follow changes nothing of it.
  const { snoozeTask, unsnoozeTask, watchTask } = createAttentionCommands({
    ...services,
    ...services.stores,
    newId,
  });
  const put = await world.agent.submits(aRiskyTask());
  const seen = (view: ApprovalView, who: Reviewer) =>
    services.stores.approvals.count(wholeTenant(world.tenantId), {
      view,
      viewerId: who.principal.id,
      taskIds: [put.id],
    });
  const soon = new Date(Date.now() + 60_000);
  expect(await seen('MINE', bea)).toBe(1);
  accepted(await snoozeTask.execute(await call(bea), { taskId: put.id, until: soon }));
  accepted(await watchTask.execute(await call(bea), { taskId: put.id }));
  expect([await seen('MINE', bea), await seen('SNOOZED', bea), await seen('MINE', manager)]).toEqual([
    0, 1, 1,
  ]);
  expect([await seen('WATCHING', bea), await seen('WATCHING', manager)]).toEqual([1, 0]);
  await until(
    async () => (await seen('MINE', bea)) === 1 || undefined,
    () => 'it did not come back when more people were asked',
  );
  accepted(await snoozeTask.execute(await call(bea), { taskId: put.id, until: soon }));
  expect(await seen('MINE', bea)).toBe(0);
  accepted(await unsnoozeTask.execute(await call(bea), { taskId: put.id }));
  expect(await seen('MINE', bea)).toBe(1);

  const habits = await services.stores.approvals.findMade(world.tenantId, 1, 10);
  expect(habits.map(({ reviewerId, hasViewed }) => [reviewerId, hasViewed])).toEqual([
    [manager.principal.id, null],
    [bea.principal.id, null],
  ]);

  // The application itself cannot write what nobody said.
  const third = await world.agent.submits(aRiskyTask());
  const forged = (needs: unknown) =>
    services.database.query('UPDATE approval_request SET stages = $2 WHERE task_id = $1', [
      third.id,
      JSON.stringify([{ name: 'Leads', needs }]),
    ]);
  const instead = { group: `@${bea.principal.id}`, required: 1, insteadOf: 'leads' };
  await expect(forged([{ group: null, required: 1 }])).rejects.toThrow('what it asks for does not change');
  await expect(forged([instead])).rejects.toThrow('nobody may approve in that place');
  await expect(forged([{ ...instead, group: 'managers' }])).rejects.toThrow(
    'nobody may approve in that place',
  );
});

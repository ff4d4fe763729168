import { expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect, anErrand, aResource, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import type { Task } from '../domain/task.ts';
import { createFeedbackViews } from '../modules/feedback/index.ts';
import { createAgentViews } from '../modules/quality/index.ts';
import { qualityOf } from '../modules/policy/index.ts';
import { createOperations } from '../operations.ts';
import { wholeTenant } from '../domain/sight.ts';

const decisionOn = async ({ services, tenantId }: World, { id, revision }: Task) => {
  const [decision] = await services.stores.decisions.findMany(wholeTenant(tenantId), [
    { taskId: id, revision },
  ]);
  if (!decision) throw new Error('Nothing was decided.');
  return decision;
};

const pointsOf = async (world: World, task: Task) =>
  Object.fromEntries(
    (qualityOf(await decisionOn(world, task))?.parts ?? []).map(({ dimension, points }) => [
      dimension,
      points,
    ]),
  );

const mostFaults = { maxRetries: 0, initialDelayMs: 0, maxDelayMs: 0 };

test('what came of an agent and of the same plan before decides what its next plan may do, and is replayed', async () => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status: 422, when: 'BEFORE', after: 1, times: 6 }] },
  });
  const { agent, operator, approver, services, tenantId } = world;
  const plan = anEffect('ledger.keyed', aResource());
  const inStaging = () => ({ ...plan, environment: 'STAGING' as const, mode: 'NOOP' as const });

  const first = await agent.submits(inStaging());
  expect(await pointsOf(world, first)).toEqual({
    STRUCTURAL: 20,
    POLICY_COMPLIANCE: 20,
    TEST_COVERAGE: 0,
    OPERATIONAL_HISTORY: 10,
    HUMAN_REVIEW: 10,
  });
  expect(first.status).toBe('QUEUED');

  const tried = await agent.submits(plan);
  await world.reaches(tried, 'SUCCEEDED');
  const asked = await agent.submits({ ...plan, requiresApproval: true, mode: 'NOOP' });
  await approver.approves(asked);
  const failed = await agent.submitsMany(
    Array.from({ length: 6 }, () => anEffect('ledger.keyed', aResource(), { retry: mostFaults })),
  );
  await world.allReach(failed, 'FAILED');

  const counted = await until(
    async () => {
      const [counts] = await services.stores.track.find([
        { tenantId, principalId: agent.principal.id, kind: '' },
      ]);
      return counts?.failed === 6 && counts.approved === 1 ? counts : undefined;
    },
    () => 'the log is not counted',
  );
  // What was only rehearsed is no success.
  expect(counted).toMatchObject({ succeeded: 1, failed: 6, rolledBack: 0, rejected: 0 });

  const next = await until(
    async () => {
      const task = await agent.submits(inStaging());
      return (await pointsOf(world, task))['OPERATIONAL_HISTORY'] === 6 ? task : undefined;
    },
    () => 'the score does not follow',
    { pollMs: 200 },
  );
  const decision = await decisionOn(world, next);
  expect(qualityOf(decision)).toMatchObject({ total: 68, isTentative: false });
  expect(qualityOf(decision)?.parts[2]).toMatchObject({ points: 10, taskIds: [tried.id] });
  const other = await agent.submits({ ...anEffect('ledger.keyed', aResource()), environment: 'STAGING' });
  expect(other).toMatchObject({ status: 'AWAITING_APPROVAL' });
  expect((await decisionOn(world, other)).reasons).toContainEqual(
    expect.objectContaining({
      rule: 'quality.score',
      message: 'The quality score 58 is below 60, so a person approves it in staging.',
    }),
  );

  const persons = await operator.submits({ ...anErrand(), environment: 'STAGING' });
  expect(qualityOf(await decisionOn(world, persons))).toBeNull();

  const { replayDecision, recordFeedback } = createOperations(services, {} as never, {} as never);
  const call = { viewer: signedIn(operator.principal), traceparent: null };
  expect(await replayDecision.execute(call, { taskId: other.id, revision: 1 })).toMatchObject({
    ok: true,
    value: { result: 'SAME' },
  });

  const rate = (who: Principal, executionQuality: number) =>
    recordFeedback.execute(
      { ...call, viewer: signedIn(who) },
      { taskId: tried.id, outcome: 'SUCCESS', executionQuality, notes: 'As it was.' },
    );
  expect(await rate(approver.principal, 6)).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  expect(await rate(agent.principal, 5)).toMatchObject({ ok: true, value: { isOwn: true } });
  expect(await rate(approver.principal, 1)).toMatchObject({ ok: true, value: { isOwn: false } });
  expect(await rate(approver.principal, 4)).toMatchObject({ ok: true });
  const rated = await until(
    async () => {
      const [counts] = await services.stores.track.find([
        { tenantId, principalId: agent.principal.id, kind: '' },
      ]);
      return counts?.stars === 4 ? counts : undefined;
    },
    () => 'feedback is not counted',
  );
  // Its own praise counts for nothing, and what was said anew takes the place of what was said before.
  expect(rated).toMatchObject({ rated: 1, stars: 4, faults: 0 });
  const agents = createAgentViews({ database: services.database, ...services.stores });
  const days = await agents.days(operator.principal, agent.principal.id);
  expect(days).toMatchObject([{ counts: { succeeded: 1, failed: 6, stars: 4 } }]);
  expect(days[0]?.score).toBeGreaterThan(0);
  expect((await agents.feedback(operator.principal, agent.principal.id)).map(({ taskId }) => taskId)).toEqual(
    [tried.id, tried.id],
  );
  const [of] = await createFeedbackViews(services.database).ofTasks(agent.principal, [tried.id]);
  expect(of?.feedback.map(({ executionQuality, earlier }) => [executionQuality, earlier.length])).toEqual([
    [4, 1],
    [5, 0],
  ]);
});

test('an approval that is taken back and given again counts once, and one that is taken back not at all', async () => {
  await using world = await createWorld({ asking: { undoWindowMs: 3_600_000 } });
  const { agent, approver, services, tenantId } = world;
  const [given, takenBack, last] = await agent.submitsMany([aRiskyTask(), aRiskyTask(), aRiskyTask()]);
  if (!given || !takenBack || !last) throw new Error('Nothing was submitted.');
  for (const task of [given, given, given, takenBack]) {
    await approver.approves(task);
    await approver.withdraws(task);
  }
  await approver.approves(given);
  await approver.rejects(last);
  const counted = await until(
    async () => {
      const [counts] = await services.stores.track.find([
        { tenantId, principalId: agent.principal.id, kind: '' },
      ]);
      return counts?.rejected === 1 ? counts : undefined;
    },
    () => 'the log is not counted',
  );
  expect(counted.approved).toBe(1);
});

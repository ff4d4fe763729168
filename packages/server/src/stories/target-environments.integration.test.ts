import { expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';
import { traceOf } from '../domain/decision-trace.ts';
import { createPolicyQueries } from '../modules/policy/index.ts';
import { wholeTenant } from '../domain/sight.ts';

test('what changes a thing of production is production, whatever its submitter says, and its decision can be made again', async () => {
  await using world = await createWorld({
    background: 'NONE',
    guards: { ledger: { environments: { shop: 'PRODUCTION' } } },
  });
  const { decisions } = world.services.stores;
  const elsewhere = await world.agent.submits(
    anEffect('ledger.keyed', 'shopping@cart', { environment: 'STAGING' }),
  );
  expect(elsewhere).toMatchObject({ environment: 'STAGING' });
  const task = await world.agent.submits(anEffect('ledger.keyed', 'shop@cart', { environment: 'STAGING' }));
  expect(task).toMatchObject({ environment: 'PRODUCTION', status: 'AWAITING_APPROVAL', risk: 'CRITICAL' });
  const [approval] = await world.approvalsOf(task);
  expect(approval).toMatchObject({ environment: 'PRODUCTION' });

  const key = { taskId: task.id, revision: 1 };
  const [plan] = await world.services.journal.transaction((tx) =>
    world.services.stores.plans.find(tx, [key]),
  );
  expect(plan?.presentation.riskFactors[0]).toMatch(/^claimed staging, but \w+ shop@cart is production$/);
  expect(JSON.parse(plan?.document ?? '')).toMatchObject({ environment: 'PRODUCTION', claimed: 'STAGING' });
  const [decision] = await decisions.findMany(wholeTenant(world.tenantId), [key]);
  if (!decision) throw new Error('nothing was decided');
  expect(decision.input).toMatchObject({ environment: 'PRODUCTION', claimedEnvironment: 'STAGING' });
  const trace = traceOf(decision.reasons, decision.holds);
  expect(trace.map(({ layer, verdict }) => `${layer} ${verdict}`)).toEqual(
    expect.arrayContaining(['STOP SILENT', 'DENY SILENT', 'AUTONOMY REQUIRE_APPROVAL', 'REQUESTER SILENT']),
  );

  const { replayDecision } = createPolicyQueries({
    ...world.services.policies.tools,
    decisions,
    rulesOf: world.services.policies.rulesOf,
  });
  const call = (who: typeof world.agent) => ({ viewer: signedIn(who.principal), traceparent: null });
  expect(await replayDecision.execute(call(world.agent), key)).toMatchObject({
    ok: true,
    value: { result: 'SAME', differences: [] },
  });
  const elsewhereTenant = await world.inTenant('another');
  expect(await replayDecision.execute(call(elsewhereTenant.agent), key)).toMatchObject({
    refusal: { code: 'RESOURCE_NOT_FOUND' },
  });
});

test('what an edit moves to another environment runs there as it was approved', async () => {
  await using world = await createWorld({ guards: { ledger: { environments: { shop: 'STAGING' } } } });
  const task = await world.agent.submits(
    anEffect('ledger.keyed', 'elsewhere@cart', { environment: 'DEVELOPMENT', requiresApproval: true }),
  );
  expect(task).toMatchObject({ environment: 'DEVELOPMENT', status: 'AWAITING_APPROVAL' });
  const { task: edited } = accepted(
    await world.services.tasks.edit(signedIn(world.approver.principal), {
      taskId: task.id,
      revision: 1,
      planHash: task.planHash ?? '',
      actions: [{ type: 'ledger.keyed', params: { resource: 'shop@cart', value: 1 } }],
      comment: 'the real one',
    }),
  );
  expect(edited).toMatchObject({ environment: 'STAGING', revision: 2 });
  await world.secondApprover.approves(edited);
  expect(await world.reaches(edited, 'SUCCEEDED')).toMatchObject({ environment: 'STAGING' });
});

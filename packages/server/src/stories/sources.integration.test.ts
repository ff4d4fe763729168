import { expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { anEffect, aResource } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import { createOperations } from '../operations.ts';
import { wholeTenant } from '../domain/sight.ts';

const mail = { kind: 'MAIL', reference: 'mallory@example.com' } as const;
const withMail = (more: object = {}) => anEffect('ledger.keyed', aResource(), { sources: [mail], ...more });

test('what rests on content from outside asks a person, and waits once a person quarantines it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const { agent, approver, services, tenantId } = world;
  const { quarantineSource, releaseSource, quarantines } = createOperations(
    services,
    {} as never,
    {} as never,
  );
  const by = (who: Principal) => ({ viewer: signedIn(who), traceparent: null });

  const first = await agent.submits(withMail());
  expect(first).toMatchObject({
    status: 'AWAITING_APPROVAL',
    sources: [{ ...mail, trust: 'OUTSIDE', via: null }],
  });
  const [decision] = await services.stores.decisions.findMany(wholeTenant(tenantId), [
    { taskId: first.id, revision: 1 },
  ]);
  expect(decision?.input['sources']).toEqual([{ kind: 'MAIL', trust: 'OUTSIDE' }]);
  expect(decision?.reasons.map(({ rule }) => rule)).toContain('provenance.outside_content');
  const [plan] = await services.stores.plans.findFirst(wholeTenant(tenantId), [
    { taskId: first.id, revision: 1 },
  ]);
  expect(plan?.presentation.riskFactors[0]).toBe('from outside: "mail from mallory@example.com"');
  expect(await agent.submits(withMail({ sources: [{ ...mail, trust: 'INTERNAL' }] }))).toMatchObject({
    status: 'QUEUED',
  });

  // A part of the same whole does not lose the mark, whoever names it.
  const whole = await agent.submits(anEffect('ledger.keyed', aResource()));
  expect([first.risk, whole.risk]).toEqual(['HIGH', 'MEDIUM']);
  const part = () => agent.submits(anEffect('ledger.keyed', aResource(), { parentTaskId: whole.id }));
  expect(await part()).toMatchObject({ status: 'QUEUED', sources: [] });
  await agent.submits(withMail({ parentTaskId: whole.id }));
  expect(await part()).toMatchObject({ status: 'AWAITING_APPROVAL', sources: [{ ...mail, via: whole.id }] });

  const approved = await agent.submits(withMail());
  await approver.approves(approved);
  const word = { kind: 'MAIL', reference: '*@EXAMPLE.com', reason: 'Asks to be obeyed.' };
  expect(await quarantineSource.execute(by(agent.principal), word)).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  expect(await quarantineSource.execute(by(approver.principal), { ...word, reason: '' })).toMatchObject({
    refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
  const made = await quarantineSource.execute(by(approver.principal), word);
  if (!made.ok) throw new Error(made.refusal.message);

  expect(await agent.asks(withMail())).toMatchObject({
    refusal: {
      code: 'POLICY_DENIED',
      message: 'A source of it is quarantined: mail from mallory@example.com: Asks to be obeyed.',
    },
  });
  expect(await approver.votes('APPROVE', first)).toMatchObject({ refusal: { code: 'KILL_SWITCH_ENGAGED' } });
  world.begins('ALL');
  await world.reaches(whole, 'SUCCEEDED');
  const held = await until(
    async () => (await world.historyOf(approved)).find(({ type }) => type === 'step.held'),
    () => 'the approved task is not held',
  );
  expect(held.data).toMatchObject({ rule: 'source.quarantined' });
  const listed = await quarantines.execute(by(approver.principal), {});
  expect(listed).toMatchObject({
    value: [
      {
        reference: '*@EXAMPLE.com',
        waitingTaskIds: expect.arrayContaining([first.id, approved.id]) as string[],
      },
    ],
  });

  const release = { id: made.value.id, reason: 'It was a newsletter.' };
  expect(await releaseSource.execute(by(approver.principal), release)).toMatchObject({ ok: true });
  await world.reaches(approved, 'SUCCEEDED');
  await approver.approves(first);
  await world.reaches(first, 'SUCCEEDED');
});

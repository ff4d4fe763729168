import type { ExecutorMode } from '@countersign/shared';
import { expect, test } from 'vitest';
import { asDescribed, ofType, type Recorded } from '../../testing/events.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createExecutorCommands } from '../modules/platforms/index.ts';
import type { Principal } from '../domain/principal.ts';
import type { Services } from '../services.ts';

const operate = ({ executorStore, journal, reach }: Services, who: Principal) => {
  const { controlExecutor } = createExecutorCommands({
    store: executorStore,
    journal,
    platforms: () => reach().platforms,
  });
  return (control: ExecutorMode, reason: string, platform = 'ledger') =>
    controlExecutor.execute({ viewer: signedIn(who), traceparent: null }, { platform, control, reason });
};

const heldBy = (world: World, task: { readonly id: string }, rule: string) =>
  until(
    async () => ofType(await world.historyOf(task), 'step.held').find(({ data }) => data.rule === rule)?.data,
    () => `${task.id} is not held by ${rule}`,
  );

test('what an operator says of a platform on one node holds on every node, for their tenant alone', async () => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status: 503, when: 'BEFORE', times: 1 }] },
    guards: { ledger: { breaker: { opensAt: 1, probeAfterMs: 600_000 } } },
  });
  const say = operate(await world.startsNode(), world.operator.principal);
  expect(await say('DRAIN', ' ')).toMatchObject({
    refusal: { code: 'SCHEMA_VALIDATION_FAILED', details: { faults: [{ path: 'reason' }] } },
  });
  expect(await say('DRAIN', 'Upgrade.', 'nowhere')).toMatchObject({
    refusal: { code: 'RESOURCE_NOT_FOUND' },
  });
  expect(await operate(world.services, world.agent.principal)('OPEN', 'So there.')).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });

  const [broken, drained] = [aResource(), aResource()];
  const retry = { maxRetries: 3, initialDelayMs: 10 };
  const first = await world.agent.submits(anEffect('ledger.keyed', broken, { retry }));
  await heldBy(world, first, 'platform.circuit_breaker');

  expect(await say('DRAIN', 'Upgrade of the ledger.')).toMatchObject({
    ok: true,
    value: { mode: 'DRAIN', by: 'Olga' },
  });
  const knows = async () => (await world.services.controls.ofTenant(world.tenantId)).get('ledger');
  await until(knows, () => 'the worker does not know');
  const second = await world.agent.submits(anEffect('ledger.keyed', drained, { retry }));
  expect(await heldBy(world, second, 'platform.drained')).toMatchObject({
    reason: 'Olga drained ledger: Upgrade of the ledger.',
    until: null,
    attempt: 0,
  });
  await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');

  await say('OPEN', 'It burns.');
  await until(
    async () => ((await knows())?.mode === 'OPEN' ? true : undefined),
    () => 'the worker does not know',
  );
  expect(await world.agent.asks(anEffect('ledger.keyed', aResource()))).toMatchObject({
    refusal: { code: 'SERVICE_DOWN', retriable: true, message: 'Olga opened ledger: It burns.' },
  });
  const others = await world.inTenant('others');
  expect((await others.agent.asks(anEffect('ledger.keyed', aResource()))).ok).toBe(true);
  expect([...world.ledger.effects().keys()]).not.toContain(drained);

  await say('CLOSE', 'It is well again.');
  await world.allReach([first, second], 'SUCCEEDED');
  expect(world.ledger.effects().get(drained)).toBe(1);
  expect(world.ledger.effects().get(broken)).toBe(1);
  const said = asDescribed(
    await world.owner.query<Recorded>(
      "SELECT seq, type, summary, data FROM event WHERE type LIKE 'executor.%ed' AND actor_id IS NOT NULL ORDER BY seq",
    ),
  );
  expect(said.map(({ type }) => type)).toEqual(['executor.drained', 'executor.opened', 'executor.closed']);
  expect(said.at(-1)).toMatchObject({ data: { platform: 'ledger', reason: 'It is well again.' } });
});

test('what cannot be read holds everything', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  await world.owner.query('ALTER TABLE executor_control RENAME TO executor_control_away');
  world.begins('ALL');
  const hurried = await world.agent.asks(anErrand({}, { timeoutMs: 60_000 }));
  expect(hurried).toMatchObject({ refusal: { code: 'SERVICE_DOWN' } });
  await world.owner.query('ALTER TABLE executor_control_away RENAME TO executor_control');
  await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
});

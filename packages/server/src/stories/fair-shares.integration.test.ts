import { expect, test } from 'vitest';
import { anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { createSubmitter } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { until } from '../../testing/until.ts';
import { createWorld } from '../../testing/world.ts';

test('nobody fills the inbox: so many tasks of one submitter wait for people, and no more', async () => {
  await using world = await createWorld({ background: 'NONE', openApprovals: 10 });
  const ask = () => ({ ...aRiskyTask(), idempotencyKey: crypto.randomUUID() });
  const asks = (count: number, principal = world.agent.principal) =>
    world.services.tasks.submit(signedIn(principal), Array.from({ length: count }, ask), null);

  const outcomes = await asks(500);
  const taken = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.task] : []));
  expect(taken).toHaveLength(10);
  for (const outcome of outcomes) {
    if (!outcome.ok)
      expect(outcome.refusal).toMatchObject({
        code: 'RATE_LIMIT_EXCEEDED',
        retriable: true,
        retryAfterMs: 30_000,
      });
  }
  expect((await Promise.all([asks(50), asks(50)])).flat().some(({ ok }) => ok)).toBe(false);

  // Work that asks nobody goes on, and so do others.
  await world.agent.submits(anErrand());
  expect((await asks(3, world.operator.principal)).every(({ ok }) => ok)).toBe(true);

  const [first, second] = taken;
  if (!first || !second) throw new Error('Nothing was taken.');
  await world.agent.cancels(first);
  await world.approver.approves(second);
  await until(
    async () => ((await asks(1))[0]?.ok === true ? true : undefined),
    () => Promise.resolve('no room was made'),
  );
});

test('it is the installation that counts them: nodes that are asked at once take no more together', async () => {
  await using world = await createWorld({ background: 'NONE', openApprovals: 10 });
  const nodes = [world.services, await world.startsNode(), await world.startsNode()];
  const asks = (node: (typeof nodes)[number], count: number) =>
    node.tasks.submit(
      signedIn(world.agent.principal),
      Array.from({ length: count }, () => ({ ...aRiskyTask(), idempotencyKey: crypto.randomUUID() })),
      null,
    );
  const rounds = await Promise.all(nodes.flatMap((node) => [asks(node, 6), asks(node, 6)]));
  expect(rounds.flat().filter(({ ok }) => ok)).toHaveLength(10);
});

test('a submitter whose steps fill their share of a lane is told when to come again; others are let in', async () => {
  await using world = await createWorld({
    background: 'NONE',
    admission: { waitingSteps: 10, highPerMinute: 2 },
  });
  const asks = (count: number, principal = world.agent.principal, priority = 'NORMAL') =>
    world.services.tasks.submit(
      signedIn(principal),
      Array.from({ length: count }, () => ({
        ...anErrand({}, { priority }),
        idempotencyKey: crypto.randomUUID(),
      })),
      null,
    );
  const took = async (...args: Parameters<typeof asks>) =>
    (await asks(...args)).filter(({ ok }) => ok).length;

  expect(await took(50)).toBe(10);
  expect(await took(5, world.operator.principal)).toBe(5);
  expect(await took(5, world.agent.principal, 'LOW')).toBe(5);
  expect(await took(5, world.agent.principal, 'HIGH')).toBe(2);

  // What another process let in counts, too: it waits in the record.
  const node = await world.startsNode();
  const [outcome] = await node.tasks.submit(
    signedIn(world.agent.principal),
    [{ ...anErrand(), idempotencyKey: crypto.randomUUID() }],
    null,
  );
  expect(outcome).toMatchObject({
    ok: false,
    refusal: { code: 'RATE_LIMIT_EXCEEDED', retriable: true, retryAfterMs: 5_000 },
  });
  // A plan alone comes into no lane.
  expect(await world.agent.asks({ ...anErrand({}, { mode: 'PLAN' }), idempotencyKey: 'plan' })).toMatchObject(
    {
      ok: true,
    },
  );
});

test('what is still being planned has its share of the lane already', async () => {
  await using world = await createWorld({
    background: 'NONE',
    admission: { waitingSteps: 4, highPerMinute: 2 },
  });
  const slow = { type: 'slow.run', params: { folder: '/nowhere' } };
  for (const actions of [[slow], [slow, slow, slow]])
    await world.agent.submits({ idempotencyKey: crypto.randomUUID(), goal: 'Think first', actions });
  const node = await world.startsNode();
  const asks = (priority: string) =>
    node.tasks.submit(
      signedIn(world.agent.principal),
      [{ ...anErrand({}, { priority }), idempotencyKey: crypto.randomUUID() }],
      null,
    );
  expect(await asks('NORMAL')).toMatchObject([{ ok: false, refusal: { code: 'RATE_LIMIT_EXCEEDED' } }]);
  expect(await asks('LOW')).toMatchObject([{ ok: true }]);
});

test('CRITICAL is for those who may, and what was taken in stays theirs', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const urgent = { ...anErrand({}, { priority: 'CRITICAL' }), idempotencyKey: 'urgent' };
  expect(await world.agent.asks(urgent)).toMatchObject({
    ok: false,
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  await world.agent.submits(anErrand({}, { priority: 'HIGH' }));
  expect(await world.operator.asks(urgent)).toMatchObject({
    ok: true,
    value: { task: { priority: 'CRITICAL' } },
  });
  const demoted = createSubmitter(world.services, { ...world.operator.principal, roles: ['SUBMITTER'] });
  expect(await demoted.asks(urgent)).toMatchObject({ ok: true, value: { isReplay: true } });
});

test("long steps of one agent in all slots of a lane do not keep another's first step waiting", async () => {
  const delayMs = 4_000;
  await using world = await createWorld({ lanes: { NORMAL: { slots: 2 } } });
  const long = await world.agent.submitsMany(Array.from({ length: 20 }, () => anErrand({ delayMs })));
  const running = async () =>
    (await Promise.all(long.map((task) => world.now(task)))).filter(({ status }) => status === 'RUNNING');
  await until(
    async () => ((await running()).length >= 2 ? true : undefined),
    () => 'the lane is not full',
  );
  const submittedAt = performance.now();
  const first = await world.operator.submits(anErrand());
  await world.reaches(first, 'SUCCEEDED');
  expect(performance.now() - submittedAt).toBeLessThan(delayMs - 1_000);
  await Promise.all(long.map((task) => world.agent.cancels(task)));
});

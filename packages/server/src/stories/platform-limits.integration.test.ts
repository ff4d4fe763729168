import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import { aResource, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld } from '../../testing/world.ts';

let origin: string;
let status = 200;
let calls = 0;
const server = createServer((request, response) => {
  calls += 1;
  request.resume();
  response.writeHead(status).end();
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const aRequest = (method = 'POST'): TaskInput => ({
  goal: 'Tell it',
  actions: [{ type: 'http.request', params: { method, url: `${origin}/things` } }],
  retry: { maxRetries: 0 },
});
const reached = (count: number): Promise<true> =>
  until(
    async () => (calls >= count ? true : undefined),
    () => `${calls} of ${count} calls`,
  );

test('a platform that fails is left alone in the single process too, and planning for it goes on', async () => {
  status = 500;
  calls = 0;
  await using world = await createWorld({
    guards: { http: { breaker: { opensAt: 5, probeAfterMs: 600_000 } } },
  });
  const health = () => world.services.executors.health.report().find(({ platform }) => platform === 'http');
  for (let round = 0; round < 12; round += 1) {
    const outcome = await world.agent.asks(aRequest());
    expect(outcome.ok).toBe(true);
    if (outcome.ok && outcome.value.task.status === 'AWAITING_APPROVAL')
      await world.approver.approves(outcome.value.task);
    if (round < 5) await reached(round + 1);
  }
  await until(
    async () => (health()?.circuitBreaker.state === 'OPEN' ? true : undefined),
    () => JSON.stringify(health()),
  );
  const late = await world.agent.asks(aRequest());
  expect(late.ok).toBe(true);
  expect(calls).toBe(5);
});

test('a limit of 40 lets 40 requests out', async () => {
  status = 200;
  calls = 0;
  const rate = { limit: 40, windowMs: 600_000 };
  await using world = await createWorld({ guards: { http: { rate } } });
  const tasks = await world.agent.submitsMany(Array.from({ length: 45 }, () => aRequest()));
  for (const task of tasks) if (task.status === 'AWAITING_APPROVAL') await world.approver.approves(task);
  await reached(40);
  const limit = world.services.executors.health
    .report()
    .find(({ platform }) => platform === 'http')?.rateLimit;
  expect(limit).toMatchObject({ current: 40, limit: 40 });
  expect(calls).toBe(40);
});

test('an agent that plans without end holds back no approved step, and nobody else’s plans', async () => {
  await using world = await createWorld({
    guards: { ledger: { rate: { limit: 5, windowMs: 600_000 } } },
  });
  const append = (more: object = {}): TaskInput => ({
    goal: 'Append to it',
    actions: [{ type: 'ledger.keyed', params: { resource: aResource(), value: 1 } }],
    ...more,
  });
  const plans = [];
  for (let count = 0; count < 8; count += 1) plans.push(await world.agent.asks(append({ mode: 'PLAN' })));
  expect(plans.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false, false, false]);
  expect(plans.at(-1)).toMatchObject({
    ok: false,
    refusal: { code: 'RATE_LIMIT_EXCEEDED', retriable: true },
  });
  const task = await world.operator.submits(append({ priority: 'CRITICAL' }));
  if (task.status === 'AWAITING_APPROVAL') await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
});

test('a rehearsal calls nobody, so it does not wait for a platform that has no place', async () => {
  await using world = await createWorld({
    guards: { noop: { bulkhead: { concurrent: 1, queued: 10 } } },
  });
  const busy = await world.agent.submits(anErrand({ delayMs: 60_000 }));
  await world.reaches(busy, 'RUNNING');
  const rehearsal = await world.agent.submits(anErrand({}, { mode: 'NOOP' }));
  await world.reaches(rehearsal, 'SUCCEEDED');
  expect((await world.now(busy)).status).toBe('RUNNING');
  await world.agent.cancels(busy);
});

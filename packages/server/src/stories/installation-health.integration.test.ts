import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createLogger } from '../infra/logger.ts';
import type { ExecutorHealthChange, HealthReport } from '../modules/health/index.ts';
import { createMonitoring } from '../monitoring.ts';

let origin: string;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(500).end();
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

/** One approved call of a platform that answers 500. */
const failsOnce = async ({ agent, approver }: World): Promise<void> => {
  const task = await agent.submits({
    goal: 'Tell it',
    actions: [{ type: 'http.request', params: { method: 'POST', url: `${origin}/things` } }],
    retry: { maxRetries: 0 },
  });
  if (task.status === 'AWAITING_APPROVAL') await approver.approves(task);
};

const nextOf = async (
  changes: AsyncIterableIterator<ExecutorHealthChange>,
): Promise<ExecutorHealthChange> => {
  const next = await changes.next();
  if (next.done) throw new Error('There are no more changes.');
  return next.value;
};

const http = { breaker: { opensAt: 3, probeAfterMs: 600_000 } };

test('a node that calls nobody knows what the workers see, and that there are none', async () => {
  await using world = await createWorld({ background: 'KEEPERS', guards: { http } });
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: 'error' });
  const { health } = createMonitoring(
    { ...world.config, role: 'api' },
    logger,
    world.services,
    () => 0,
    stack,
  );
  const platformOf = ({ executors }: Pick<HealthReport, 'executors'>) =>
    executors.find(({ platform }) => platform === 'http');
  const reports = (isExpected: (report: HealthReport) => boolean): Promise<HealthReport> => {
    let last: HealthReport | undefined;
    return until(
      async () => ((last = await health.report()), isExpected(last) ? last : undefined),
      () => JSON.stringify(last, null, 1),
      { pollMs: 50, timeoutMs: 60_000 },
    );
  };
  const lacksWorkers = ({ checks }: HealthReport): boolean =>
    checks.some(({ name, status }) => name === 'workers' && status !== 'HEALTHY');

  expect(await health.report()).toMatchObject({ status: 'DEGRADED', processes: [{ role: 'API' }] });
  expect(lacksWorkers(await health.report())).toBe(true);
  const worker = await world.startsWorker();
  const complete = await reports((report) => !lacksWorkers(report) && report.status === 'HEALTHY');
  expect(complete).toMatchObject({
    status: 'HEALTHY',
    processes: [{ role: 'API' }, { role: 'WORKER', name: worker.name, startedAt: expect.any(Date) as Date }],
  });

  const changes = await health.follow();
  for (let failures = 0; failures < 3; failures += 1) await failsOnce(world);
  const seen: ExecutorHealthChange[] = [];
  while (seen.at(-1)?.currentStatus !== 'DOWN') seen.push(await nextOf(changes));
  expect(seen[0]).toMatchObject({ platform: 'http', previousStatus: 'HEALTHY' });
  expect(seen.at(-1)?.circuitBreaker).toMatchObject({ state: 'OPEN', failureCount: 3 });
  // The breaker opens within the third call, which counts once it has ended.
  const troubled = await reports((report) => platformOf(report)?.recentCalls === 3);
  expect(troubled.status).toBe('DEGRADED');
  expect(platformOf(troubled)).toMatchObject({
    status: 'DOWN',
    circuitBreaker: { state: 'OPEN' },
    recentCalls: 3,
    averageResponseMs: expect.any(Number) as number,
    lastFailureAt: expect.any(Date) as Date,
    lastSuccessAt: null,
  });
  expect(troubled.processes.map((process) => platformOf(process)?.status)).toEqual(['HEALTHY', 'DOWN']);
  expect(await health.probes.readyz()).toMatchObject({ status: 200, body: { status: 'ready' } });

  await worker.kill();
  const alone = await reports(lacksWorkers);
  expect(alone.processes.map(({ role }) => role)).toEqual(['API']);
  expect(platformOf(alone)).toMatchObject({ status: 'HEALTHY', recentCalls: 0 });
  expect(await nextOf(changes)).toMatchObject({ previousStatus: 'DOWN', currentStatus: 'HEALTHY' });
  await changes.return?.();
}, 90_000);

test('a process that stops in good order is missed at once', async () => {
  await using world = await createWorld({ background: 'NONE' });
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: 'error' });
  const { health } = createMonitoring(world.config, logger, world.services, () => 0, stack);
  const other = new AsyncDisposableStack();
  createMonitoring(world.config, logger, await world.startsNode(), () => 0, other);
  await until(
    async () => ((await health.report()).processes.length === 2 ? true : undefined),
    () => 'the other node was not seen',
  );
  await other.disposeAsync();
  expect((await health.report()).processes).toHaveLength(1);
});

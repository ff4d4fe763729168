import { createHealthQueries } from './queries.ts';
import { createQueueQueries } from '../queue/index.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessRole } from '@countersign/shared';
import { graphql, parse, subscribe, type ExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@countersign/postgres/free-port';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import { startRedis } from '../../../testing/redis-server.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { Principal } from '../../domain/principal.ts';
import { createBuilder } from '../../doors/graphql/schema/builder.ts';
import { createRefs } from '../../doors/graphql/schema/refs.ts';
import { systemClock } from '../../infra/clock.ts';
import { createDatabase, type Database } from '../../infra/database.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { createLaneQueue, defaultLanes } from '../../infra/queue/lane-queue.ts';
import { createWakeUps } from '../../infra/wakeups.ts';
import { addQueueSchema } from '../../doors/graphql/schema/queue-schema.ts';
import { createQueueService } from '../queue/index.ts';
import { createQueueStore } from '../../record/queue-store.ts';
import { addHealthSchema } from '../../doors/graphql/schema/health-schema.ts';
import { createHealthService, type HealthService } from './health-service.ts';
import { ofTheMachine, signedIn } from '../../../testing/signed-in.ts';

const logger = createLogger({ level: 'silent' });
/** The product's executors, allowed to call one port on which nobody listens. */
const createPlatforms = async (stack: AsyncDisposableStack) => {
  const port = await freePort();
  const executors = stack.use(
    createTestExecutors({ egress: { allowedInternalHosts: ['127.0.0.1'], allowedPorts: [port] } }),
  );
  const call = {
    ...planCall(),
    idempotencyKey: 'a'.repeat(64),
    precondition: null,
    taskId: newId(),
    stepId: newId(),
    attempt: 1,
  };
  return {
    monitor: executors.health,
    async failTimes(count: number) {
      const prepared = executors.prepare(
        'http.request',
        { method: 'GET', url: `http://127.0.0.1:${port}/` },
        'actions[0]',
      );
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
      for (let failed = 0; failed < count; failed += 1)
        await expect(prepared.action.apply(call)).rejects.toThrow();
    },
  };
};

let testDatabase: TestDatabase;
let database: Database;
let home: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.open();
  home = await mkdtemp(join(tmpdir(), 'countersign-health-'));
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

const start = async (
  stack: AsyncDisposableStack,
  over: { database?: Database; home?: string; role?: ProcessRole } = {},
) => {
  const redis = stack.use(await startRedis());
  const prefix = newId();
  const laneQueue = stack.use(
    await createLaneQueue({
      backend: { kind: 'redis', url: redis.url },
      prefix,
      installation: 'test',
      lanes: defaultLanes,
      logger,
    }),
  );
  const store = createQueueStore(over.database ?? database);
  const queue = stack.use(
    createQueueService({ store, queue: laneQueue, lanes: defaultLanes, clock: systemClock, logger }),
  );
  const platforms = await createPlatforms(stack);
  const health = stack.use(
    createHealthService({
      name: newId(),
      role: over.role ?? 'ALL',
      wakeUps: stack.use(await createWakeUps(database, logger)),
      version: '1.2.3',
      database: over.database ?? database,
      laneQueue,
      queue,
      executors: platforms.monitor,
      journal: { onCommitted: () => undefined },
      home: over.home ?? home,
      isEncrypted: false,
      encryptsWith: () => null,
      clock: systemClock,
      logger,
    }),
  );
  return { health, queue, platforms, redis };
};

const allSlots = Object.values(defaultLanes).reduce((sum, { slots }) => sum + slots, 0);

const checksOf = async (health: HealthService) =>
  Object.fromEntries((await health.report()).checks.map(({ name, status }) => [name, status]));

describe('a process', () => {
  it('is well with its database, its schema, its queue and its folder', async () => {
    await using stack = new AsyncDisposableStack();
    const { health } = await start(stack);
    expect(await health.report()).toMatchObject({
      status: 'HEALTHY',
      version: '1.2.3',
      executors: [{ platform: 'git' }, { platform: 'http' }],
    });
    expect(await checksOf(health)).toEqual({
      database: 'HEALTHY',
      schema: 'HEALTHY',
      queue: 'HEALTHY',
      queue_capacity: 'HEALTHY',
      filesystem_writable: 'HEALTHY',
      workers: 'HEALTHY',
    });
    expect(await health.probes.readyz()).toMatchObject({
      status: 200,
      body: { status: 'ready', max_workers: allSlots },
    });
  });

  it('is ready but degraded without its queue, and is not ready once it stops', async () => {
    await using stack = new AsyncDisposableStack();
    const { health, redis } = await start(stack, { home: join(home, 'nowhere') });
    await redis.kill();
    expect(await health.probes.readyz()).toMatchObject({
      status: 200,
      body: { checks: { database: 'ok', schema: 'ok', queue: 'failed', filesystem_writable: 'failed' } },
    });
    expect(await health.probes.healthz()).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect(await health.report()).toMatchObject({ status: 'DEGRADED' });
    health.beginShutdown();
    expect(await health.probes.readyz()).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });

  it('is not ready without its database', async () => {
    await using stack = new AsyncDisposableStack();
    const connectionString = `postgresql://nobody:secret@127.0.0.1:${await freePort()}/nowhere`;
    const away = stack.use(createDatabase({ connectionString, poolSize: 2, logger }));
    const { health } = await start(stack, { database: away });
    const answer = await health.probes.readyz();
    expect(answer).toMatchObject({
      status: 503,
      body: {
        status: 'not_ready',
        checks: { database: 'failed', schema: 'failed', queue: 'ok' },
        queue_size: null,
      },
    });
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|nobody|secret|nowhere/);
    expect(await health.probes.healthz()).toMatchObject({ status: 503 });
    expect(await health.probes.livez()).toMatchObject({ status: 200 });
  });

  it('does not wait for its answer where its database swallows everything', async () => {
    await using stack = new AsyncDisposableStack();
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    stack.defer(
      () =>
        new Promise<void>((resolve) =>
          silent.close(() => {
            resolve();
          }),
        ),
    );
    stack.defer(() => {
      sockets.forEach((socket) => socket.destroy());
    });
    const { port } = silent.address() as AddressInfo;
    const connectionString = `postgresql://nobody:secret@127.0.0.1:${port}/nowhere`;
    const hanging = createDatabase({ connectionString, poolSize: 2, logger });
    const { health } = await start(stack, { database: hanging });
    const startedAt = performance.now();
    expect(await health.probes.readyz()).toMatchObject({
      status: 503,
      body: { checks: { database: 'failed' } },
    });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    sockets.forEach((socket) => socket.destroy());
    await hanging[Symbol.asyncDispose]();
  });

  it('is not ready where nothing can be written, and says why', async () => {
    await using owned = await createTestDatabase();
    await using stack = new AsyncDisposableStack();
    const { health } = await start(stack, { database: stack.use(owned.open({ poolSize: 1 })) });
    await expect.poll(async () => (await health.probes.readyz()).status, { timeout: 20_000 }).toBe(200);
    {
      await using owner = owned.open({ as: 'OWNER' });
      await owner.query(`ALTER DATABASE ${owned.name} SET default_transaction_read_only = on`);
    }
    await using late = owned.open();
    const { health: another } = await start(stack, { database: late });
    expect(await another.probes.readyz()).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: { database: 'failed' } },
    });
    const { processes } = await another.report();
    expect(processes.at(-1)?.checks[0]).toMatchObject({
      status: 'DOWN',
      message: 'The database takes no writes: it is set to read only, or is a standby.',
    });
  });

  it('is not ready on a schema with an unfinished migration, or without one that was there', async () => {
    await using owned = await createTestDatabase();
    await using stack = new AsyncDisposableStack();
    const owner = stack.use(owned.open({ as: 'OWNER' }));
    const { health } = await start(stack, { database: stack.use(owned.open()) });
    const schemaIs = async (status: string) =>
      expect.poll(async () => (await checksOf(health)).schema).toBe(status);
    await schemaIs('HEALTHY');
    await owner.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await schemaIs('DOWN');
    await owner.query('UPDATE _prisma_migrations SET finished_at = now()');
    await schemaIs('HEALTHY');
    await owner.query('DELETE FROM _prisma_migrations');
    await schemaIs('DOWN');
    expect((await health.probes.readyz()).status).toBe(503);
  });

  it('is degraded while a lane cannot keep its target, and says which', async () => {
    await using owned = await createTestDatabase();
    await using stack = new AsyncDisposableStack();
    const crowded = stack.use(owned.open());
    const work = createRecordedWork(crowded);
    const task = await work.task(await work.tenant(), { priority: 'CRITICAL' });
    await work.steps(
      task,
      Array.from({ length: 200 }, () => ({})),
    );
    const { health } = await start(stack, { database: crowded });
    const { status, checks } = await health.report();
    expect(status).toBe('DEGRADED');
    expect(checks.find(({ name }) => name === 'queue_capacity')).toMatchObject({
      status: 'DEGRADED',
      message: 'A step in the CRITICAL lane would wait 12 s; it should wait at most 5 s.',
    });
    expect((await health.probes.readyz()).status).toBe(200);
  });
});

describe('over GraphQL', () => {
  const viewer = signedIn({
    ...ofTheMachine,
    id: newId(),
    tenantId: newId(),
    type: 'HUMAN',
    name: 'Ada',
    roles: ['VIEWER'],
  });
  const contextOf = (roles: Principal['roles']) => ({
    viewer: { ...viewer, roles },
    requestId: 'test',
    traceparent: null,
  });
  const schemaOf = ({ health, queue }: Awaited<ReturnType<typeof start>>) => {
    const builder = createBuilder();
    const refs = createRefs(builder);
    refs.task.implement({ authScopes: { read: true }, fields: (t) => ({ id: t.exposeID('id') }) });
    builder.mutationField('never', (t) => t.boolean({ authScopes: { read: true }, resolve: () => true }));
    const queueTypes = addQueueSchema(builder, refs, createQueueQueries(queue), queue);
    addHealthSchema(builder, refs, createHealthQueries(health), queueTypes);
    return builder.toSchema();
  };
  const source = `{ health { status version uptimeMs checks { name status message } queue { totalQueued } asOf
    executors { platform status circuitBreaker { state failureCount opensAt nextProbeAt } rateLimit { current limit resetAt }
      lastSuccessAt averageResponseMs p95ResponseMs actionTypes } } }`;

  it('the report is for viewers', async () => {
    await using stack = new AsyncDisposableStack();
    const parts = await start(stack);
    const schema = schemaOf(parts);
    const { data, errors } = await graphql({ schema, source, contextValue: contextOf(['VIEWER']) });
    expect(errors).toBeUndefined();
    expect(data?.health).toMatchObject({
      status: 'HEALTHY',
      executors: [
        {
          platform: 'git',
          circuitBreaker: { state: 'CLOSED' },
          actionTypes: ['repo.commit@1', 'repo.revert@1', 'repo.tag@1'],
        },
        { platform: 'http', rateLimit: { current: 0 }, lastSuccessAt: null },
      ],
    });
    const refused = await graphql({ schema, source, contextValue: contextOf([]) });
    expect(refused.errors?.[0]?.extensions.code).toBe('AUTHORIZATION_FAILED');
  });

  it('healthChanged tells every change in order, until it ends', async () => {
    await using stack = new AsyncDisposableStack();
    const parts = await start(stack);
    const stream = (await subscribe({
      schema: schemaOf(parts),
      document: parse(
        'subscription { healthChanged { platform previousStatus currentStatus circuitBreaker { state failureCount } at } }',
      ),
      contextValue: contextOf(['VIEWER']),
    })) as AsyncGenerator<ExecutionResult>;
    const first = stream.next();
    await parts.platforms.failTimes(3);
    expect((await first).value).toMatchObject({
      data: { healthChanged: { platform: 'http', previousStatus: 'HEALTHY', currentStatus: 'DEGRADED' } },
    });
    const second = stream.next();
    await parts.platforms.failTimes(2);
    expect((await second).value).toMatchObject({
      data: {
        healthChanged: {
          previousStatus: 'DEGRADED',
          currentStatus: 'DOWN',
          circuitBreaker: { state: 'OPEN', failureCount: 5 },
        },
      },
    });
    const waiting = stream.next();
    await stream.return(undefined);
    expect(await waiting).toMatchObject({ done: true });
    const report = await parts.health.report();
    expect(report).toMatchObject({
      status: 'DEGRADED',
      executors: [{ status: 'HEALTHY' }, { status: 'DOWN' }],
    });
    expect((await parts.health.probes.readyz()).status).toBe(200);
  });

  it('followers end when the process stops', async () => {
    await using stack = new AsyncDisposableStack();
    const { health } = await start(stack);
    const next = (await health.follow()).next();
    await health[Symbol.asyncDispose]();
    expect(await next).toMatchObject({ done: true });
  });
});

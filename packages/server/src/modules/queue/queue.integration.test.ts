import { createQueueQueries } from './queries.ts';
import { graphql, parse, subscribe, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { agoMs, createRecordedWork, type RecordedWork } from '../../../testing/recorded-work.ts';
import { sharedRedis } from '../../../testing/redis.ts';
import type { Principal } from '../../domain/principal.ts';
import type { QueueState } from '../../domain/queue.ts';
import type { Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import { createBuilder } from '../../doors/graphql/schema/builder.ts';
import { createRefs } from '../../doors/graphql/schema/refs.ts';
import { systemClock } from '../../infra/clock.ts';
import type { Database } from '../../infra/database.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { createLaneQueue, type LaneQueue } from '../../infra/queue/lane-queue.ts';
import { addQueueSchema } from '../../doors/graphql/schema/queue-schema.ts';
import { createQueueService, type QueueService } from './queue-service.ts';
import { createQueueStore, type QueueStore } from '../../record/queue-store.ts';
import { ofTheMachine } from '../../../testing/signed-in.ts';

const logger = createLogger({ level: 'silent' });
const lanes = { CRITICAL: { slots: 1 }, HIGH: { slots: 2 }, NORMAL: { slots: 2 }, LOW: { slots: 1 } };

let testDatabase: TestDatabase;
let database: Database;
let work: RecordedWork;
let laneQueue: LaneQueue;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.open();
  work = createRecordedWork(database);
  const { url, prefix } = sharedRedis();
  laneQueue = await createLaneQueue({
    backend: { kind: 'redis', url },
    prefix,
    installation: 'test',
    lanes,
    logger,
  });
});

afterAll(async () => {
  await laneQueue[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

/** Its readings are its own, so that each test sees what it has just written. */
const newService = (
  store: QueueStore = createQueueStore(database),
  queue: Pick<LaneQueue, 'state'> = laneQueue,
) => createQueueService({ store, queue, lanes, clock: systemClock, logger });

const viewerOf = (tenantId: string): Principal => ({
  ...ofTheMachine,
  id: newId(),
  tenantId,
  type: 'HUMAN',
  name: 'Ada',
  roles: ['VIEWER'],
});

const running = { state: 'RUNNING', leaseUntil: agoMs(-60_000), attempt: 1, startedAt: agoMs(10) } as const;
const ended = (waitedMs: number, tookMs: number): Partial<Step> => ({
  state: 'SUCCEEDED',
  attempt: 1,
  readyAt: agoMs(1_000 + waitedMs + tookMs),
  startedAt: agoMs(1_000 + tookMs),
  finishedAt: agoMs(1_000),
});
const laneOf = (state: QueueState, priority: string) =>
  state.lanes.find((lane) => lane.priority === priority);

describe('the state of the queue', () => {
  it('counts what could run and what runs, and nothing that only looks like it', async () => {
    const task = await work.task(await work.tenant(), { priority: 'HIGH' });
    await work.steps(task, [
      { nextAttemptAt: agoMs(4_000) },
      { nextAttemptAt: agoMs(2_000) },
      { nextAttemptAt: agoMs(-60_000), attempt: 1 },
      { state: 'BLOCKED' },
      { state: 'CANCELLED' },
      running,
      { ...running, leaseUntil: agoMs(1_000) },
    ]);
    await using service = newService();
    const state = await service.state();
    expect(laneOf(state, 'HIGH')).toMatchObject({ depth: 2, active: 1, slots: 2, targetWaitMs: 30_000 });
    expect(laneOf(state, 'HIGH')?.oldestAgeMs).toBeGreaterThanOrEqual(4_000);
    expect(laneOf(state, 'HIGH')?.oldestAgeMs).toBeLessThan(14_000);
    expect(laneOf(state, 'LOW')).toMatchObject({
      depth: 0,
      active: 0,
      oldestAgeMs: null,
      estimatedWaitMs: 0,
    });
    expect(state).toMatchObject({ totalQueued: 2, workerUtilization: 1 / 6 });
  });

  it('estimates by how long steps took lately, and averages what they waited', async () => {
    const task = await work.task(await work.tenant(), { priority: 'LOW' });
    await work.steps(task, [ended(100, 400), ended(300, 600), running, {}, {}]);
    await using service = newService();
    const state = await service.state();
    // Two wait before a newcomer, for the one slot of the lane, half a second each: the third waits for three.
    expect(laneOf(state, 'LOW')).toMatchObject({ depth: 2, active: 1, estimatedWaitMs: 1_500 });
    expect(state.averageWaitMs).toBe(200);
  });

  it('is read once for a thousand clients', async () => {
    const store = createQueueStore(database);
    const readLoads = vi.spyOn(store, 'readLoads');
    await using service = newService(store);
    await Promise.all(Array.from({ length: 1_000 }, () => service.state()));
    expect(readLoads).toHaveBeenCalledTimes(1);
  });

  it('is told without the queue, with the slots of one worker process', async () => {
    const away = { state: () => Promise.reject(new Error('Redis is away')) };
    await using service = newService(createQueueStore(database), away);
    expect(laneOf(await service.state(), 'NORMAL')).toMatchObject({ slots: 2 });
  });
});

describe('the place of a task', () => {
  it('is its place among all tenants in its lane, told to its own tenant only', async () => {
    const [ours, theirs] = [await work.tenant(), await work.tenant()];
    const first = await work.task(theirs, { priority: 'CRITICAL' });
    const second = await work.task(ours, { priority: 'CRITICAL' });
    const third = await work.task(ours, { priority: 'CRITICAL' });
    const elsewhere = await work.task(ours, { priority: 'NORMAL' });
    const notYet = await work.task(ours, { priority: 'CRITICAL' });
    await work.steps(first, [{ nextAttemptAt: agoMs(3_000) }]);
    await work.steps(third, [{ nextAttemptAt: agoMs(1_000) }]);
    await work.steps(second, [{ nextAttemptAt: agoMs(2_000) }, { nextAttemptAt: agoMs(500) }]);
    await work.steps(elsewhere, [{ nextAttemptAt: agoMs(9_000) }]);
    await work.steps(notYet, [{ nextAttemptAt: agoMs(-60_000) }]);
    const all = [first, second, third, elsewhere, notYet].map(({ id }) => id);

    await using service = newService();
    const places = await service.findPositions(viewerOf(ours), all);
    expect(Object.fromEntries(places.map(({ taskId, position }) => [taskId, position]))).toEqual({
      [second.id]: 2,
      [third.id]: 3,
      [elsewhere.id]: 1,
    });
    // One slot, nothing known of the lane: a second for each place beyond it.
    expect(places.find(({ taskId }) => taskId === third.id)?.estimatedWaitMs).toBe(2_000);
    expect(await service.findPositions(viewerOf(theirs), all)).toEqual([
      { taskId: first.id, position: 1, estimatedWaitMs: 0 },
    ]);
  });

  it('is taken for the last one where it is too far behind to be counted', async () => {
    const tenant = await work.tenant();
    const first = await work.task(tenant, { priority: 'HIGH' });
    const last = await work.task(tenant, { priority: 'HIGH' });
    await work.steps(first, [{ nextAttemptAt: agoMs(86_400_000) }]);
    await work.steps(last, [{ nextAttemptAt: agoMs(10) }]);
    await using service = newService(createQueueStore(database, 1));
    const places = await service.findPositions(viewerOf(tenant), [first.id, last.id]);
    const { lanes: known } = await service.state();
    expect(Object.fromEntries(places.map(({ taskId, position }) => [taskId, position]))).toEqual({
      [first.id]: 1,
      [last.id]: known.find(({ priority }) => priority === 'HIGH')?.depth,
    });
  });
});

describe('followers of the queue', () => {
  it('get the state at once and changes at most twice a second', async () => {
    const task = await work.task(await work.tenant(), { priority: 'NORMAL' });
    await using service = newService();
    const follower = service.follow();
    const first = await follower.next();
    const depth = (first.value as QueueState).totalQueued;
    const times: number[] = [];
    let isOver = false;
    const churn = (async () => {
      while (!isOver) await work.steps(await work.task(task.tenantId), [{}]);
    })();
    for (let seen = 0; seen < 3; seen += 1) {
      const { value } = (await follower.next()) as IteratorYieldResult<QueueState>;
      expect(value.totalQueued).toBeGreaterThan(depth);
      times.push(performance.now());
    }
    isOver = true;
    await churn;
    const [one = 0, two = 0, three = 0] = times;
    expect(three - one).toBeGreaterThan(900);
    expect(two - one).toBeLessThan(10_000);
    await follower.return?.();
  });
});

describe('over GraphQL', () => {
  const schemaOf = (service: QueueService, tasks: readonly Task[]): GraphQLSchema => {
    const builder = createBuilder();
    const refs = createRefs(builder);
    refs.task.implement({ authScopes: { read: true }, fields: (t) => ({ id: t.exposeID('id') }) });
    builder.queryField('tasks', (t) =>
      t.field({ type: [refs.task], authScopes: { read: true }, resolve: () => [...tasks] }),
    );
    builder.mutationField('never', (t) => t.boolean({ authScopes: { read: true }, resolve: () => true }));
    addQueueSchema(builder, refs, createQueueQueries(service), service);
    return builder.toSchema();
  };
  const contextOf = (viewer: Principal) => ({ viewer, requestId: 'test', traceparent: null });

  it('a task has a place while it is queued and waits, read once for a page of tasks', async () => {
    const tenantId = await work.tenant();
    const waiting = await work.task(tenantId, { priority: 'LOW' });
    const other = await work.task(tenantId, { priority: 'LOW' });
    const started = await work.task(tenantId, { priority: 'LOW', status: 'RUNNING' });
    await work.steps(waiting, [{ nextAttemptAt: agoMs(3_600_000) }]);
    await work.steps(other, [{ nextAttemptAt: agoMs(3_500_000) }]);
    await work.steps(started, [{}]);
    const store = createQueueStore(database);
    const findPositions = vi.spyOn(store, 'findPositions');
    await using service = newService(store);
    const { data, errors } = await graphql({
      schema: schemaOf(service, [waiting, other, started]),
      source:
        '{ tasks { queuePosition estimatedWaitMs } queue { lanes { priority depth } totalQueued asOf } }',
      contextValue: contextOf(viewerOf(tenantId)),
    });
    expect(errors).toBeUndefined();
    expect(data?.tasks).toEqual([
      { queuePosition: 1, estimatedWaitMs: expect.any(Number) as number },
      { queuePosition: 2, estimatedWaitMs: expect.any(Number) as number },
      { queuePosition: null, estimatedWaitMs: null },
    ]);
    expect(data?.queue).toMatchObject({ lanes: [{ priority: 'CRITICAL' }, { priority: 'HIGH' }, {}, {}] });
    expect(findPositions).toHaveBeenCalledTimes(1);
  });

  it('queueUpdated begins with the state now', async () => {
    await using service = newService();
    const stream = (await subscribe({
      schema: schemaOf(service, []),
      document: parse('subscription { queueUpdated { totalQueued averageWaitMs workerUtilization } }'),
      contextValue: contextOf(viewerOf(await work.tenant())),
    })) as AsyncGenerator<ExecutionResult>;
    const { value } = (await stream.next()) as IteratorYieldResult<ExecutionResult>;
    const { totalQueued } = await service.state();
    expect(value).toMatchObject({ data: { queueUpdated: { totalQueued } } });
    await stream.return(undefined);
  });

  it('nobody without the right to read sees it', async () => {
    await using service = newService();
    const { errors } = await graphql({
      schema: schemaOf(service, []),
      source: '{ queue { totalQueued } }',
      contextValue: contextOf({ ...viewerOf(await work.tenant()), roles: [] }),
    });
    expect(errors?.[0]?.extensions.code).toBe('AUTHORIZATION_FAILED');
  });
});

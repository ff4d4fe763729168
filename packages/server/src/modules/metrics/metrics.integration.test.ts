import { createMetricsQueries } from './queries.ts';
import { graphql, parse, subscribe, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { agoMs, createRecordedWork, type RecordedWork } from '../../../testing/recorded-work.ts';
import type { Principal } from '../../domain/principal.ts';
import { queueStateOf } from '../../domain/queue.ts';
import type { Step } from '../../domain/run.ts';
import { createBuilder } from '../../doors/graphql/schema/builder.ts';
import { createRefs } from '../../doors/graphql/schema/refs.ts';
import { systemClock } from '../../infra/clock.ts';
import type { Database } from '../../infra/database.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { addMetricsSchema } from '../../doors/graphql/schema/metrics-schema.ts';
import type { MetricsSample } from './metrics-report.ts';
import {
  createMetricsService,
  type MetricsService,
  type MetricsServiceDependencies,
} from './metrics-service.ts';
import { createMetricsStore } from '../../record/metrics-store.ts';
import { ofTheMachine } from '../../../testing/signed-in.ts';

const logger = createLogger({ level: 'silent' });
const depth = 7;
const load = { priority: 'LOW', depth, active: 0, slots: 1, oldestAgeMs: 0 } as const;
const queue = { state: () => Promise.resolve(queueStateOf([load], [], new Date())) };

let testDatabase: TestDatabase;
let database: Database;
let work: RecordedWork;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.open();
  work = createRecordedWork(database);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

const newService = (more: Partial<MetricsServiceDependencies> = {}): MetricsService =>
  createMetricsService({ store: createMetricsStore(database), queue, clock: systemClock, logger, ...more });
const viewerOf = (tenantId: string): Principal => ({
  ...ofTheMachine,
  id: newId(),
  tenantId,
  type: 'HUMAN',
  name: 'Ada',
  roles: ['VIEWER'],
});

const minute = 60_000;
const ended = (endedAgoMs: number, tookMs: number, step: Partial<Step> = {}): Partial<Step> => {
  const finishedAt = agoMs(endedAgoMs);
  // From one reading of the clock, so that it took as long as it says.
  const earlier = (ms: number): Date => new Date(finishedAt.getTime() - ms);
  return {
    state: 'SUCCEEDED',
    attempt: 1,
    readyAt: earlier(tookMs + 500),
    startedAt: earlier(tookMs),
    finishedAt,
    ...step,
  };
};
const write = async (tenantId: string, steps: readonly Partial<Step>[]) =>
  work.steps(await work.task(tenantId), steps);

describe('a report', () => {
  it('counts what ended within the window, for one tenant', async () => {
    const [tenantId, other] = [await work.tenant(), await work.tenant()];
    await write(tenantId, [
      ended(10_000, 100),
      ended(10 * minute, 200, { platform: 'git' }),
      ended(20 * minute, 300, { platform: 'git', state: 'REPLACED', attempt: 3 }),
      ended(20 * minute, 400, { state: 'NEEDS_ATTENTION' }),
      ended(20 * minute, 500, { state: 'CANCELLED' }),
      ended(20 * minute, 600, { state: 'SKIPPED', startedAt: null }),
      ended(2 * 60 * minute, 9_000),
      { state: 'RUNNING', attempt: 1 },
      {},
    ]);
    await write(other, [ended(10_000, 5_000)]);
    await using service = newService();
    const report = await service.report(viewerOf(tenantId), 'LAST_HOUR', null);
    expect(report).toMatchObject({
      total: 4,
      succeeded: 2,
      failed: 2,
      successRate: 0.5,
      retryRate: 0.25,
      fallbackRate: 0.25,
    });
    expect(report.averageExecutionMs).toBeCloseTo(250, 0);
    expect(report.p95ExecutionMs).toBeCloseTo(385, 0);
    expect(report.averageQueueMs).toBeCloseTo(500, 0);
    expect(report.byPlatform).toEqual([
      {
        platform: 'git',
        total: 2,
        succeeded: 1,
        failed: 1,
        averageExecutionMs: expect.closeTo(250, 0) as number,
      },
      {
        platform: 'noop',
        total: 2,
        succeeded: 1,
        failed: 1,
        averageExecutionMs: expect.closeTo(250, 0) as number,
      },
    ]);
    expect(report.timeline).toHaveLength(60);
    expect(report.timeline.reduce((total, point) => total + point.total, 0)).toBe(4);
    const longer = await service.report(viewerOf(tenantId), 'LAST_6_HOURS', null);
    expect(longer).toMatchObject({ total: 5, succeeded: 3 });
    expect(longer.timeline.reduce((total, point) => total + point.total, 0)).toBe(5);
  });

  it('leaves rehearsals out: they called no platform', async () => {
    const tenantId = await work.tenant();
    await write(tenantId, [ended(1_000, 10)]);
    await work.steps(await work.task(tenantId, { mode: 'NOOP' }), [
      ended(1_000, 9_000),
      ended(2_000, 9_000, { platform: 'git' }),
      ended(2_000, 9_000, { state: 'FAILED' }),
    ]);
    await using service = newService();
    const report = await service.report(viewerOf(tenantId), 'LAST_HOUR', null);
    expect(report).toMatchObject({ total: 1, succeeded: 1, failed: 0, successRate: 1 });
    expect(report.p95ExecutionMs).toBeCloseTo(10, 0);
    expect(report.byPlatform.map(({ platform }) => platform)).toEqual(['noop']);
    expect(await createMetricsStore(database).readRecent(tenantId, minute)).toMatchObject({ total: 1 });
  });

  it('leaves out what a superseded run found moved, and counts it where the run failed', async () => {
    const tenantId = await work.tenant();
    const moved = { code: 'PRECONDITION_FAILED', message: 'The target moved.' } as const;
    const drifted = ended(1_000, 10, { state: 'FAILED', error: moved });
    const runs = ['CANCELLED', 'FAILED', 'CANCELLED'] as const;
    for (const [index, status] of runs.entries()) {
      const [step] = await write(tenantId, [drifted]);
      await database.query('UPDATE run SET status = $2::run_status, cancel_requested_at = $3 WHERE id = $1', [
        step?.runId,
        status,
        index === 2 ? agoMs(0) : null,
      ]);
    }
    await using service = newService();
    const report = await service.report(viewerOf(tenantId), 'LAST_HOUR', null);
    expect(report).toMatchObject({ total: 2, succeeded: 0, failed: 2 });
    expect(await createMetricsStore(database).readRecent(tenantId, minute)).toMatchObject({ total: 2 });
  });

  it('of one platform leaves the others out', async () => {
    const tenantId = await work.tenant();
    await write(tenantId, [ended(1_000, 10, { platform: 'git' }), ended(1_000, 20, { platform: 'http' })]);
    await using service = newService();
    const viewer = viewerOf(tenantId);
    expect(await service.report(viewer, 'LAST_7_DAYS', 'git')).toMatchObject({ platform: 'git', total: 1 });
    expect(await service.report(viewer, 'LAST_7_DAYS', 'nowhere')).toMatchObject({
      total: 0,
      successRate: null,
    });
  });

  it('tells how people decided, and how many requests were open over time', async () => {
    const tenantId = await work.tenant();
    const task = await work.task(tenantId);
    const ask = (revision: number, request: Parameters<RecordedWork['approval']>[1]) =>
      work.approval(task, { revision, ...request });
    await ask(1, { createdAt: agoMs(90 * minute) });
    await ask(2, { createdAt: agoMs(5 * minute) });
    await ask(3, { status: 'APPROVED', createdAt: agoMs(31 * minute), resolvedAt: agoMs(30 * minute) });
    await ask(4, { status: 'APPROVED', createdAt: agoMs(33 * minute), resolvedAt: agoMs(30 * minute) });
    await ask(5, { status: 'REJECTED', createdAt: agoMs(32 * minute), resolvedAt: agoMs(30 * minute) });
    await ask(6, { status: 'EXPIRED', createdAt: agoMs(300 * minute), resolvedAt: agoMs(10 * minute) });
    await ask(7, { status: 'SUPERSEDED', createdAt: agoMs(40 * minute), resolvedAt: agoMs(39 * minute) });
    await ask(8, { status: 'APPROVED', createdAt: agoMs(90 * minute), resolvedAt: agoMs(80 * minute) });
    await work.approval(await work.task(await work.tenant()));
    await using service = newService();
    const { waiting, approvals, timeline } = await service.report(viewerOf(tenantId), 'LAST_HOUR', null);
    expect(waiting.count).toBe(2);
    expect(waiting.oldestAgeMs).toBeGreaterThanOrEqual(90 * minute);
    expect(waiting.oldestAgeMs).toBeLessThan(91 * minute);
    expect(approvals).toMatchObject({ approved: 2, rejected: 1, expired: 1 });
    expect(approvals.medianTimeToDecideMs).toBeCloseTo(2 * minute, -2);
    expect(timeline[0]?.waiting).toBe(2);
    expect(Math.max(...timeline.map((point) => point.waiting))).toBe(5);
    expect(timeline.at(-1)?.waiting).toBe(2);
  });

  it('is read once for many viewers of a tenant', async () => {
    const [tenantId, other] = [await work.tenant(), await work.tenant()];
    const store = createMetricsStore(database);
    const readWindow = vi.spyOn(store, 'readWindow');
    await using service = newService({ store });
    const ask = (tenant: string, platform: string | null) =>
      service.report(viewerOf(tenant), 'LAST_HOUR', platform);
    await Promise.all(Array.from({ length: 100 }, () => ask(tenantId, null)));
    expect(readWindow).toHaveBeenCalledTimes(1);
    await Promise.all([ask(other, null), ask(tenantId, 'git'), ask(tenantId, null)]);
    expect(readWindow).toHaveBeenCalledTimes(3);
  });
});

describe('over GraphQL', () => {
  const schemaOf = (service: MetricsService): GraphQLSchema => {
    const builder = createBuilder();
    builder.mutationField('never', (t) => t.boolean({ authScopes: { read: true }, resolve: () => true }));
    addMetricsSchema(
      builder,
      createRefs(builder),
      createMetricsQueries(service, () => ['git', 'http']),
    );
    return builder.toSchema();
  };
  const ask = async (service: MetricsService, viewer: Principal, source: string) => {
    const contextValue = { viewer, requestId: 'test', traceparent: null };
    return graphql({ schema: schemaOf(service), source, contextValue });
  };

  it('the whole report of a day is the default, within the limits of an operation', async () => {
    const tenantId = await work.tenant();
    await write(tenantId, [ended(1_000, 10)]);
    await using service = newService();
    const { data, errors } = await ask(
      service,
      viewerOf(tenantId),
      `{ metrics { window platform total succeeded failed successRate averageExecutionMs p95ExecutionMs averageQueueMs
           retryRate fallbackRate actionsPerMinute byPlatform { platform total succeeded failed averageExecutionMs }
           timeline { at total succeeded failed averageExecutionMs p95ExecutionMs waiting }
           waiting { count oldestAgeMs } approvals { medianTimeToDecideMs approved rejected expired } asOf } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.metrics).toMatchObject({
      window: 'LAST_24_HOURS',
      platform: null,
      total: 1,
      waiting: { count: 0 },
    });
  });

  it('refuses a platform that nobody knows, with the nearest name', async () => {
    await using service = newService();
    const viewer = viewerOf(await work.tenant());
    const faultsOf = async (platform: string): Promise<unknown> => {
      const { errors } = await ask(
        service,
        viewer,
        `{ metrics(platform: ${JSON.stringify(platform)}) { total } }`,
      );
      expect(errors?.[0]?.extensions.code).toBe('SCHEMA_VALIDATION_FAILED');
      return (errors![0]!.extensions.details as { faults: unknown }).faults;
    };
    expect(await faultsOf('Gitt')).toEqual([
      {
        path: 'platform',
        message: 'there is no such platform; did you mean "git"?',
        suggestions: ['git'],
      },
    ]);
    for (const far of ['mainframe', '', 'a\u0000b'])
      expect(await faultsOf(far)).toMatchObject([
        { message: 'there is no such platform; there are "git", "http"' },
      ]);
    expect((await ask(service, viewer, '{ metrics(platform: "git") { total } }')).errors).toBeUndefined();
  });

  it('is for viewers', async () => {
    await using service = newService();
    const { errors } = await ask(
      service,
      { ...viewerOf(await work.tenant()), roles: [] },
      '{ metrics { total } }',
    );
    expect(errors?.[0]?.extensions.code).toBe('AUTHORIZATION_FAILED');
  });

  it('a sample of the last minute comes at once, and then one after the other', async () => {
    const tenantId = await work.tenant();
    await write(tenantId, [ended(1_000, 10), ended(2_000, 30, { state: 'FAILED' }), ended(2 * minute, 999)]);
    await using service = newService({ sampleEveryMs: 200 });
    const stream = (await subscribe({
      schema: schemaOf(service),
      document: parse(
        'subscription { metricsUpdated { at actionsPerMinute successRate averageExecutionMs queueDepth } }',
      ),
      contextValue: { viewer: viewerOf(tenantId), requestId: 'test', traceparent: null },
    })) as AsyncGenerator<ExecutionResult>;
    const next = async () => {
      const { value } = (await stream.next()) as IteratorYieldResult<
        ExecutionResult<{ metricsUpdated: MetricsSample }>
      >;
      return value.data?.metricsUpdated;
    };
    expect(await next()).toMatchObject({ actionsPerMinute: 2, successRate: 0.5, queueDepth: depth });
    await write(tenantId, [ended(0, 10)]);
    await vi.waitFor(
      async () => {
        expect(await next()).toMatchObject({ actionsPerMinute: 3 });
      },
      { timeout: 20_000 },
    );
    const same = await next();
    expect(same).toMatchObject({ actionsPerMinute: 3 });
    await stream.return(undefined);
  });

  it('the next sample comes after ten seconds where nothing else is said', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const store = createMetricsStore(database);
      const readRecent = vi.spyOn(store, 'readRecent');
      await using service = newService({ store });
      const follower = service.follow(viewerOf(await work.tenant()));
      await follower.next();
      await vi.advanceTimersByTimeAsync(9_990);
      expect(readRecent).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(20);
      expect(readRecent).toHaveBeenCalledTimes(2);
      await follower.return?.();
    } finally {
      vi.useRealTimers();
    }
  });
});

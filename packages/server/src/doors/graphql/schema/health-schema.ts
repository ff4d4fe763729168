import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { CircuitBreakerState } from '../../../domain/circuit-breaker.ts';
import type { ExecutorHealth, RateLimitState } from '../../../platforms/index.ts';
import type { QueueTypes } from './queue-schema.ts';
import type { HealthCheck } from '../../../modules/health/health-checks.ts';
import type { HealthQueries } from '../../../modules/health/index.ts';
import type { HealthReport } from '../../../modules/health/health-service.ts';
import { statusOf, type ExecutorHealthChange } from '../../../modules/health/installation-health.ts';
import type { ProcessReport } from '../../../modules/health/process-report.ts';

export const addHealthSchema = (
  builder: Builder,
  refs: Refs,
  operations: HealthQueries,
  queue: QueueTypes,
): void => {
  const breaker = addCircuitBreakerType(builder, refs);
  const executor = addExecutorHealthType(builder, refs, breaker);
  const check = addCheckType(builder, refs);
  const parts = { check, executor, process: addProcessType(builder, refs, { check, executor }) };
  const report = addReportType(builder, refs, queue, parts);
  const change = addChangeType(builder, refs, breaker);
  refs.query(operations.health, { type: report });
  refs.stream(operations.healthChanged, change);
};

type Breaker = ReturnType<typeof addCircuitBreakerType>;

const addCircuitBreakerType = (builder: Builder, { enums }: Refs) =>
  builder.objectRef<CircuitBreakerState>('CircuitBreaker').implement({
    description:
      'The automatic stop of calls to an endpoint that keeps failing; the one in most trouble where there are several endpoints or processes.',
    authScopes: { read: true },
    fields: (t) => ({
      state: t.expose('state', {
        type: enums.breakerState,
        description: 'Whether calls go through. HALF_OPEN lets one through to see.',
      }),
      failureCount: t.exposeInt('failureCount', { description: 'Failures in a row.' }),
      opensAt: t.exposeInt('opensAt', { description: 'Failures in a row that open it.' }),
      nextProbeAt: t.expose('nextProbeAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a call is let through again; null unless OPEN.',
      }),
    }),
  });

const addExecutorHealthType = (builder: Builder, { enums }: Refs, breaker: Breaker) => {
  const rateLimit = builder.objectRef<RateLimitState>('RateLimitState').implement({
    description:
      'How much of what a platform is asked at most is used. Each process counts its own calls; this is the one that has used most.',
    authScopes: { read: true },
    fields: (t) => ({
      current: t.exposeInt('current', { description: 'Calls in the window under way.' }),
      limit: t.exposeInt('limit', { description: 'Calls per window.' }),
      resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When the next window begins.' }),
    }),
  });
  return builder.objectRef<ExecutorHealth>('ExecutorHealth').implement({
    description:
      'How one platform is doing, as the calls of the processes that called it within five minutes saw it.',
    authScopes: { read: true },
    fields: (t) => ({
      platform: t.exposeString('platform', { description: 'Its name.' }),
      status: t.expose('status', {
        type: enums.healthStatus,
        description:
          'DOWN: every endpoint is cut off, for every process that calls it. DEGRADED: some are, or nearly.',
      }),
      circuitBreaker: t.expose('circuitBreaker', { type: breaker, description: 'Whether calls go through.' }),
      rateLimit: t.expose('rateLimit', { type: rateLimit, description: 'How much of its limit is used.' }),
      lastSuccessAt: t.expose('lastSuccessAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a call last succeeded.',
      }),
      lastFailureAt: t.expose('lastFailureAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a call last failed.',
      }),
      recentCalls: t.exposeInt('recentCalls', {
        description: 'Calls of the last five minutes, of which the times tell; 512 of each process at most.',
      }),
      averageResponseMs: t.expose('averageResponseMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds of the last calls; null where there were none.',
      }),
      p95ResponseMs: t.expose('p95ResponseMs', {
        type: 'Milliseconds',
        nullable: true,
        description:
          'Milliseconds that 95 of 100 calls stayed under, of the process for which it is slowest.',
      }),
      actionTypes: t.stringList({
        description: 'What it can do, such as `repo.commit@1`.',
        resolve: ({ actionTypes }) => [...actionTypes],
      }),
    }),
  });
};

const addCheckType = (builder: Builder, { enums }: Refs) =>
  builder.objectRef<HealthCheck>('HealthCheck').implement({
    description: 'Whether one thing that is needed works.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', {
        description:
          'What was asked: `database`, `schema`, `queue`, `workers` … docs/operations/health.md names them all.',
      }),
      status: t.expose('status', {
        type: enums.healthStatus,
        description: 'DOWN: no work can be taken. DEGRADED: work is taken and may wait.',
      }),
      message: t.exposeString('message', {
        nullable: true,
        description: 'What is wrong, and for which processes where not for all; null where nothing is.',
      }),
    }),
  });

interface Parts {
  readonly check: ReturnType<typeof addCheckType>;
  readonly executor: ReturnType<typeof addExecutorHealthType>;
}

const addProcessType = (builder: Builder, { enums }: Refs, { check, executor }: Parts) =>
  builder.objectRef<ProcessReport>('ProcessHealth').implement({
    description: 'What one process of the installation last said of itself.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', {
        description: 'Host, process id and a random part; a worker signs the steps that it runs with it.',
      }),
      role: t.expose('role', { type: enums.processRole, description: 'What it does.' }),
      version: t.exposeString('version', { description: 'The version that it runs.' }),
      status: t.field({
        type: enums.healthStatus,
        description: 'The worst of what follows: a platform in trouble is DEGRADED.',
        resolve: ({ checks, executors }) => statusOf(checks, executors),
      }),
      startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
      reportedAt: t.expose('reportedAt', { type: 'DateTime', description: 'When it said this.' }),
      checks: t.field({
        type: [check],
        description: 'What it needs, and whether it works.',
        resolve: ({ checks }) => [...checks],
      }),
      executors: t.field({
        type: [executor],
        description: 'The platforms as its own calls saw them, by name.',
        resolve: ({ executors }) => [...executors],
      }),
    }),
  });

const addReportType = (
  builder: Builder,
  { enums }: Refs,
  { queueState }: QueueTypes,
  { check, executor, process }: Parts & { readonly process: ReturnType<typeof addProcessType> },
) =>
  builder.objectRef<HealthReport>('HealthReport').implement({
    description: 'How this installation is doing: all of its processes together.',
    authScopes: { read: true },
    fields: (t) => ({
      status: t.expose('status', {
        type: enums.healthStatus,
        description:
          'The worst of what follows: what fails for one process of several, and a platform in trouble, is DEGRADED.',
      }),
      version: t.exposeString('version', { description: 'Of the process that answers.' }),
      uptimeMs: t.expose('uptimeMs', {
        type: 'Milliseconds',
        description: 'Milliseconds since the oldest process that lives was started.',
      }),
      processes: t.field({
        type: [process],
        description: 'The processes that live, the oldest first.',
        resolve: ({ processes }) => [...processes],
      }),
      checks: t.field({
        type: [check],
        description:
          'What the processes need, and whether it works; `workers` says whether anybody runs steps.',
        resolve: ({ checks }) => [...checks],
      }),
      executors: t.field({
        type: [executor],
        description: 'The platforms, by name.',
        resolve: ({ executors }) => [...executors],
      }),
      queue: t.expose('queue', { type: queueState, description: 'What waits and what runs.' }),
      asOf: t.expose('asOf', { type: 'DateTime', description: 'When this was put together.' }),
    }),
  });

const addChangeType = (builder: Builder, { enums }: Refs, breaker: Breaker) =>
  builder.objectRef<ExecutorHealthChange>('ExecutorHealthChange').implement({
    description: "A platform's status changed.",
    authScopes: { read: true },
    fields: (t) => ({
      platform: t.exposeString('platform', { description: 'Which one.' }),
      previousStatus: t.expose('previousStatus', { type: enums.healthStatus, description: 'How it was.' }),
      currentStatus: t.expose('currentStatus', { type: enums.healthStatus, description: 'How it is.' }),
      circuitBreaker: t.expose('circuitBreaker', {
        type: breaker,
        description: 'The breaker that made the difference.',
      }),
      at: t.expose('at', { type: 'DateTime', description: 'When it changed.' }),
    }),
  });

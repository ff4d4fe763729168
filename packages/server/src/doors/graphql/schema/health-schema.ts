import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type {
  CircuitBreakerState,
  ExecutorHealth,
  ExecutorHealthChange,
  RateLimitState,
} from '../../../platforms/index.ts';
import type { QueueTypes } from './queue-schema.ts';
import type { HealthCheck } from '../../../modules/health/health-checks.ts';
import type { HealthReport, HealthService } from '../../../modules/health/health-service.ts';

export const addHealthSchema = (
  builder: Builder,
  refs: Refs,
  service: HealthService,
  queue: QueueTypes,
): void => {
  const breaker = addCircuitBreakerType(builder, refs);
  const report = addReportType(builder, refs, queue, addExecutorHealthType(builder, refs, breaker));
  const change = addChangeType(builder, refs, breaker);
  builder.queryField('health', (t) =>
    t.field({
      type: report,
      authScopes: { read: true },
      description: 'How the process that answers you is doing, and the platforms that it calls.',
      resolve: () => service.report(),
    }),
  );
  builder.subscriptionField('healthChanged', (t) =>
    t.field({
      type: change,
      authScopes: { read: true },
      description: "Each change of a platform's status from now on, as the process that answers you sees it.",
      subscribe: () => service.follow(),
      resolve: (value) => value,
    }),
  );
};

type Breaker = ReturnType<typeof addCircuitBreakerType>;

const addCircuitBreakerType = (builder: Builder, { enums }: Refs) =>
  builder.objectRef<CircuitBreakerState>('CircuitBreaker').implement({
    description:
      'The automatic stop of calls to an endpoint that keeps failing; the one in most trouble where there are several.',
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
    description: 'How much of what a platform is asked at most is used.',
    authScopes: { read: true },
    fields: (t) => ({
      current: t.exposeInt('current', { description: 'Calls in the window under way.' }),
      limit: t.exposeInt('limit', { description: 'Calls per window.' }),
      resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When the next window begins.' }),
    }),
  });
  return builder.objectRef<ExecutorHealth>('ExecutorHealth').implement({
    description: 'How one platform is doing, as the calls of the process that answers you saw it.',
    authScopes: { read: true },
    fields: (t) => ({
      platform: t.exposeString('platform', { description: 'Its name.' }),
      status: t.expose('status', {
        type: enums.healthStatus,
        description: 'DOWN: every endpoint is cut off. DEGRADED: some are, or nearly.',
      }),
      circuitBreaker: t.expose('circuitBreaker', { type: breaker, description: 'Whether calls go through.' }),
      rateLimit: t.expose('rateLimit', { type: rateLimit, description: 'How much of its limit is used.' }),
      lastSuccessAt: t.expose('lastSuccessAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a call last succeeded.',
      }),
      averageResponseMs: t.exposeInt('averageResponseMs', {
        nullable: true,
        description: 'Milliseconds of the last calls; null where there were none.',
      }),
      p95ResponseMs: t.exposeInt('p95ResponseMs', {
        nullable: true,
        description: 'Milliseconds that 95 of 100 calls stayed under.',
      }),
      actionTypes: t.stringList({
        description: 'What it can do, such as `repo.commit@1`.',
        resolve: ({ actionTypes }) => [...actionTypes],
      }),
    }),
  });
};

const addReportType = (
  builder: Builder,
  { enums }: Refs,
  { queueState }: QueueTypes,
  executorHealth: ReturnType<typeof addExecutorHealthType>,
) => {
  const check = builder.objectRef<HealthCheck>('HealthCheck').implement({
    description: 'Whether one thing that this process needs works.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', { description: 'What was asked: `database`, `schema`, `queue` …' }),
      status: t.expose('status', {
        type: enums.healthStatus,
        description: 'DOWN: no work can be taken. DEGRADED: work is taken and may wait.',
      }),
      message: t.exposeString('message', {
        nullable: true,
        description: 'What is wrong; null where nothing is.',
      }),
    }),
  });
  return builder.objectRef<HealthReport>('HealthReport').implement({
    description: 'How one process of this installation is doing.',
    authScopes: { read: true },
    fields: (t) => ({
      status: t.expose('status', {
        type: enums.healthStatus,
        description: 'The worst of what follows: a platform in trouble is DEGRADED.',
      }),
      version: t.exposeString('version', { description: 'Of the server.' }),
      uptimeMs: t.exposeFloat('uptimeMs', { description: 'Milliseconds since the process started.' }),
      checks: t.field({
        type: [check],
        description: 'What the process needs, and whether it works.',
        resolve: ({ checks }) => [...checks],
      }),
      executors: t.field({
        type: [executorHealth],
        description: 'The platforms, by name.',
        resolve: ({ executors }) => [...executors],
      }),
      queue: t.expose('queue', { type: queueState, description: 'What waits and what runs.' }),
      asOf: t.expose('asOf', { type: 'DateTime', description: 'When this was put together.' }),
    }),
  });
};

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

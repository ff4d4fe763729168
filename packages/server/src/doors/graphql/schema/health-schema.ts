import type { Builder, Types } from './builder.ts';
import type { Refs } from './refs.ts';
import type { CircuitBreakerState } from '../../../domain/circuit-breaker.ts';
import type { ExecutorHealth, RateLimitState } from '../../../platforms/index.ts';
import type { QueueTypes } from './queue-schema.ts';
import type { HealthCheck } from '../../../modules/health/health-checks.ts';
import type { HealthQueries } from '../../../modules/health/index.ts';
import type { HealthReport } from '../../../modules/health/health-service.ts';
import { statusOf, type ExecutorHealthChange } from '../../../modules/health/installation-health.ts';
import type { ProcessReport } from '../../../modules/health/process-report.ts';
import { defineType } from './exposed-fields.ts';

export const addHealthSchema = (
  builder: Builder,
  refs: Refs,
  operations: HealthQueries,
  queue: QueueTypes,
): PothosSchemaTypes.ObjectRef<Types, ExecutorHealth> => {
  const breaker = addCircuitBreakerType(builder, refs);
  const executor = addExecutorHealthType(builder, refs, breaker);
  const check = addCheckType(builder, refs);
  const parts = { check, executor, process: addProcessType(builder, refs, { check, executor }) };
  const report = addReportType(builder, refs, queue, parts);
  const change = addChangeType(builder, refs, breaker);
  refs.query(operations.health, { type: report });
  refs.stream(operations.healthChanged, change);
  return executor;
};

type Breaker = ReturnType<typeof addCircuitBreakerType>;

const addCircuitBreakerType = (builder: Builder, { enums }: Refs) =>
  defineType<CircuitBreakerState>(
    builder,
    'CircuitBreaker',
    'The automatic stop of calls to an endpoint that keeps failing; the one in most trouble where there are several endpoints or processes.',
    {
      state: [enums.breakerState, 'Whether calls go through. HALF_OPEN lets one through to see.'],
      failureCount: ['Int', 'Failures in a row.'],
      opensAt: ['Int', 'Failures in a row that open it.'],
      nextProbeAt: ['DateTime', 'When a call is let through again; null unless OPEN.', 'nullable'],
    },
  );

const addExecutorHealthType = (builder: Builder, { enums }: Refs, breaker: Breaker) => {
  const rateLimit = defineType<RateLimitState>(
    builder,
    'RateLimitState',
    'How much of what a platform is asked at most is used. Each process counts its own calls; this is the one that has used most.',
    {
      current: ['Int', 'Calls in the window under way.'],
      limit: ['Int', 'Calls per window.'],
      resetAt: ['DateTime', 'When the next window begins.'],
    },
  );
  return defineType<ExecutorHealth>(
    builder,
    'ExecutorHealth',
    'How one platform is doing, as the calls of the processes that called it within five minutes saw it.',
    {
      platform: ['String', 'Its name.'],
      status: [
        enums.healthStatus,
        'DOWN: every endpoint is cut off, for every process that calls it. DEGRADED: some are, or nearly.',
      ],
      circuitBreaker: [breaker, 'Whether calls go through.'],
      rateLimit: [rateLimit, 'How much of its limit is used.'],
      lastSuccessAt: ['DateTime', 'When a call last succeeded.', 'nullable'],
      lastFailureAt: ['DateTime', 'When a call last failed.', 'nullable'],
      recentCalls: [
        'Int',
        'Calls of the last five minutes, of which the times tell; 512 of each process at most.',
      ],
      averageResponseMs: [
        'Milliseconds',
        'Milliseconds of the last calls; null where there were none.',
        'nullable',
      ],
      p50ResponseMs: [
        'Milliseconds',
        'Milliseconds that half of the calls stayed under, of the process for which it is slowest.',
        'nullable',
      ],
      p95ResponseMs: [
        'Milliseconds',
        'Milliseconds that 95 of 100 calls stayed under, of the process for which it is slowest.',
        'nullable',
      ],
      actionTypes: [['String'], 'What it can do, such as `repo.commit@1`.'],
    },
  );
};

const addCheckType = (builder: Builder, { enums }: Refs) =>
  defineType<HealthCheck>(builder, 'HealthCheck', 'Whether one thing that is needed works.', {
    name: [
      'String',
      'What was asked: `database`, `schema`, `queue`, `workers` … docs/operations/health.md names them all.',
    ],
    status: [enums.healthStatus, 'DOWN: no work can be taken. DEGRADED: work is taken and may wait.'],
    message: [
      'String',
      'What is wrong, and for which processes where not for all; null where nothing is.',
      'nullable',
    ],
  });

interface Parts {
  readonly check: ReturnType<typeof addCheckType>;
  readonly executor: ReturnType<typeof addExecutorHealthType>;
}

const addProcessType = (builder: Builder, { enums }: Refs, { check, executor }: Parts) =>
  defineType<ProcessReport>(
    builder,
    'ProcessHealth',
    'What one process of the installation last said of itself.',
    {
      name: ['String', 'Host, process id and a random part; a worker signs the steps that it runs with it.'],
      role: [enums.processRole, 'What it does.'],
      version: ['String', 'The version that it runs.'],
      startedAt: ['DateTime', 'When it started.'],
      reportedAt: ['DateTime', 'When it said this.'],
      checks: [[check], 'What it needs, and whether it works.'],
      executors: [[executor], 'The platforms as its own calls saw them, by name.'],
    },
    (t) => ({
      status: t.field({
        type: enums.healthStatus,
        description: 'The worst of what follows: a platform in trouble is DEGRADED.',
        resolve: ({ checks, executors }) => statusOf(checks, executors),
      }),
    }),
  );

const addReportType = (
  builder: Builder,
  { enums }: Refs,
  { queueState }: QueueTypes,
  { check, executor, process }: Parts & { readonly process: ReturnType<typeof addProcessType> },
) =>
  defineType<HealthReport>(
    builder,
    'HealthReport',
    'How this installation is doing: all of its processes together.',
    {
      status: [
        enums.healthStatus,
        'The worst of what follows: what fails for one process of several, and a platform in trouble, is DEGRADED.',
      ],
      version: ['String', 'Of the process that answers.'],
      uptimeMs: ['Milliseconds', 'Milliseconds since the oldest process that lives was started.'],
      queue: [queueState, 'What waits and what runs.'],
      asOf: ['DateTime', 'When this was put together.'],
      processes: [[process], 'The processes that live, the oldest first.'],
      checks: [
        [check],
        'What the processes need, and whether it works; `workers` says whether anybody runs steps.',
      ],
      executors: [[executor], 'The platforms, by name.'],
    },
  );

const addChangeType = (builder: Builder, { enums }: Refs, breaker: Breaker) =>
  defineType<ExecutorHealthChange>(builder, 'ExecutorHealthChange', "A platform's status changed.", {
    platform: ['String', 'Which one.'],
    previousStatus: [enums.healthStatus, 'How it was.'],
    currentStatus: [enums.healthStatus, 'How it is.'],
    circuitBreaker: [breaker, 'The breaker that made the difference.'],
    at: ['DateTime', 'When it changed.'],
  });

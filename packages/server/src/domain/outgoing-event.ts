import type { Environment, OutgoingType, Priority } from '@countersign/shared';
import { errorCatalogue } from './error-catalogue.ts';
import { actionCodeOf, recordedCode } from './legacy-codes.ts';
import type { Json, JsonObject } from './json.ts';
import type { QueueState } from './queue.ts';
import type { RetryPolicy } from './retry.ts';

/** What outside listeners are told of, whichever way they listen. */
export interface OutgoingEvent {
  /** Of this event alone, at whichever door and however often it is told. */
  readonly id: string;
  readonly type: OutgoingType;
  readonly at: Date;
  /** By which listeners choose; null where it is of none. */
  readonly environment: Environment | null;
  readonly platforms: readonly string[];
  readonly data: JsonObject;
}

/** A fact of the log with what it is about, as it is known by now. */
export interface OutgoingFact {
  readonly seq: bigint;
  readonly type: string;
  readonly at: Date;
  readonly actorId: string | null;
  readonly taskId: string | null;
  readonly data: JsonObject;
  readonly task: ToldTask | null;
  readonly step: ToldStep | null;
  /** Why people are asked, or what who decided said. */
  readonly reason: string | null;
  readonly approvalId: string | null;
  /** Of the message about the request in a Slack channel. */
  readonly slackTs: string | null;
}

interface ToldTask {
  readonly environment: Environment;
  readonly priority: Priority;
  readonly correlationId: string | null;
  readonly submittedById: string;
  readonly source: string | null;
  readonly tags: readonly string[];
  readonly timeoutMs: number | null;
  readonly retry: RetryPolicy;
  readonly actions: readonly { readonly name?: string; readonly type: string; readonly params?: Json }[];
}

interface ToldStep {
  readonly id: string;
  readonly name: string;
  readonly actionType: string;
  readonly platform: string;
  readonly lane: Priority;
  readonly attempt: number;
  readonly queueMs: number | null;
  readonly runMs: number | null;
  /** Null also where it is large. */
  readonly output: Json;
}

/** Types of the log from which something outgoing is made. */
export const outgoingSources = [
  'task.queued',
  'step.started',
  'step.succeeded',
  'step.failed',
  'approval.requested',
  'approval.resolved',
  'executor.health_changed',
] as const;

const unversioned = (actionType: string): string => actionType.replace(/@\d+$/, '');
const platformOf = (actionType: string): string => actionType.split('.', 1)[0] ?? actionType;
const textOf = (value: Json | undefined, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise;
const word = (text: string): string => text.toLowerCase();
/** Of params and of what callers say of themselves, so much is told. */
const mostBytes = 32 * 1024;
const bounded = (value: Json): Json => (JSON.stringify(value).length <= mostBytes ? value : null);

/** What a fact is told as: for each step that it is about one event, and none for what is nobody else's business. */
export const outgoingOf = (fact: OutgoingFact, waits: QueueState | null): OutgoingEvent | null => {
  const about = (
    type: OutgoingType,
    data: JsonObject,
    platforms: readonly string[] = fact.step ? [fact.step.platform] : [],
  ): OutgoingEvent => ({
    id: `evt_${fact.seq}${type === 'action:queued' && fact.step ? `_${fact.step.id}` : ''}`,
    type,
    at: fact.at,
    environment: fact.task?.environment ?? null,
    platforms,
    data,
  });
  switch (fact.type) {
    case 'task.queued':
      return fact.step && about('action:queued', queuedData(fact, fact.step, waits));
    case 'step.started':
      return fact.step && about('action:executing', executingData(fact, fact.step));
    case 'step.succeeded':
      return fact.step && about('action:completed', endedData(fact, fact.step, completedData(fact.step)));
    case 'step.failed':
      return fact.step && about('action:failed', endedData(fact, fact.step, failedData(fact)));
    case 'approval.requested':
      return fact.task && about('approval:pending', pendingData(fact, fact.task), platformsOf(fact.task));
    case 'approval.resolved':
      return fact.task && about('approval:resolved', resolvedData(fact), platformsOf(fact.task));
    case 'executor.health_changed':
      return about('health:changed', healthData(fact), [textOf(fact.data['platform'])]);
    default:
      return null;
  }
};

const platformsOf = ({ actions }: ToldTask): string[] => [
  ...new Set(actions.map(({ type }) => platformOf(type))),
];

const queuedData = ({ at }: OutgoingFact, step: ToldStep, waits: QueueState | null): JsonObject => {
  const lane = waits?.lanes.find(({ priority }) => priority === step.lane);
  return {
    actionId: step.id,
    priority: word(step.lane),
    queuePosition: Math.max(1, lane?.depth ?? 1),
    estimatedWait: Math.round(lane?.estimatedWaitMs ?? 0),
    timestamp: at.toISOString(),
  };
};

const named = (step: ToldStep): JsonObject => ({
  actionId: step.id,
  type: unversioned(step.actionType),
  platform: step.platform,
});

const executingData = ({ at, data }: OutgoingFact, step: ToldStep): JsonObject => ({
  ...named(step),
  priority: word(step.lane),
  workerId: textOf(data['worker']),
  startTime: at.toISOString(),
  queueTime: Math.round(Number(data['queueMs'] ?? 0)),
});

const endedData = (
  { at, data, task, taskId }: OutgoingFact,
  step: ToldStep,
  more: JsonObject,
): JsonObject => ({
  ...named(step),
  ...more,
  retries: Math.max(0, Number(data['attempt'] ?? step.attempt) - 1),
  timestamp: at.toISOString(),
  metadata: { taskId, step: step.name, correlationId: task?.correlationId ?? null },
});

const completedData = (step: ToldStep): JsonObject => ({
  result: step.output,
  executionTime: Math.round(step.runMs ?? 0),
  queueTime: Math.round(step.queueMs ?? 0),
});

const failedData = ({ data }: OutgoingFact): JsonObject => {
  const code = recordedCode(textOf(data['code'], 'INTERNAL_ERROR'));
  return {
    error: textOf(data['message'], 'It failed.'),
    errorCode: actionCodeOf(code),
    retriable: errorCatalogue[code].retriable,
  };
};

const pendingData = (
  { at, data, taskId, approvalId, reason, slackTs }: OutgoingFact,
  task: ToldTask,
): JsonObject => {
  const [first] = task.actions;
  return {
    approvalId,
    actionId: taskId,
    action: {
      id: taskId,
      type: first?.type ?? '',
      platform: first ? platformOf(first.type) : '',
      priority: word(task.priority),
      requiresApproval: true,
      data: bounded(first?.params ?? null),
      correlationId: task.correlationId,
      userId: task.submittedById,
      source: task.source,
      timeout: task.timeoutMs,
      retryConfig: {
        maxRetries: task.retry.maxRetries,
        initialDelay: task.retry.initialDelayMs,
        backoffMultiplier: task.retry.backoffMultiplier,
        maxDelay: task.retry.maxDelayMs,
      },
      tags: [...task.tags],
    },
    reason: reason ?? 'People must approve this.',
    slackMessageTs: slackTs,
    expiresAt: data['expiresAt'] ?? null,
    timestamp: at.toISOString(),
    metadata: { taskId, actions: task.actions.length },
  };
};

/** An expiry is no person's no, and what was superseded or cancelled was not decided on. */
const resolutionWords: Readonly<Record<string, string>> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  EXPIRED: 'timeout',
  SUPERSEDED: 'superseded',
  CANCELLED: 'cancelled',
};

const resolvedData = ({ at, actorId, data, taskId, approvalId, reason }: OutgoingFact): JsonObject => {
  const status = resolutionWords[textOf(data['status'])] ?? 'cancelled';
  const isDecided = status === 'approved' || status === 'rejected';
  return {
    actionId: taskId,
    approvalId,
    status,
    resolvedBy: isDecided ? actorId : null,
    reason: isDecided ? reason : null,
    timestamp: at.toISOString(),
    metadata: { taskId },
  };
};

const healthData = ({ at, data }: OutgoingFact): JsonObject => ({
  platform: data['platform'] ?? null,
  previousStatus: word(textOf(data['previousStatus'])),
  currentStatus: word(textOf(data['currentStatus'])),
  circuitBreaker: data['circuitBreaker'] ?? null,
  timestamp: at.toISOString(),
});

export const queueData = ({
  totalQueued,
  lanes,
  averageWaitMs,
  workerUtilization,
}: QueueState): JsonObject => ({
  totalQueued,
  byPriority: Object.fromEntries(lanes.map(({ priority, depth }) => [word(priority), depth])),
  avgWaitTime: averageWaitMs,
  workerUtilization,
});

export const metricsData = (sample: {
  readonly actionsPerMinute: number;
  readonly successRate: number | null;
  readonly averageExecutionMs: number | null;
  readonly queueDepth: number;
}): JsonObject => ({
  actionsPerMinute: sample.actionsPerMinute,
  successRate: sample.successRate ?? 0,
  avgExecutionTime: sample.averageExecutionMs ?? 0,
  queueDepth: sample.queueDepth,
});

export interface OutgoingFilter {
  readonly types: readonly string[];
  /** None means all; what has no environment passes anyway. */
  readonly environments: readonly Environment[];
  /** None means all; what has no platform passes anyway. */
  readonly platforms: readonly string[];
}

export const isTold = (
  { type, environment, platforms }: Pick<OutgoingEvent, 'type' | 'environment' | 'platforms'>,
  filter: OutgoingFilter,
): boolean =>
  filter.types.includes(type) &&
  (environment === null || filter.environments.length === 0 || filter.environments.includes(environment)) &&
  (platforms.length === 0 ||
    filter.platforms.length === 0 ||
    platforms.some((platform) => filter.platforms.includes(platform)));

import type { ApprovalStatus, Environment, OutgoingType, Priority } from '@countersign/shared';
import { errorCatalogue } from './error-catalogue.ts';
import type { ReadEvent } from './events.ts';
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
type SourceType = (typeof outgoingSources)[number];

/** What an event is about, as it is known by now. */
interface Context {
  readonly seq: bigint;
  readonly at: Date;
  readonly actorId: string | null;
  readonly taskId: string | null;
  readonly task: ToldTask | null;
  readonly step: StepInContext | null;
  /** Why people are asked, or what who decided said. */
  readonly reason: string | null;
  readonly approvalId: string | null;
  /** Of the message about the request in a Slack channel. */
  readonly slackTs: string | null;
}

/** An event of the log with what it is about. */
export type EventInContext<Type extends SourceType = SourceType> = Context & ReadEvent<Type>;

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

interface StepInContext {
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

const unversioned = (actionType: string): string => actionType.replace(/@\d+$/, '');
const platformOf = (actionType: string): string => actionType.split('.', 1)[0] ?? actionType;
const word = (text: string): string => text.toLowerCase();
/** Of params and of what callers say of themselves, so much is told. */
const mostBytes = 32 * 1024;
const bounded = (value: Json): Json => (JSON.stringify(value).length <= mostBytes ? value : null);

/** What others hear of an event: for each step that it is about one, and none for what is nobody else's business. */
export const outgoingOf = (source: EventInContext, waits: QueueState | null): OutgoingEvent | null => {
  const about = (
    type: OutgoingType,
    data: JsonObject,
    platforms: readonly string[] = source.step ? [source.step.platform] : [],
  ): OutgoingEvent => ({
    id: `evt_${source.seq}${type === 'action:queued' && source.step ? `_${source.step.id}` : ''}`,
    type,
    at: source.at,
    environment: source.task?.environment ?? null,
    platforms,
    data,
  });
  switch (source.type) {
    case 'task.queued':
      return source.step && about('action:queued', queuedData(source, source.step, waits));
    case 'step.started':
      return source.step && about('action:executing', executingData(source, source.step));
    case 'step.succeeded':
      return (
        source.step && about('action:completed', endedData(source, source.step, completedData(source.step)))
      );
    case 'step.failed':
      return source.step && about('action:failed', endedData(source, source.step, failedData(source)));
    case 'approval.requested':
      return (
        source.task && about('approval:pending', pendingData(source, source.task), platformsOf(source.task))
      );
    case 'approval.resolved':
      return source.task && about('approval:resolved', resolvedData(source), platformsOf(source.task));
    case 'executor.health_changed':
      return about('health:changed', healthData(source), [source.data.platform ?? '']);
  }
};

const platformsOf = ({ actions }: ToldTask): string[] => [
  ...new Set(actions.map(({ type }) => platformOf(type))),
];

const queuedData = ({ at }: EventInContext, step: StepInContext, waits: QueueState | null): JsonObject => {
  const lane = waits?.lanes.find(({ priority }) => priority === step.lane);
  return {
    actionId: step.id,
    priority: word(step.lane),
    queuePosition: Math.max(1, lane?.depth ?? 1),
    estimatedWait: Math.round(lane?.estimatedWaitMs ?? 0),
    timestamp: at.toISOString(),
  };
};

const named = (step: StepInContext): JsonObject => ({
  actionId: step.id,
  type: unversioned(step.actionType),
  platform: step.platform,
});

const executingData = ({ at, data }: EventInContext<'step.started'>, step: StepInContext): JsonObject => ({
  ...named(step),
  priority: word(step.lane),
  workerId: data.worker ?? '',
  startTime: at.toISOString(),
  queueTime: Math.round(data.queueMs ?? 0),
});

const endedData = (
  { at, data, task, taskId }: EventInContext<'step.succeeded' | 'step.failed'>,
  step: StepInContext,
  more: JsonObject,
): JsonObject => ({
  ...named(step),
  ...more,
  retries: Math.max(0, (data.attempt ?? step.attempt) - 1),
  timestamp: at.toISOString(),
  metadata: { taskId, step: step.name, correlationId: task?.correlationId ?? null },
});

const completedData = (step: StepInContext): JsonObject => ({
  result: step.output,
  executionTime: Math.round(step.runMs ?? 0),
  queueTime: Math.round(step.queueMs ?? 0),
});

const failedData = ({ data }: EventInContext<'step.failed'>): JsonObject => {
  const code = recordedCode(data.code ?? 'INTERNAL_ERROR');
  return {
    error: data.message ?? 'It failed.',
    errorCode: actionCodeOf(code),
    retriable: errorCatalogue[code].retriable,
  };
};

const pendingData = (
  { at, data, taskId, approvalId, reason, slackTs }: EventInContext<'approval.requested'>,
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
    expiresAt: data.expiresAt ?? null,
    timestamp: at.toISOString(),
    metadata: { taskId, actions: task.actions.length },
  };
};

/** An expiry is no person's no, and what was superseded or cancelled was not decided on. */
const resolutionWords: Readonly<Record<ApprovalStatus, string>> = {
  PENDING: 'cancelled',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  EXPIRED: 'timeout',
  SUPERSEDED: 'superseded',
  CANCELLED: 'cancelled',
};

const resolvedData = ({
  at,
  actorId,
  data,
  taskId,
  approvalId,
  reason,
}: EventInContext<'approval.resolved'>): JsonObject => {
  const status = resolutionWords[data.status ?? 'CANCELLED'];
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

const healthData = ({ at, data }: EventInContext<'executor.health_changed'>): JsonObject => ({
  platform: data.platform ?? null,
  previousStatus: word(data.previousStatus ?? ''),
  currentStatus: word(data.currentStatus ?? ''),
  circuitBreaker: data.circuitBreaker ?? null,
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

export const isWanted = (
  { type, environment, platforms }: Pick<OutgoingEvent, 'type' | 'environment' | 'platforms'>,
  filter: OutgoingFilter,
): boolean =>
  filter.types.includes(type) &&
  (environment === null || filter.environments.length === 0 || filter.environments.includes(environment)) &&
  (platforms.length === 0 ||
    filter.platforms.length === 0 ||
    platforms.some((platform) => filter.platforms.includes(platform)));

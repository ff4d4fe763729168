import { addAbortListener } from 'node:events';
import { isFinalStatus, type Environment } from '@countersign/shared';
import { refusal, type Outcome, type Refusal } from '../../domain/errors.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import type { Call } from '../../modules/operation.ts';
import type { Operations } from '../../operations.ts';
import { intentLimits, type CheckIntent } from './intent-check.ts';
import type { Claim } from './intent-claims.ts';
import { intentCodes, type IntentCode } from './intent-codes.ts';
import { readBounded } from './intent-folders.ts';
import { errorDetailsOf, statusOfTask, type IntentStatus } from './intent-status.ts';
import { claimTag, submissionOf, wordOf, type IntentAction } from './intent-submission.ts';

type Asked = 'executeTask' | 'task' | 'taskUpdated' | 'runsOfTask' | 'run';

export interface HandleDeps {
  readonly operations: { readonly [Name in Asked]: Pick<Operations[Name], 'execute'> };
  /** Who submits; null while there is nobody of that name who may. */
  readonly caller: () => Promise<Caller | null>;
  readonly check: CheckIntent;
  /** By `intent_type`. */
  readonly actions: Readonly<Record<string, IntentAction>>;
  readonly environment: Environment;
  readonly linkOf: (taskId: string) => string;
}

/** What came of handing a file in: it is a task now, it may be tried again, or that was all. */
export type Handed =
  | { readonly kind: 'TASK'; readonly taskId: string }
  | { readonly kind: 'AGAIN'; readonly afterMs: number | null; readonly status: IntentStatus }
  | { readonly kind: 'ENDED'; readonly status: IntentStatus };

const callOf = (viewer: Caller): Call => ({ viewer, traceparent: null });

/** Reads a claimed file, checks it, and submits it by the command that every door has. */
export const handIn = async (deps: HandleDeps, claim: Claim): Promise<Handed> => {
  const bytes = await readBounded(claim.path, intentLimits.bytes);
  if (bytes === 'NO_FILE') return ended('E001', 'It is a link, or no file.');
  if (bytes === 'NO_LEAVE') return ended('E008', 'The server may not read the file.');
  const { intent, code, violations, threatLevel } = deps.check(bytes);
  if (intent === null) {
    const threat = threatLevel === 'NONE' ? '' : ` (threat level ${threatLevel})`;
    return ended(code ?? 'E003', `${violations.join('; ')}${threat}`, correlationIn(bytes));
  }
  const type = wordOf(intent['intent_type']);
  const action = Object.hasOwn(deps.actions, type) ? deps.actions[type] : undefined;
  if (!action) return ended('E003', `Nothing is configured for ${type}.`);
  const viewer = await deps.caller();
  if (!viewer) return again(noCaller, intent);
  const input = submissionOf(intent, action, claim.id, deps.environment);
  const outcome = await deps.operations.executeTask.execute(callOf(viewer), input);
  if (outcome.ok) return { kind: 'TASK', taskId: outcome.value.task.id };
  return refusedAs(deps, viewer, claim, intent, outcome.refusal);
};

const noCaller = refusal(
  'SERVICE_DOWN',
  'The service that intents.principal names is not there, or may not act: an administrator makes it.',
);

const refusedAs = async (
  { operations }: HandleDeps,
  viewer: Caller,
  claim: Claim,
  intent: JsonObject,
  no: Refusal,
): Promise<Handed> => {
  if (no.code === 'IDEMPOTENCY_KEY_REUSED' && no.details?.kind === 'EXISTING_TASK') {
    const { taskId } = no.details;
    const found = await operations.task.execute(callOf(viewer), { id: taskId });
    if (!found.ok) return again(found.refusal, intent);
    // Ours from before the configuration was changed.
    if (found.value?.tags.includes(claimTag(claim.id))) return { kind: 'TASK', taskId };
    return ended('E004', intentCodes.E004.words, correlationOf(intent));
  }
  if (no.retriable) return again(no, intent);
  const faults = faultsOf(no.details).map(({ path, message }) => `${path}: ${message}`);
  const message = [no.message, ...faults].join(' ').slice(0, 4_000);
  const details = errorDetailsOf({ code: codeOf(no), message });
  return {
    kind: 'ENDED',
    status: {
      status: 'failed',
      message: `Failed to process intent: ${message}`,
      ...correlationOf(intent),
      error_details: details,
    },
  };
};

/** A fault that has a code of its own says more than the whole. */
const codeOf = ({ code, details }: Refusal): Refusal['code'] => faultsOf(details)[0]?.code ?? code;

const again = (no: Refusal, intent: JsonObject): Handed => ({
  kind: 'AGAIN',
  afterMs: no.retryAfterMs,
  status: {
    status: 'failed',
    message: `It is tried again: ${no.message}`,
    ...correlationOf(intent),
    error_details: errorDetailsOf({ code: no.code, message: no.message }),
  },
});

const correlationOf = (intent: JsonObject): { readonly correlation_id?: string } =>
  typeof intent['correlation_id'] === 'string' ? { correlation_id: intent['correlation_id'] } : {};

/** Of a file that is no valid intent, where it can be seen all the same. */
const correlationIn = (bytes: Buffer): { readonly correlation_id?: string } => {
  const [, id] = /"correlation_id"\s*:\s*"([\w-]{1,64})"/.exec(bytes.toString('latin1', 0, 65_536)) ?? [];
  return id === undefined ? {} : { correlation_id: id };
};

const ended = (
  code: IntentCode,
  message: string,
  more: { readonly correlation_id?: string } = {},
): Handed => ({
  kind: 'ENDED',
  status: {
    status: 'failed',
    message: `${intentCodes[code].words} ${message}`.slice(0, 4_000),
    ...more,
    error_details: { error_code: code, error_message: message.slice(0, 4_000) },
    retry_count: 0,
  },
});

/** The task at every change, with what its status file says, until it has ended or the signal is given. */
export async function* followIntent(
  deps: HandleDeps,
  taskId: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly task: Task; readonly status: IntentStatus }> {
  const viewer = await deps.caller();
  if (!viewer) throw refusedError(noCaller);
  const updates = valueOf(await deps.operations.taskUpdated.execute(callOf(viewer), { id: taskId }));
  const end = (): void => void updates.return?.();
  using _stopping = addAbortListener(signal, end);
  try {
    for await (const task of updates) {
      const step = await stepOf(deps, viewer, task);
      yield { task, status: statusOfTask(task, step, deps.linkOf(taskId)) };
      if (isFinalStatus(task.status)) return;
    }
  } finally {
    end();
  }
}

/** The one step of an intent's task, once there is a run. Throws where it may not be seen now: without it the status would be another. */
const stepOf = async ({ operations }: HandleDeps, viewer: Caller, task: Task): Promise<Step | null> => {
  if (task.startedAt === null) return null;
  const [latest] = valueOf(await operations.runsOfTask.execute(callOf(viewer), { taskId: task.id }));
  if (!latest) return null;
  const run = valueOf(await operations.run.execute(callOf(viewer), { id: latest.id }));
  return run?.steps[0] ?? null;
};

const refusedError = ({ code, message }: Refusal): Error => new Error(`${code}: ${message}`);

const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (outcome.ok) return outcome.value;
  throw refusedError(outcome.refusal);
};

import { isFinalStatus, type TaskStatus } from '@countersign/shared';
import { z } from 'zod';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { invalidInput, refused, reworded, type Outcome } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { faultsOf, type Fault } from '../../domain/refusal-details.ts';
import type { Task } from '../../domain/task.ts';
import type { Operations } from '../../operations.ts';
import type { ActionTypeDescription } from '../../platforms/index.ts';
import { followTask, longestWaitSeconds } from '../shared/follow-task.ts';
import { wordOf } from '../shared/task-json.ts';
import { tooManyWait, type Waiting } from '../shared/waiting.ts';
import type { McpTool, ToolAnswer, ToolArguments, ToolCall } from './mcp-tool.ts';
import type { createTellTask } from './task-answer.ts';
import { refusedAnswer } from './tool-answer.ts';
import { readArguments, toolSchema, withoutDialect } from './tool-schema.ts';

export interface SubmitToolDeps {
  readonly operations: Pick<Operations, 'executeTask' | 'taskUpdated'>;
  readonly tellTask: ReturnType<typeof createTellTask>;
  readonly waiting: Waiting;
  readonly actionTypes: readonly ActionTypeDescription[];
}

export const waitSeconds = z
  .int()
  .min(0)
  .max(longestWaitSeconds)
  .nullish()
  .meta({
    default: 20,
    description: `Seconds to wait for the task's end, at most ${longestWaitSeconds}; then the answer says where it stands.`,
  });

const howItGoes =
  'It is planned without side effects, decided by policy, and runs once that allows; where policy asks a person, the answer is status awaiting_approval with a link.';

const waitArguments = z.strictObject({ waitSeconds });

/** What every submission of a tool takes beside its action. */
const aboutIt = ({ executeTask }: SubmitToolDeps['operations']) => {
  const { idempotencyKey, goal, environment, justification, mode } = executeTask.input.shape;
  return { idempotencyKey, goal, environment, justification, mode };
};

export const submitTools = (deps: SubmitToolDeps): readonly McpTool[] => [
  submitTask(deps),
  ...newest(deps.actionTypes).map((type) => actionTool(deps, type)),
];

const submitTask = (deps: SubmitToolDeps): McpTool => ({
  name: 'submit_task',
  title: 'Submit a task',
  description: `Submits a task of one or more actions that may depend on each other. ${howItGoes} list_action_types has the actions and their params; a goal without actions is planned by an agent.`,
  right: 'SUBMIT',
  inputSchema: toolSchema(deps.operations.executeTask.input.extend({ waitSeconds })),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  goesOn: true,
  answer: (call, { waitSeconds: seconds, ...submission }) =>
    submit(deps, call, submission, seconds, (fault) => fault),
});

/** One of a kind: the bare name stands for it when it is submitted. */
const newest = (types: readonly ActionTypeDescription[]): readonly ActionTypeDescription[] => [
  ...new Map(types.map((type) => [type.name, type])).values(),
];

/** Action types have no `-` in their names, and not every client takes a dot. */
const toolNameOf = ({ name }: ActionTypeDescription): string => name.replaceAll('.', '-');

const actionTool = (deps: SubmitToolDeps, type: ActionTypeDescription): McpTool => {
  const { $defs, ...params } = withoutDialect(type.inputSchema);
  const about = toolSchema(z.strictObject({ ...aboutIt(deps.operations), waitSeconds }));
  return {
    name: toolNameOf(type),
    title: type.name,
    description: `${type.description} Submits a task of this one action. ${howItGoes}`,
    right: 'SUBMIT',
    inputSchema: {
      ...about,
      properties: { params, ...objectOf(about['properties']) },
      required: ['params', ...requiredOf(about)],
      ...($defs !== undefined && { $defs }),
    },
    annotations: {
      readOnlyHint: type.category === 'READ',
      destructiveHint: type.category !== 'READ' && !type.reversible,
      idempotentHint: true,
      openWorldHint: true,
    },
    goesOn: true,
    answer: (call, { waitSeconds: seconds, params: given, ...about }) =>
      submit(deps, call, { ...about, actions: [{ type: type.name, params: given }] }, seconds, inToolWords),
  };
};

const requiredOf = ({ required }: JsonObject): readonly Json[] => z.array(z.string()).parse(required);
const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** In the names that the tool has. */
const inToolWords = (fault: Fault): Fault => {
  const [before, after] = ['actions[0].params', 'params'];
  return fault.path.startsWith(before) ? { ...fault, path: after + fault.path.slice(before.length) } : fault;
};

const submit = async (
  deps: SubmitToolDeps,
  call: ToolCall,
  submission: ToolArguments,
  seconds: unknown,
  inWords: (fault: Fault) => Fault,
): Promise<ToolAnswer> => {
  const { executeTask } = deps.operations;
  const wait = readArguments(waitArguments, { waitSeconds: seconds });
  if (!wait.ok) {
    const others = executeTask.faultsOf(submission).map(inWords);
    return refusedAnswer(invalidInput([...faultsOf(wait.refusal.details), ...others]));
  }
  const outcome = await executeTask.execute(call, submission);
  if (!outcome.ok) return refusedAnswer(reworded(outcome.refusal, inWords));
  const { task, isReplay } = outcome.value;
  const answer = await tellSoon(deps, call, task, wait.value.waitSeconds ?? 20);
  return { ...answer, data: { code: codeOf(answer), ...answer.data, replayed: isReplay } };
};

/**
 * How a submission stands: at its end, or after so many seconds, or as soon as the client can go on by itself. It is
 * taken in: where it cannot be waited for, it is told as it is, for who reads of a refusal would submit it again.
 */
export const tellSoon = async (
  deps: Omit<SubmitToolDeps, 'actionTypes'>,
  call: ToolCall,
  task: Task,
  seconds: number,
): Promise<ToolAnswer> => {
  // Who can be sent to the page is sent there at once, and who takes a task has no reason to hold the line.
  const isEnough = ({ status }: Task): boolean =>
    status === 'AWAITING_APPROVAL' && (call.canOpenPages || call.takesTasks);
  const isAnsweredNow = seconds === 0 || isEnough(task);
  const waited = isAnsweredNow ? null : await waitFor(deps, call, task.id, seconds, isEnough);
  return deps.tellTask(call, waited?.ok ? (waited.value ?? task) : task);
};

/** Why nothing has run, as the other doors say it. */
export const codeOf = ({ data: { status } }: ToolAnswer): ErrorCode | null => {
  if (status === wordOf('AWAITING_APPROVAL')) return 'HITL_REQUIRED';
  return status === wordOf('DENIED') ? 'POLICY_DENIED' : null;
};

export const noSuchTask: ToolAnswer = {
  words: 'There is no such task.',
  data: { code: 'RESOURCE_NOT_FOUND', message: 'There is no such task.' },
  isError: true,
};

export const waitAndTell = async (
  deps: Omit<SubmitToolDeps, 'actionTypes'>,
  call: ToolCall,
  taskId: string,
  seconds: number,
): Promise<ToolAnswer> => {
  const waited = await waitFor(deps, call, taskId, seconds, () => false);
  if (!waited.ok) return refusedAnswer(waited.refusal);
  return waited.value ? await deps.tellTask(call, waited.value) : noSuchTask;
};

/** The task at its end, or as it is once the time is over. */
const waitFor = async (
  { operations, waiting }: Omit<SubmitToolDeps, 'actionTypes'>,
  call: ToolCall,
  taskId: string,
  seconds: number,
  isEnough: (task: Task) => boolean,
): Promise<Outcome<Task | null>> => {
  using place = seconds > 0 ? waiting.enter(call.viewer) : null;
  if (seconds > 0 && !place) return refused(tooManyWait);
  let last: TaskStatus | null = null;
  const isOver = (task: Task): boolean => {
    if (last !== task.status) call.tellProgress(task);
    last = task.status;
    return isFinalStatus(task.status) || task.status === 'NEEDS_ATTENTION' || isEnough(task);
  };
  return await followTask(operations, call, taskId, { seconds, isEnough: isOver });
};

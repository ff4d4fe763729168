import { isFinalStatus, type TaskStatus } from '@countersign/shared';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Task } from '../../domain/task.ts';
import type { Operations } from '../../operations.ts';
import type { Views } from '../../operations/views.ts';
import { taskJson } from '../shared/task-json.ts';
import type { ToolAnswer, ToolCall } from './mcp-tool.ts';
import { asData } from './tool-answer.ts';

export interface TaskAnswerDeps {
  readonly operations: Pick<Operations, 'auditEntries'>;
  readonly views: Pick<Views, 'runs' | 'findDecisions'>;
  /** Where people reach the console. */
  readonly originOf: () => string;
}

/** Characters of JSON that outputs of steps may fill of an answer: a model reads all of it. */
const outputLimit = 64_000;
const mostEvents = 12;

const failed: ReadonlySet<TaskStatus> = new Set([
  'DENIED',
  'REJECTED',
  'EXPIRED',
  'FAILED',
  'CANCELLED',
  'ROLLED_BACK',
]);

/** How long to leave a person before asking again. */
const retryAfterMs = 30_000;

export const nextWords = (task: Task, link: string): string => {
  switch (task.status) {
    case 'AWAITING_APPROVAL':
      return `A person must decide first, at ${link}. Nothing has run. Call wait_for_task with this task_id; do not submit it again.`;
    case 'PLANNING':
      return 'It is being planned; nothing has run. Call wait_for_task with this task_id; do not submit it again.';
    case 'NEEDS_ATTENTION':
      return `A person must say what became of it, at ${link}: it is not known. Do not submit it again.`;
    case 'SUCCEEDED':
      return task.mode === 'PLAN' ? 'It is planned; nothing has run.' : 'It is done.';
    case 'DENIED':
      return 'Policy does not allow it. Nothing has run. The same again is denied again.';
    case 'REJECTED':
      return 'A person said no. Nothing has run. Do not submit the same again.';
    case 'EXPIRED':
      return 'The time to decide, or to begin after a decision, was over. Nothing has run.';
    default:
      return isFinalStatus(task.status)
        ? 'It has ended.'
        : 'It goes on. Call wait_for_task with this task_id; do not submit it again.';
  }
};

/** A task for a model: where it stands, why, what it put out, and what to do next. */
export const createTellTask =
  ({ operations: { auditEntries }, views, originOf }: TaskAnswerDeps) =>
  async (call: ToolCall, task: Task): Promise<ToolAnswer> => {
    const link = `${originOf()}/tasks/${task.id}`;
    const isOver = isFinalStatus(task.status) || task.status === 'NEEDS_ATTENTION';
    const next = nextWords(task, link);
    const [reasons, outputs, history] = await Promise.all([
      reasonsOf(views, call, task),
      isOver ? outputsOf(views, call, task) : {},
      isOver ? historyOf(auditEntries, call, task.id) : [],
    ]);
    return {
      words: [
        `Task ${task.id} is ${task.status}: ${task.goal}`,
        next,
        ...(task.error ? [`Error: ${task.error.message}`] : []),
        ...reasons.map((reason) => `- ${reason}`),
        ...history.map((line) => `· ${line}`),
        ...(Object.keys(outputs).length > 0 ? [`Outputs: ${JSON.stringify(outputs)}`] : []),
      ].join('\n'),
      data: asData({
        ...taskJson(task, originOf()),
        url: link,
        next,
        reasons,
        outputs,
        retry_after_ms: isOver ? null : retryAfterMs,
      }),
      isError: failed.has(task.status),
      ...(!isFinalStatus(task.status) && { pending: task }),
      ...(task.status === 'AWAITING_APPROVAL' && {
        page: {
          url: link,
          taskId: task.id,
          message: `A person must decide on this first: ${task.goal.slice(0, 200)}`,
        },
      }),
    };
  };

/** What policy said of it, where that is why it waits or ended. */
const reasonsOf = async (
  { findDecisions }: TaskAnswerDeps['views'],
  { viewer }: ToolCall,
  { id: taskId, revision, status }: Task,
): Promise<string[]> => {
  if (status !== 'DENIED' && status !== 'AWAITING_APPROVAL') return [];
  const [decision] = await findDecisions(viewer, [{ taskId, revision }]);
  return decision?.reasons.filter(({ outcome }) => outcome !== 'ALLOW').map(({ message }) => message) ?? [];
};

/** By the names of the actions; empty where they are too long to be told. */
const outputsOf = async (
  { runs }: TaskAnswerDeps['views'],
  { viewer }: ToolCall,
  { id: taskId, revision }: Task,
): Promise<JsonObject> => {
  const [run] = await runs.findRuns(viewer, [{ taskId, revision }]);
  if (!run) return {};
  const steps = await runs.findSteps([run.id]);
  const outputs = Object.fromEntries(
    steps
      .filter(({ state, output }) => state === 'SUCCEEDED' && output !== null)
      .map(({ name, output }): [string, Json] => [name, output]),
  );
  return JSON.stringify(outputs).length <= outputLimit ? outputs : {};
};

/** The last that happened to it, oldest first: a reviewer's words are among them. */
const historyOf = async (
  auditEntries: Operations['auditEntries'],
  call: ToolCall,
  taskId: string,
): Promise<string[]> => {
  const page = await auditEntries.execute(call, { filter: { taskId }, first: mostEvents });
  return page.ok ? page.value.nodes.map(({ summary }) => summary).toReversed() : [];
};

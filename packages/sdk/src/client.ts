import { z } from 'zod';
import {
  answerQuestion,
  cancelTask,
  readActionTypes,
  readCursor,
  readTask,
  recordFeedback,
  submitTask,
  watchEvents,
  watchTask,
} from './documents.ts';
import { ask, type Connection } from './http.ts';
import { createSocket, follow, type Socket } from './socket.ts';
import { createTools, type Tool, type ToolOptions } from './tools.ts';
import {
  CountersignError,
  type Changed,
  type Event,
  type Feedback,
  type JsonObject,
  type Refusal,
  type Task,
  type TaskClient,
  type TaskDetail,
  type TaskStatus,
  type WaitOptions,
} from './types.ts';

export interface EventsOptions {
  /** The seq of the last event that you have; only what comes from now on where left out. */
  readonly after?: string;
  readonly taskId?: string;
  readonly types?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface Countersign extends TaskClient {
  /** Every event exactly once and in order, over every break of the connection, until the signal is given. */
  events(options?: EventsOptions): AsyncIterableIterator<Event>;
  cancel(taskId: string, reason?: string): Promise<Changed>;
  /** Answers the question that a person asked about the task: the oldest that waits. */
  answer(taskId: string, answer: string): Promise<Changed>;
  /** Says what a task that has run came to; the newest word of yours on it holds. */
  feedback(
    taskId: string,
    feedback: Feedback,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly refusal: Refusal }>;
  /** Tools of no framework for what this key may submit, and one that waits for a task. */
  tools(options: ToolOptions): Promise<readonly Tool[]>;
  /** The server's MCP door, for hosts that speak it, with this key. */
  mcp(): { readonly url: string; readonly headers: Record<string, string> };
  /** Ends the connection that events and waiting share. */
  close(): Promise<void>;
}

/** What cannot be sent as it is would stand in the error that says so: it is refused here, and not repeated. */
const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => !/^\w+:\/\/[^/?#]*@/.test(text),
      'must hold no name and password: the API key is enough',
    )
    .transform((text) => text.replace(/\/+$/, '')),
  apiKey: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/, 'must be of visible ASCII characters'),
});

export interface CountersignSettings {
  /** Where the server is: http://localhost:4000. */
  readonly url: string;
  /** Whose key it is decides what may be submitted. */
  readonly apiKey: string;
}

/**
 * The server at an address, called as whoever the API key is.
 *
 * @throws where the settings are not usable.
 */
export const createCountersign = (given: CountersignSettings): Countersign => {
  const connection = { ...settings.parse(given), answeredWithinMs };
  const { client: socket, close } = createSocket(connection);
  const withUrl = (task: Omit<Task, 'url'>): Task => ({ ...task, url: `${connection.url}/tasks/${task.id}` });
  const changed = (outcome: ChangePayload): Changed => {
    if (outcome.task) return { ok: true, task: withUrl(outcome.task) };
    return { ok: false, refusal: refusalOf(outcome.refusal) };
  };
  const countersign: Countersign = {
    async submit(submission, { signal } = {}) {
      const { executeTask } = await ask(connection, submitTask, { input: submission }, signal);
      const outcome = changed(executeTask);
      return outcome.ok ? { ...outcome, isReplay: executeTask.replayed } : outcome;
    },
    task: (id, { signal } = {}) => detailOf(connection, id, signal),
    waitFor: (id, options = {}) => waitFor({ connection, socket }, id, options),
    events: (options = {}) => eventsOf({ connection, socket }, options),
    async cancel(taskId, reason) {
      const input = { taskId, ...(reason !== undefined && { reason }) };
      return changed((await ask(connection, cancelTask, { input })).cancelTask);
    },
    async answer(taskId, answer) {
      const input = { taskId, answer };
      // Sent again, it would answer the next question.
      const { answerQuestion: outcome } = await ask(connection, answerQuestion, { input }, undefined, true);
      return changed(outcome);
    },
    async feedback(taskId, feedback) {
      const { learningPoints, ...said } = feedback;
      const input = { taskId, ...said, ...(learningPoints && { learningPoints: [...learningPoints] }) };
      const { refusal } = (await ask(connection, recordFeedback, { input })).recordFeedback;
      return refusal ? { ok: false, refusal: refusalOf(refusal) } : { ok: true };
    },
    async actionTypes() {
      const { actionTypes, capabilities } = await ask(connection, readActionTypes, {});
      const mine = new Set(capabilities.actionTypes);
      return (
        actionTypes
          .filter(({ name, version }) => mine.has(`${name}@${version}`))
          // A JSON Schema of params is an object.
          .map((type) => ({ ...type, inputSchema: type.inputSchema as JsonObject }))
      );
    },
    tools: (options) => createTools(countersign, options),
    mcp: () => ({
      url: `${connection.url}/mcp`,
      headers: { Authorization: `Bearer ${connection.apiKey}` },
    }),
    close,
  };
  return countersign;
};

const answeredWithinMs = 30_000;

type RefusalDetails = Partial<Pick<Refusal, 'faults' | 'taskId'>>;

/** What the server says of a change: one of the two is there. */
interface ChangePayload {
  readonly task: Omit<Task, 'url'> | null;
  readonly refusal:
    | (Omit<Refusal, 'faults' | 'taskId'> & {
        readonly details?: RefusalDetails | object | null;
      })
    | null;
}

const refusalOf = (refusal: ChangePayload['refusal']): Refusal => {
  if (!refusal)
    throw new CountersignError('INTERNAL_ERROR', 'The server gave neither task nor reason.', false);
  const { code, message, retriable, retryAfterMs, details } = refusal;
  const { faults = [], taskId = null }: RefusalDetails = details ?? {};
  return { code, message, retriable, retryAfterMs, faults, taskId };
};

const final: ReadonlySet<TaskStatus> = new Set([
  'SUCCEEDED',
  'FAILED',
  'ROLLED_BACK',
  'DENIED',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
]);

const isOver = (status: TaskStatus): boolean => final.has(status) || status === 'NEEDS_ATTENTION';

const detailOf = async (
  connection: Connection,
  id: string,
  signal?: AbortSignal,
): Promise<TaskDetail | null> => {
  const { task } = await ask(connection, readTask, { id }, signal);
  if (!task) return null;
  const { status, goal, decision, resolution, error, run } = task;
  const steps = run?.steps ?? [];
  return {
    id: task.id,
    status,
    goal,
    url: `${connection.url}/tasks/${task.id}`,
    isOver: isOver(status),
    hasRun: run !== null,
    error,
    reasons: [
      ...(resolution?.comment ? [resolution.comment] : []),
      ...(error ? [error.message] : []),
      ...(decision?.reasons ?? []).map(({ message }) => message),
    ],
    outputs: Object.fromEntries(
      steps.flatMap(({ name, state, output }) => (state === 'SUCCEEDED' ? [[name, output ?? null]] : [])),
    ),
  };
};

interface Followed {
  readonly connection: Connection;
  readonly socket: Socket['client'];
}

const waitFor = async (
  { connection, socket }: Followed,
  id: string,
  { timeoutMs = 50_000, signal }: WaitOptions,
): Promise<TaskDetail> => {
  const time = AbortSignal.timeout(timeoutMs);
  const until = signal ? AbortSignal.any([signal, time]) : time;
  for await (const { taskUpdated } of follow(
    socket,
    watchTask,
    () => ({ id }),
    () => undefined,
    until,
  ))
    if (isOver(taskUpdated.status)) break;
  signal?.throwIfAborted();
  const task = await detailOf(connection, id, signal);
  if (!task) throw new CountersignError('RESOURCE_NOT_FOUND', `There is no task ${id}.`, false);
  return task;
};

async function* eventsOf(
  { connection, socket }: Followed,
  { after, taskId, types, signal }: EventsOptions,
): AsyncGenerator<Event> {
  // Where the reader is from its first moment on: what breaks before the first event loses none.
  let place = after ?? (await ask(connection, readCursor, {}, signal)).eventCursor;
  const filter = { ...(taskId !== undefined && { taskId }), ...(types && { types: [...types] }) };
  const received = ({ events: { seq } }: { readonly events: { readonly seq: string } }): void => {
    place = seq;
  };
  for await (const { events } of follow(
    socket,
    watchEvents,
    () => ({ after: place, filter }),
    received,
    signal,
  ))
    yield events;
}

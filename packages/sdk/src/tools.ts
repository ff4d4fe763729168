import {
  CountersignError,
  type Action,
  type ActionType,
  type CallOptions,
  type Json,
  type JsonObject,
  type Refusal,
  type Task,
  type TaskClient,
  type TaskDetail,
} from './types.ts';

/** What of a submission is the same for all that an agent asks for. */
export interface ToolOptions {
  /** Names the conversation. With the id of a tool call it makes the idempotency key: a call that is made again is one task. */
  readonly thread: string;
  /** Action types by name (`repo.commit`); all that the key may submit where left out. */
  readonly actions?: readonly string[];
  readonly environment?: 'DEVELOPMENT' | 'STAGING' | 'PRODUCTION';
  /** What it is for, for who decides. */
  readonly goal?: string;
  /** How long a call is held before it answers that it is pending: 50,000 at most, which is the default. */
  readonly holdMs?: number;
}

/** Whoever calls a tool. */
export interface ToolCall {
  /** As the framework names it; the same for a call that it makes again. */
  readonly toolCallId: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a tool answers: for a model to read. */
export type ToolAnswer =
  | {
      readonly status: 'succeeded';
      readonly taskId: string;
      readonly outputs: { readonly [step: string]: Json };
    }
  | {
      /** Nobody has decided yet, or it goes on: nothing is approved by waiting. */
      readonly status: 'pending';
      readonly taskId: string;
      readonly taskStatus: string;
      readonly approvalUrl: string;
      readonly retryAfterMs: number;
      readonly message: string;
    }
  | {
      /** Nothing ran, and nothing will by asking again. */
      readonly status: 'refused';
      readonly taskId: string | null;
      readonly code: string;
      readonly reason: string;
      readonly retriable: boolean;
      readonly faults: readonly { readonly path: string; readonly message: string }[];
    }
  | {
      /** It was let run, and did not succeed; with OUTCOME_UNKNOWN nobody knows yet whether it happened. */
      readonly status: 'failed';
      readonly taskId: string;
      readonly code: string;
      readonly reason: string;
      /** Of the steps that did succeed. */
      readonly outputs: { readonly [step: string]: Json };
    };

/** JSON Schema as a Standard Schema (https://standardschema.dev), which frameworks take as they take Zod's. */
export interface ToolSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'countersign';
    readonly validate: (
      value: unknown,
    ) => { readonly value: JsonObject } | { readonly issues: readonly { readonly message: string }[] };
    readonly jsonSchema: {
      readonly input: () => Record<string, unknown>;
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** A tool of no framework. */
export interface Tool {
  /** Letters, digits, `_` and `-`: `repo-commit`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its input. */
  readonly inputSchema: JsonObject;
  /** The same for frameworks. The server checks the input, and tells every fault. */
  readonly schema: ToolSchema;
  execute(input: JsonObject, call: ToolCall): Promise<ToolAnswer>;
}

const longestHoldMs = 50_000;
const retryAfterMs = 30_000;

/** An action for each call: submitted, held, and told of as it is by then. */
export type SubmitCall = (action: Action, call: ToolCall, toolName: string) => Promise<ToolAnswer>;

export const createSubmitCall = (
  countersign: TaskClient,
  { thread, environment, goal, holdMs = longestHoldMs }: ToolOptions,
): SubmitCall => {
  const correlationId = keyOf(thread, '').then((key) => key.slice(0, 32));
  return async (action, { toolCallId, signal }, toolName) => {
    const begun = performance.now();
    const submission = {
      idempotencyKey: await keyOf(thread, toolCallId),
      goal: goal ?? `An agent calls ${toolName}`,
      actions: [action],
      correlationId: await correlationId,
      source: 'agent tool',
      ...(environment && { environment }),
    };
    const submitted = await countersign.submit(submission, optionsOf(signal));
    if (!submitted.ok) return refusedAnswer(submitted.refusal);
    return waitAndTell(countersign, submitted.task, holdMs - (performance.now() - begun), signal);
  };
};

const optionsOf = (signal: AbortSignal | undefined): CallOptions => (signal ? { signal } : {});

/** Tools for what the key may submit, and one that waits for a task. */
export const createTools = async (
  countersign: TaskClient,
  options: ToolOptions,
): Promise<readonly Tool[]> => {
  const submit = createSubmitCall(countersign, options);
  const wanted = options.actions && new Set(options.actions);
  const newest = new Map((await countersign.actionTypes()).map((type) => [type.name, type]));
  const missing = [...(wanted ?? [])].filter((name) => !newest.has(name));
  if (missing.length > 0) throw new TypeError(`This key may not submit ${missing.join(', ')}.`);
  const types = [...newest.values()].filter(({ name }) => wanted?.has(name) ?? true);
  return [...types.map((type) => toolOf(type, submit)), waitTool(countersign, options.holdMs)];
};

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemaOf = (jsonSchema: JsonObject): ToolSchema => ({
  '~standard': {
    version: 1,
    vendor: 'countersign',
    validate: (value) => (isObject(value) ? { value } : { issues: [{ message: 'must be an object' }] }),
    jsonSchema: { input: () => ({ ...jsonSchema }), output: () => ({ ...jsonSchema }) },
  },
});

const withSchema = (tool: Omit<Tool, 'schema'>): Tool => ({ ...tool, schema: schemaOf(tool.inputSchema) });

const toolOf = ({ name, description, inputSchema }: ActionType, submit: SubmitCall): Tool => {
  const toolName = name.replaceAll('.', '-');
  return withSchema({
    name: toolName,
    description: `${description} It is planned, decided by policy, perhaps by a person, and only then run. status "pending" means that nothing is approved: tell your user, then call wait_for_task.`,
    inputSchema: withoutDialect(inputSchema),
    execute: (params, call) => submit({ type: name, params }, call, toolName),
  });
};

/** Not every framework takes the name of a dialect. */
const withoutDialect = ({ $schema: _, ...schema }: JsonObject): JsonObject => schema;

const waitTool = (countersign: TaskClient, holdMs = longestHoldMs): Tool =>
  withSchema({
    name: 'wait_for_task',
    description:
      'Waits for the end of a task that a tool left pending, and tells where it stands. Waiting approves nothing; do not submit the same again.',
    inputSchema: {
      type: 'object',
      properties: { taskId: { type: 'string', description: 'As the pending answer gave it.' } },
      required: ['taskId'],
      additionalProperties: false,
    },
    async execute({ taskId }, { signal }) {
      const task = await countersign.task(typeof taskId === 'string' ? taskId : '', optionsOf(signal));
      if (!task) return refusedAnswer(noSuchTask);
      return waitAndTell(countersign, task, holdMs, signal);
    },
  });

const noSuchTask: Refusal = {
  code: 'RESOURCE_NOT_FOUND',
  message: 'There is no such task.',
  retriable: false,
  retryAfterMs: null,
  faults: [],
  taskId: null,
};

const waitAndTell = async (
  countersign: TaskClient,
  { id: taskId, status: taskStatus, url }: Task,
  holdMs: number,
  signal: AbortSignal | undefined,
): Promise<ToolAnswer> => {
  const timeoutMs = Math.max(0, Math.trunc(Math.min(holdMs, longestHoldMs)));
  try {
    return tell(await countersign.waitFor(taskId, { timeoutMs, ...optionsOf(signal) }));
  } catch (error) {
    // What was submitted goes its way, whether or not the server can be asked now.
    if (!(error instanceof CountersignError && error.retriable)) throw error;
    const message = `Nothing is known of it at the moment (${error.message}): ${url}`;
    return { status: 'pending', taskId, taskStatus, approvalUrl: url, retryAfterMs, message };
  }
};

const codes: Readonly<Record<string, string>> = {
  DENIED: 'POLICY_DENIED',
  REJECTED: 'APPROVAL_REJECTED',
  EXPIRED: 'APPROVAL_EXPIRED',
  CANCELLED: 'TASK_CANCELLED',
  ROLLED_BACK: 'TASK_ROLLED_BACK',
  NEEDS_ATTENTION: 'OUTCOME_UNKNOWN',
};

const tell = ({ id: taskId, status, isOver, hasRun, url, reasons, outputs }: TaskDetail): ToolAnswer => {
  if (status === 'SUCCEEDED') return { status: 'succeeded', taskId, outputs };
  if (!isOver) {
    const message =
      status === 'AWAITING_APPROVAL'
        ? `Nothing has run. A person decides at ${url}`
        : `It goes on; nothing is known of its end yet: ${url}`;
    return { status: 'pending', taskId, taskStatus: status, approvalUrl: url, retryAfterMs, message };
  }
  const reason = reasons.length > 0 ? reasons.join(' ') : `The task is ${status}.`;
  const code = codes[status] ?? 'TASK_FAILED';
  return hasRun
    ? { status: 'failed', taskId, code, reason, outputs }
    : { status: 'refused', taskId, code, reason, retriable: false, faults: [] };
};

export const refusedAnswer = ({
  code,
  message: reason,
  retriable,
  faults,
  taskId,
}: Omit<Refusal, 'retryAfterMs'>): ToolAnswer => ({
  status: 'refused',
  taskId,
  code,
  reason,
  retriable,
  faults,
});

/** One call of one conversation: 64 hexadecimal digits. */
export const keyOf = async (thread: string, toolCallId: string): Promise<string> => {
  const bytes = new TextEncoder().encode(JSON.stringify([thread, toolCallId]));
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

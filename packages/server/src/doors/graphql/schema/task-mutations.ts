import type { Outcome, Refusal } from '../../../domain/errors.ts';
import type { Task } from '../../../domain/task.ts';
import type { Builder } from './builder.ts';
import { nilId, readId } from './connection.ts';
import type { Refs } from './refs.ts';
import type { Submitted } from '../../../modules/tasks/submit-tasks.ts';
import type { TaskService } from '../../../modules/tasks/task-service.ts';

interface ExecutePayload {
  readonly task: Task | null;
  readonly refusal: Refusal | null;
  readonly replayed: boolean;
}

const addInputs = (builder: Builder, { enums }: Refs) => {
  const retry = builder.inputType('RetryPolicyInput', {
    description: 'How a step is tried again after a retriable failure. Waits have full jitter.',
    fields: (t) => ({
      maxRetries: t.int({ description: 'Tries after the first, 0 to 10; 3 by default.' }),
      initialDelayMs: t.int({
        description: 'The ceiling of the first wait in milliseconds; 1,000 by default.',
      }),
      backoffMultiplier: t.float({
        description: 'What each further ceiling is multiplied by; 2 by default.',
      }),
      maxDelayMs: t.int({ description: 'The highest ceiling in milliseconds; 30,000 by default.' }),
    }),
  });
  const action = builder.inputType('ActionInput', {
    description: 'One typed operation on one target.',
    fields: (t) => ({
      name: t.string({
        description: 'How other actions and the record call it; step-1, step-2 … by default.',
      }),
      type: t.string({
        required: true,
        description: 'repo.commit, or repo.commit@1 for a certain version; see actionTypes.',
      }),
      params: t.field({
        type: 'JSON',
        required: true,
        description: "An object that fits the action type's inputSchema.",
      }),
      dependsOn: t.stringList({ description: 'Names of actions that must succeed first.' }),
    }),
  });
  return builder.inputType('ExecuteTaskInput', {
    description: 'A submission.',
    fields: (t) => ({
      idempotencyKey: t.string({
        required: true,
        description:
          'Your own key, 1 to 255 visible ASCII characters: the same key with the same body gives the same task.',
      }),
      goal: t.string({ required: true, description: 'What it is for, at most 4,000 characters.' }),
      actions: t.field({ type: [action], description: 'What to do, at most 100 actions.' }),
      mode: t.field({ type: enums.taskMode, defaultValue: 'APPLY', description: 'Whether it runs.' }),
      priority: t.field({
        type: enums.priority,
        defaultValue: 'NORMAL',
        description: 'Which lane it waits in. CRITICAL needs the operator role.',
      }),
      environment: t.field({
        type: enums.environment,
        defaultValue: 'DEVELOPMENT',
        description: 'Where the change lands.',
      }),
      justification: t.string({ description: 'Why you need it; policy may ask for it.' }),
      requiresApproval: t.boolean({
        description: 'True asks for a person even where policy would not. False loosens nothing.',
      }),
      correlationId: t.string({
        description: 'Your own id for what belongs together: 1 to 64 letters, digits, - or _.',
      }),
      source: t.string({ description: 'Where the submission comes from, at most 128 characters.' }),
      tags: t.stringList({ description: 'Your own labels, at most 50.' }),
      timeoutMs: t.int({
        description: 'Milliseconds the whole run may take, at most a day; then what is in flight is aborted.',
      }),
      retry: t.field({ type: retry, description: 'How steps are tried again.' }),
    }),
  });
};

export const addTaskMutations = (builder: Builder, refs: Refs, service: TaskService): void => {
  const input = addInputs(builder, refs);
  const executed = addExecutePayload(builder, refs);
  const cancelled = addCancelPayload(builder, refs);
  const cancelInput = builder.inputType('CancelTaskInput', {
    description: 'Which task to end, and why.',
    fields: (t) => ({
      taskId: t.id({ required: true, description: 'Its UUID.' }),
      reason: t.string({ description: 'For the record.' }),
    }),
  });
  builder.mutationFields((t) => ({
    executeTask: t.field({
      type: executed,
      authScopes: { read: true },
      description:
        'Submits a task: it is planned without side effects, decided by policy, and runs once that allows.',
      args: { input: t.arg({ type: input, required: true, description: 'The submission.' }) },
      resolve: async (_root, args, { viewer, traceparent }) => {
        const [outcome] = await service.submit(viewer, [args.input], traceparent);
        if (!outcome) throw new Error('A submission got no result.');
        return payloadOf(outcome);
      },
    }),
    executeTasks: t.field({
      type: [executed],
      authScopes: { read: true },
      complexity: { field: 1, multiplier: 1 },
      description: 'Submits up to 500 tasks, each with its own result at its own place.',
      args: { input: t.arg({ type: [input], required: true, description: 'The submissions.' }) },
      resolve: async (_root, args, { viewer, traceparent }) =>
        (await service.submit(viewer, args.input, traceparent)).map(payloadOf),
    }),
    cancelTask: t.field({
      type: cancelled,
      authScopes: { read: true },
      description: 'Ends a task. What waits never starts; a step in flight finishes first.',
      args: { input: t.arg({ type: cancelInput, required: true, description: 'Which task.' }) },
      resolve: async (_root, { input: { taskId, reason } }, { viewer }) => {
        const outcome = await service.cancel(viewer, readId(taskId) ?? nilId, reason ?? null);
        return outcome.ok ? { task: outcome.value, refusal: null } : { task: null, refusal: outcome.refusal };
      },
    }),
  }));
};

const payloadOf = (outcome: Outcome<Submitted>): ExecutePayload =>
  outcome.ok
    ? { task: outcome.value.task, refusal: null, replayed: outcome.value.isReplay }
    : { task: null, refusal: outcome.refusal, replayed: false };

const addExecutePayload = (builder: Builder, refs: Refs) =>
  builder.objectRef<ExecutePayload>('ExecuteTaskPayload').implement({
    description: 'What became of a submission: a task or a refusal.',
    authScopes: { read: true },
    fields: (t) => ({
      task: t.expose('task', { type: refs.task, nullable: true, description: 'The task.' }),
      refusal: t.expose('refusal', {
        type: refs.refusal,
        nullable: true,
        description: 'Why there is none. Nothing was stored.',
      }),
      replayed: t.exposeBoolean('replayed', {
        description: 'True where this key had been submitted before.',
      }),
    }),
  });

const addCancelPayload = (builder: Builder, refs: Refs) =>
  builder.objectRef<{ task: Task | null; refusal: Refusal | null }>('CancelTaskPayload').implement({
    description: 'What became of a cancellation.',
    authScopes: { read: true },
    fields: (t) => ({
      task: t.expose('task', {
        type: refs.task,
        nullable: true,
        description: 'The task as it is now; still RUNNING while a step in flight finishes.',
      }),
      refusal: t.expose('refusal', {
        type: refs.refusal,
        nullable: true,
        description: 'Why it was not cancelled.',
      }),
    }),
  });

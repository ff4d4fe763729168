import type { ApprovalRequest } from '../../../domain/approval.ts';
import { refusal, type Outcome, type Refusal } from '../../../domain/errors.ts';
import type { Caller } from '../../../domain/principal.ts';
import type { Task } from '../../../domain/task.ts';
import type { Builder } from './builder.ts';
import { readId } from './connection.ts';
import type { Refs } from './refs.ts';
import type { ApprovalService } from '../../../modules/approvals/approval-service.ts';
import type { DecideCommand, Decided } from '../../../modules/approvals/decide-approvals.ts';

interface DecidePayload {
  readonly task: Task | null;
  readonly approval: ApprovalRequest | null;
  readonly refusal: Refusal | null;
}

interface DecideInput {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
}

export const addApprovalMutations = (builder: Builder, refs: Refs, service: ApprovalService): void => {
  const payload = addPayload(builder, refs);
  const inputs = addInputs(builder);
  const decide = async (
    reviewer: Caller,
    verdict: DecideCommand['verdict'],
    { taskId: given, revision, planHash }: DecideInput,
    comment: string | null,
  ): Promise<DecidePayload> => {
    const taskId = readId(given);
    if (taskId === null) return payloadOf({ ok: false, refusal: unknownTask });
    return payloadOf(
      await service.decide({ reviewer, taskId, verdict, on: { revision, planHash }, comment }),
    );
  };
  builder.mutationFields((t) => ({
    approveTask: t.field({
      type: payload,
      authScopes: { read: true },
      description:
        'Your approval of exactly this revision and hash. Once enough people approved, the task runs after the undo window.',
      args: { input: t.arg({ type: inputs.approve, required: true, description: 'What you approve.' }) },
      resolve: (_root, { input }, { viewer }) => decide(viewer, 'APPROVE', input, input.comment ?? null),
    }),
    rejectTask: t.field({
      type: payload,
      authScopes: { read: true },
      description: 'Your rejection, which ends the task. The agent reads the reason.',
      args: {
        input: t.arg({ type: inputs.reject, required: true, description: 'What you reject, and why.' }),
      },
      resolve: (_root, { input }, { viewer }) => decide(viewer, 'REJECT', input, input.reason),
    }),
    withdrawApproval: t.field({
      type: payload,
      authScopes: { read: true },
      description:
        'Takes your own approval back: while others are still asked, or until the undo window closes.',
      args: { input: t.arg({ type: inputs.withdraw, required: true, description: 'Which approval.' }) },
      resolve: (_root, { input }, { viewer }) => decide(viewer, 'WITHDRAW', input, null),
    }),
  }));
};

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');

const payloadOf = (outcome: Outcome<Decided>): DecidePayload =>
  outcome.ok ? { ...outcome.value, refusal: null } : { task: null, approval: null, refusal: outcome.refusal };

const addInputs = (builder: Builder) => {
  const decided = {
    taskId: 'The task, by its UUID.',
    revision: 'The revision that you saw.',
    planHash: 'The hash of the plan that you saw. Another one is a CONFLICT, and nothing happens.',
  };
  const approve = builder.inputType('ApproveTaskInput', {
    description: 'An approval.',
    fields: (t) => ({
      taskId: t.id({ required: true, description: decided.taskId }),
      revision: t.int({ required: true, description: decided.revision }),
      planHash: t.string({ required: true, description: decided.planHash }),
      comment: t.string({ description: 'For the record.' }),
    }),
  });
  const reject = builder.inputType('RejectTaskInput', {
    description: 'A rejection.',
    fields: (t) => ({
      taskId: t.id({ required: true, description: decided.taskId }),
      revision: t.int({ required: true, description: decided.revision }),
      planHash: t.string({ required: true, description: decided.planHash }),
      reason: t.string({ required: true, description: 'Why, in at least ten characters of words.' }),
    }),
  });
  const withdraw = builder.inputType('WithdrawApprovalInput', {
    description: 'The approval to take back.',
    fields: (t) => ({
      taskId: t.id({ required: true, description: decided.taskId }),
      revision: t.int({ required: true, description: decided.revision }),
      planHash: t.string({ required: true, description: decided.planHash }),
    }),
  });
  return { approve, reject, withdraw };
};

const addPayload = (builder: Builder, refs: Refs) =>
  builder.objectRef<DecidePayload>('DecideTaskPayload').implement({
    description: 'What became of a decision.',
    authScopes: { read: true },
    fields: (t) => ({
      task: t.expose('task', { type: refs.task, nullable: true, description: 'The task after it.' }),
      approval: t.expose('approval', {
        type: refs.approval,
        nullable: true,
        description: 'The request after it.',
      }),
      refusal: t.expose('refusal', {
        type: refs.refusal,
        nullable: true,
        description: 'Why it did not count. Nothing changed.',
      }),
    }),
  });

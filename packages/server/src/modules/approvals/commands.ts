import { verdicts } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome, type Refusal } from '../../domain/errors.ts';
import { id, list, optional, text } from '../inputs.ts';
import type { StepUpProof } from '../../domain/step-up.ts';
import { defineCommand, type Call } from '../operation.ts';
import { stepUpInput, type VerifyStepUp } from '../step-up.ts';
import type { ApprovalService } from './approval-service.ts';
import type { Decided } from './decide-approvals.ts';
import type { DecideCommand } from './decision-batch.ts';

const decided = {
  taskId: id.describe('The task, by its UUID.'),
  revision: z.int().describe('The revision that you saw.'),
  planHash: z
    .string()
    .describe('The hash of the plan that you saw. Another one is a CONFLICT, and nothing happens.'),
};

/** A month; whoever leaves a page open for longer is told apart from nobody. */
const mostConsideredMs = 2_147_483_647;

const considered = {
  idempotencyKey: optional(text(255)).describe(
    'Your own key, at most 255 characters: it stands for this decision alone. With another one it is a CONFLICT, and the first stands.',
  ),
  consideredMs: optional(z.int().min(0).max(mostConsideredMs)).describe(
    'How long you had it before you, in milliseconds, where your client knows.',
  ),
  hasViewed: optional(z.boolean()).describe(
    'Whether the change was on screen to its end, where your client knows.',
  ),
};

const approval = z
  .strictObject({
    ...decided,
    ...considered,
    comment: z.string().nullish().describe('For the record.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'ApproveTaskInput', description: 'An approval.' });

const rejection = z
  .strictObject({
    ...decided,
    ...considered,
    reason: z.string().describe('Why, in at least ten characters of words.'),
  })
  .meta({ id: 'RejectTaskInput', description: 'A rejection.' });

const changes = z
  .strictObject({
    ...decided,
    comment: z.string().describe('What to change, in at least ten characters of words.'),
  })
  .meta({ id: 'RequestChangesInput', description: 'What has to change.' });

/** What became of one of several that were decided together. */
export interface DecidedItem {
  readonly taskId: string;
  /** Null where nothing was decided, of this one or of another. */
  readonly decided: Decided | null;
  /** Why it stands in the way of all; null where it does not. */
  readonly refusal: Refusal | null;
}

const together = z
  .strictObject({
    verdict: z
      .enum(verdicts)
      .refine((verdict) => verdict === 'APPROVE' || verdict === 'REJECT', 'must be APPROVE or REJECT')
      .describe('APPROVE or REJECT, for all of them.'),
    items: list(
      z.strictObject(decided).meta({ id: 'DecidedOnInput', description: 'What was on screen of one task.' }),
      100,
    )
      .refine(
        (items) => items.length > 0 && new Set(items.map(({ taskId }) => taskId)).size === items.length,
        { error: 'must name at least one task, and each once' },
      )
      .describe('The tasks, each once and each as it was on screen; up to 100.'),
    comment: z.string().nullish().describe('For the record of each; a rejection needs a reason.'),
    stepUp: stepUpInput,
  })
  .meta({ id: 'DecideTasksInput', description: 'One decision on several tasks.' });

const question = z
  .strictObject({
    taskId: decided.taskId,
    question: z.string().describe('What you want to know.'),
  })
  .meta({ id: 'AskRequesterInput', description: 'A question about a task that waits for people.' });

const anAnswer = z
  .strictObject({
    taskId: decided.taskId,
    answer: z.string().describe('For whoever decides.'),
    questionId: optional(id).describe('Which question, by its UUID.'),
  })
  .meta({ id: 'AnswerQuestionInput', description: 'An answer to who decides.' });

const withdrawal = z
  .strictObject(decided)
  .meta({ id: 'WithdrawApprovalInput', description: 'The approval to take back.' });

type DecidedInput = z.output<typeof withdrawal>;
type Considered = {
  readonly idempotencyKey?: string | undefined;
  readonly consideredMs?: number | undefined;
  readonly hasViewed?: boolean | undefined;
};

/** Who may decide on a request is for the request to say, with its own reasons: the right to read is all they share. */
export const createApprovalCommands = (
  service: Pick<ApprovalService, 'decide' | 'decideTogether' | 'ask' | 'answer'>,
  verify: VerifyStepUp,
) => ({
  ...commandsOfOne(service, verify),
  ...commandsOfMany(service, verify),
  ...commandsOfWords(service),
});

const commandsOfOne = ({ decide }: Pick<ApprovalService, 'decide'>, verify: VerifyStepUp) => {
  const vote = (
    { viewer: reviewer }: Call,
    verdict: DecideCommand['verdict'],
    { taskId, revision, planHash }: DecidedInput,
    comment: string | null,
    { consideredMs, hasViewed, idempotencyKey: key }: Considered = {},
    stepUp: StepUpProof | null = null,
  ) =>
    decide({
      reviewer,
      taskId,
      verdict,
      on: { revision, planHash },
      comment,
      key,
      considered: { ms: consideredMs ?? null, hasViewed: hasViewed ?? null },
      stepUp,
    });
  return {
    approveTask: defineCommand({
      name: 'approveTask',
      description:
        'Your approval of exactly this revision and hash. Once enough people approved, the task runs after the undo window.',
      input: approval,
      async run(call, { stepUp, ...input }) {
        const { taskId, revision, planHash } = input;
        const proof = await verify(
          call.viewer,
          { kind: 'APPROVE', tasks: [{ taskId, revision, planHash }] },
          stepUp,
        );
        if (!proof.ok) return proof;
        return vote(call, 'APPROVE', input, input.comment ?? null, input, proof.value);
      },
    }),
    rejectTask: defineCommand({
      name: 'rejectTask',
      description: 'Your rejection, which ends the task. The agent reads the reason.',
      input: rejection,
      run: (call, input) => vote(call, 'REJECT', input, input.reason, input),
    }),
    requestChanges: defineCommand({
      name: 'requestChanges',
      description:
        'Asks for changes of exactly this revision: nobody approves it until you take that back (withdrawApproval) or a new revision takes its place. The requester reads the comment.',
      input: changes,
      run: (call, input) => vote(call, 'REQUEST_CHANGES', input, input.comment),
    }),
    withdrawApproval: defineCommand({
      name: 'withdrawApproval',
      description:
        'Takes your own approval back, while others are still asked or until the undo window closes, or what you asked to be changed.',
      input: withdrawal,
      run: (call, input) => vote(call, 'WITHDRAW', input, null),
    }),
  };
};

const commandsOfMany = (
  { decideTogether }: Pick<ApprovalService, 'decideTogether'>,
  verify: VerifyStepUp,
) => ({
  decideTasks: defineCommand({
    name: 'decideTasks',
    description:
      'Decides up to 100 tasks at once, all of them or none. What is of high risk, cannot be undone or has a weighty finding is approved by itself alone; rejections have no such limit.',
    input: together,
    async run({ viewer: reviewer }, { verdict, items, comment = null, stepUp: given }) {
      const subject = { kind: 'APPROVE' as const, tasks: items };
      const proof = await verify(reviewer, subject, verdict === 'APPROVE' ? given : undefined);
      if (!proof.ok) return proof;
      const stepUp = proof.value;
      const outcomes = await decideTogether(
        items.map(({ taskId, ...on }) => ({ reviewer, taskId, verdict, on, comment, stepUp })),
      );
      return accepted(itemsOf(items, outcomes));
    },
  }),
});

/** What was decided of one is no fact where another stands in the way. */
const itemsOf = (
  items: readonly { readonly taskId: string }[],
  outcomes: readonly Outcome<Decided>[],
): readonly DecidedItem[] => {
  const areDecided = outcomes.every(({ ok }) => ok);
  return outcomes.map((outcome, index) => ({
    taskId: items[index]?.taskId ?? '',
    decided: areDecided && outcome.ok ? outcome.value : null,
    refusal: outcome.ok ? null : outcome.refusal,
  }));
};

const commandsOfWords = ({ ask, answer }: Pick<ApprovalService, 'ask' | 'answer'>) => ({
  askRequester: defineCommand({
    name: 'askRequester',
    description:
      'Asks the requester something before you decide. The question and the answer stand on the request, which stays open.',
    input: question,
    run: ({ viewer }, input) => ask(viewer, input.taskId, input.question),
  }),
  answerQuestion: defineCommand({
    name: 'answerQuestion',
    description:
      'Answers a question about a task of yours, or of an agent or a service that you own: the oldest that waits, where none is named.',
    input: anAnswer,
    run: ({ viewer }, { taskId, ...input }) => answer(viewer, taskId, input),
  }),
});

export type ApprovalCommands = ReturnType<typeof createApprovalCommands>;

import { verdicts } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import { id, list, optional } from '../inputs.ts';
import { defineCommand, type Call } from '../operation.ts';
import type { ApprovalService } from './approval-service.ts';
import type { Decided, DecideCommand } from './decide-approvals.ts';

const decided = {
  taskId: id.describe('The task, by its UUID.'),
  revision: z.int().describe('The revision that you saw.'),
  planHash: z
    .string()
    .describe('The hash of the plan that you saw. Another one is a CONFLICT, and nothing happens.'),
};

const approval = z
  .strictObject({ ...decided, comment: z.string().nullish().describe('For the record.') })
  .meta({ id: 'ApproveTaskInput', description: 'An approval.' });

const rejection = z
  .strictObject({
    ...decided,
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
  readonly outcome: Outcome<Decided>;
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

/** Who may decide on a request is for the request to say, with its own reasons: the right to read is all they share. */
export const createApprovalCommands = (
  service: Pick<ApprovalService, 'decide' | 'decideTogether' | 'ask' | 'answer'>,
) => ({ ...commandsOfOne(service), ...commandsOfMany(service), ...commandsOfWords(service) });

const commandsOfOne = ({ decide }: Pick<ApprovalService, 'decide'>) => {
  const vote = (
    { viewer: reviewer }: Call,
    verdict: DecideCommand['verdict'],
    { taskId, revision, planHash }: DecidedInput,
    comment: string | null,
  ) => decide({ reviewer, taskId, verdict, on: { revision, planHash }, comment });
  return {
    approveTask: defineCommand({
      name: 'approveTask',
      description:
        'Your approval of exactly this revision and hash. Once enough people approved, the task runs after the undo window.',
      input: approval,
      run: (call, input) => vote(call, 'APPROVE', input, input.comment ?? null),
    }),
    rejectTask: defineCommand({
      name: 'rejectTask',
      description: 'Your rejection, which ends the task. The agent reads the reason.',
      input: rejection,
      run: (call, input) => vote(call, 'REJECT', input, input.reason),
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

const commandsOfMany = ({ decideTogether }: Pick<ApprovalService, 'decideTogether'>) => ({
  decideTasks: defineCommand({
    name: 'decideTasks',
    description:
      'Decides up to 100 tasks at once, all of them or none. What is of high risk, cannot be undone or has a weighty finding is approved by itself alone; rejections have no such limit.',
    input: together,
    run: async ({ viewer: reviewer }, { verdict, items, comment }) =>
      accepted(
        (
          await decideTogether(
            items.map(({ taskId, ...on }) => ({ reviewer, taskId, verdict, on, comment: comment ?? null })),
          )
        ).map((outcome, index): DecidedItem => ({ taskId: items[index]?.taskId ?? '', outcome })),
      ),
  }),
});

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

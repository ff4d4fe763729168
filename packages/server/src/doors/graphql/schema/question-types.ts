import type { Principal } from '../../../domain/principal.ts';
import { mayAnswer, type Question } from '../../../domain/question.ts';
import type { ApprovalService } from '../../../modules/approvals/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import { defineType } from './exposed-fields.ts';

/** All questions about requests, many requests at once. */
const createQuestionLoader = (service: Pick<ApprovalService, 'questions'>) =>
  createBatchLoader(
    async (_viewer: Principal, ids: readonly string[]) => {
      const found = await service.questions(ids);
      return ids.map((id) => ({ id, questions: found.filter(({ approvalId }) => approvalId === id) }));
    },
    ({ id }) => id,
    (id) => id,
  );

const addQuestionType = (builder: Builder, { principal }: Refs, loadPrincipal: LoadPrincipal) =>
  defineType<Question>(
    builder,
    'Question',
    'What somebody who decides asked the requester.',
    {
      id: ['ID', 'UUID.'],
      question: ['String', 'What they ask.'],
      askedAt: ['DateTime', 'When.'],
      answer: ['String', 'What they were told; null while it waits.', 'nullable'],
      answeredAt: ['DateTime', 'When.', 'nullable'],
    },
    (t) => ({
      askedBy: t.field({
        type: principal,
        nullable: true,
        description: 'Who asks.',
        resolve: ({ askedById }, _args, { viewer }) => loadPrincipal(viewer, askedById),
      }),
      answeredBy: t.field({
        type: principal,
        nullable: true,
        description: 'Who answered.',
        resolve: ({ answeredById }, _args, { viewer }) =>
          answeredById === null ? null : loadPrincipal(viewer, answeredById),
      }),
    }),
  );

export interface ConversationSources {
  readonly service: Pick<ApprovalService, 'questions'>;
  readonly loadTask: LoadTask;
  readonly loadPrincipal: LoadPrincipal;
}

/** What people said about a request besides deciding on it. */
export const addConversationFields = (builder: Builder, refs: Refs, deps: ConversationSources): void => {
  const question = addQuestionType(builder, refs, deps.loadPrincipal);
  const questionsOf = createQuestionLoader(deps.service);
  builder.objectFields(refs.approval, (t) => ({
    editedBy: t.field({
      type: refs.principal,
      nullable: true,
      description:
        'Who made this revision of the one before; null where the plan is of what the requester asked for.',
      resolve: ({ editedById }, _args, { viewer }) =>
        editedById === null ? null : deps.loadPrincipal(viewer, editedById),
    }),
    questions: t.field({
      type: [question],
      description: 'What the requester was asked, in that order, and what they answered.',
      resolve: async ({ id }, _args, { viewer }) => [...((await questionsOf(viewer, id))?.questions ?? [])],
    }),
    viewerCanAnswer: t.boolean({
      description: 'Whether a question to the requester waits for your answer.',
      resolve: async ({ id, taskId }, _args, { viewer }) => {
        const asked = (await questionsOf(viewer, id))?.questions ?? [];
        if (asked.every(({ answeredAt }) => answeredAt !== null)) return false;
        const task = await deps.loadTask(viewer, taskId);
        const requester = task && (await deps.loadPrincipal(viewer, task.submittedById));
        return task !== null && requester !== null && mayAnswer(task, requester, viewer);
      },
    }),
  }));
};

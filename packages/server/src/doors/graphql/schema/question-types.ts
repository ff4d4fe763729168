import type { Principal } from '../../../domain/principal.ts';
import type { Question } from '../../../domain/question.ts';
import type { ApprovalService } from '../../../modules/approvals/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './told-fields.ts';

/** All questions about requests, many requests at once. */
export const createQuestionLoader = (service: Pick<ApprovalService, 'questions'>) =>
  createBatchLoader(
    async (_viewer: Principal, ids: readonly string[]) => {
      const found = await service.questions(ids);
      return ids.map((id) => ({ id, questions: found.filter(({ approvalId }) => approvalId === id) }));
    },
    ({ id }) => id,
    (id) => id,
  );

export const addQuestionType = (builder: Builder, { principal }: Refs, loadPrincipal: LoadPrincipal) =>
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

import type { NeedProgress, StageProgress } from '../../../domain/quorum.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './told-fields.ts';

/** Most requests ask for one person, in one stage. */
export const few = { field: 1, multiplier: 1 };

/** A stage, and whether it is the one that people are asked in now. */
export interface ShownStage extends StageProgress {
  readonly isOpen: boolean;
}

export const addStageType = (builder: Builder, refs: Refs, loadPrincipal: LoadPrincipal) => {
  const need = defineType<NeedProgress>(
    builder,
    'ApprovalNeed',
    'How many of one group must approve, and who has.',
    {
      group: ['String', 'The group; null where anybody who may decide counts.', 'nullable'],
      required: ['Int', 'How many of them must approve.'],
    },
    (t) => ({
      approvers: t.field({
        type: [refs.principal],
        description: 'Those whose approval counts for it now.',
        complexity: few,
        resolve: async ({ reviewerIds }, _args, { viewer }) => {
          const found = await Promise.all(reviewerIds.map((id) => loadPrincipal(viewer, id)));
          return found.filter((person) => person !== null);
        },
      }),
    }),
  );
  return defineType<ShownStage>(
    builder,
    'ApprovalStage',
    'What is asked for at once. The next stage is asked when all its needs are met.',
    {
      number: ['Int', 'Its place, from 1.'],
      name: ['String', 'Its name; empty where the request has no stages.'],
      isMet: ['Boolean', 'Whether all its needs are met.'],
      isOpen: ['Boolean', 'Whether people are asked in it now.'],
    },
    (t) => ({
      needs: t.field({
        type: [need],
        description: 'Of whom how many, in any order. Nobody counts for two.',
        complexity: few,
        resolve: ({ needs }) => [...needs],
      }),
    }),
  );
};

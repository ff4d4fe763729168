import { progressOn, type Reviews } from '../../../domain/approval.ts';
import { standingChanges, type ApprovalRequest, type Review } from '../../../domain/approval-request.ts';
import { peopleLack } from '../../../domain/eligibility.ts';
import type { Caller, Principal } from '../../../domain/principal.ts';
import type { NeedProgress, StageProgress } from '../../../domain/quorum.ts';
import { isGroupOfOne } from '../../../domain/stand-in.ts';
import type { AccessService } from '../../../modules/access/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder, Types } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** Most requests ask for one person, in one stage. */
const few = { field: 1, multiplier: 1 };

/** A stage, and whether it is the one that people are asked in now. */
interface ShownStage extends StageProgress {
  readonly isOpen: boolean;
}

const addStageType = (builder: Builder, refs: Refs, loadPrincipal: LoadPrincipal) => {
  const need = defineType<NeedProgress>(
    builder,
    'ApprovalNeed',
    'How many of one group must approve, and who has.',
    {
      required: ['Int', 'How many of them must approve.'],
    },
    (t) => ({
      group: t.string({
        nullable: true,
        description: 'The group; null where anybody who may decide counts.',
        resolve: ({ group, insteadOf }) =>
          group !== null && isGroupOfOne(group) ? (insteadOf ?? null) : group,
      }),
      insteadOf: t.string({
        nullable: true,
        description: 'The group that was asked, where somebody approved in its place; null where nobody did.',
        resolve: ({ insteadOf }) => insteadOf ?? null,
      }),
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

export interface QuorumSources {
  readonly loadPrincipal: LoadPrincipal;
  readonly findDeciders: AccessService['findDeciders'];
  readonly review: PothosSchemaTypes.ObjectRef<Types, Review>;
  readonly countedOf: (request: ApprovalRequest, viewer: Caller) => Promise<Reviews>;
}

/** Whose approval is asked for, and how far it has come. */
export const addQuorumFields = (
  builder: Builder,
  refs: Refs,
  { loadPrincipal, findDeciders, review, countedOf }: QuorumSources,
): void => {
  const stage = addStageType(builder, refs, loadPrincipal);
  const decidersOf = createBatchLoader(
    async (_viewer: Principal, tenantIds: readonly string[]) =>
      Promise.all(tenantIds.map(async (id) => ({ id, people: await findDeciders(id) }))),
    ({ id }) => id,
    (id: string) => id,
  );
  builder.objectFields(refs.approval, (t) => ({
    given: t.int({
      description: 'How many have, of those who may still decide.',
      resolve: async (request, _args, { viewer }) =>
        progressOn(request, (await countedOf(request, viewer)).counted).given,
    }),
    stages: t.field({
      type: [stage],
      description: 'Who is asked, one stage after another, and who of them has approved.',
      complexity: few,
      resolve: async (request, _args, { viewer }): Promise<ShownStage[]> => {
        const { stages, open } = progressOn(request, (await countedOf(request, viewer)).counted);
        return stages.map((each) => ({
          ...each,
          isOpen: request.status === 'PENDING' && each.number === open?.number,
        }));
      },
    }),
    changesRequested: t.field({
      type: [review],
      description: 'Who wants this revision changed, and how; while anybody does, nobody approves it.',
      complexity: few,
      resolve: async (request, _args, { viewer }) => [
        ...standingChanges((await countedOf(request, viewer)).counted, request.planHash),
      ],
    }),
    lacksPeople: t.string({
      nullable: true,
      description:
        'Why it cannot be approved as things are: too few people may who are here. Null where enough may, or nobody is asked.',
      resolve: async (request, _args, { viewer }) => {
        if (request.status !== 'PENDING') return null;
        const deciders = await decidersOf(viewer, viewer.tenantId);
        return peopleLack(request, deciders?.people ?? []);
      },
    }),
  }));
};

import type { Review } from '../../../domain/approval-request.ts';
import { resolutionOf, type Resolution } from '../../../domain/resolution.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { ApprovalService } from '../../../modules/approvals/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export interface ResolutionSources {
  readonly service: Pick<ApprovalService, 'findOfTasks'>;
  readonly loadPrincipal: LoadPrincipal;
  readonly reviewsOf: (viewer: Principal, approvalId: string) => Promise<readonly Review[]>;
}

/** How the ask about a task ended, for whoever asked for it. */
export const addResolution = (
  builder: Builder,
  refs: Refs,
  { service, loadPrincipal, reviewsOf }: ResolutionSources,
): void => {
  const resolution = defineType<Resolution>(
    builder,
    'Resolution',
    'How the ask for people ended.',
    {
      status: [refs.enums.approvalStatus, 'How. EXPIRED is no rejection: nobody decided in time.'],
      at: ['DateTime', 'When.'],
      comment: ['String', 'What who decided said; null where nobody said anything.', 'nullable'],
    },
    (t) => ({
      by: t.field({
        type: [refs.principal],
        description: 'Whose word it was; nobody where time, the requester or a newer plan ended it.',
        complexity: { field: 1, multiplier: 2 },
        resolve: async ({ byIds }, _args, { viewer }) => {
          const found = await Promise.all(byIds.map((id) => loadPrincipal(viewer, id)));
          return found.filter((person) => person !== null);
        },
      }),
    }),
  );
  const load = createBatchLoader(
    (viewer: Principal, keys: readonly { taskId: string; revision: number }[]) =>
      service.findOfTasks(viewer, keys),
    (found) => `${found.taskId}/${found.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );
  builder.objectField(refs.task, 'resolution', (t) =>
    t.field({
      type: resolution,
      nullable: true,
      description:
        'How the ask about the current revision ended, for who asked; null while people are asked, and where nobody was.',
      resolve: async ({ id, revision }, _args, { viewer }) => {
        const request = await load(viewer, { taskId: id, revision });
        return request && resolutionOf(request, await reviewsOf(viewer, request.id));
      },
    }),
  );
};

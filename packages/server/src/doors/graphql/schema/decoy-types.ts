import type { Decoy } from '../../../domain/decoy.ts';
import type { Principal } from '../../../domain/principal.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import { defineType } from './exposed-fields.ts';

export interface DecoySources {
  /** Those that are over, of these tasks. */
  readonly findEndedDecoys: (tenantId: string, taskIds: readonly string[]) => Promise<readonly Decoy[]>;
  readonly loadPrincipal: LoadPrincipal;
  readonly loadTask: LoadTask;
}

/** What a request was that only looked real, for everybody once it is over and for nobody before. */
export const addDecoy = (
  builder: Builder,
  refs: Refs,
  { findEndedDecoys, loadPrincipal, loadTask }: DecoySources,
): void => {
  const decoy = defineType<Decoy & { readonly endedAt: Date }>(
    builder,
    'Decoy',
    'A request that looked like any other and could run nothing: the goal of one task with the change of another, to see whether people look. Nothing of it counts as work, and no word on it is a vote.',
    {
      result: [refs.enums.decoyResult, 'What became of it.', 'nullable'],
      tookMs: [
        'Milliseconds',
        'How long whoever decided had it before them, in milliseconds; null where nobody did.',
        'nullable',
      ],
      endedAt: ['DateTime', 'When it was told.'],
    },
    (t) => ({
      decidedBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who decided; null where nobody did in time.',
        resolve: ({ decidedById }, _args, { viewer }) =>
          decidedById === null ? null : loadPrincipal(viewer, decidedById),
      }),
      goalOf: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task that its goal was taken from.',
        resolve: ({ goalOfId }, _args, { viewer }) => loadTask(viewer, goalOfId),
      }),
      changeOf: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task that its change was taken from.',
        resolve: ({ changeOfId }, _args, { viewer }) => loadTask(viewer, changeOfId),
      }),
    }),
  );
  const load = createBatchLoader(
    async ({ tenantId }: Principal, taskIds: readonly string[]) =>
      (await findEndedDecoys(tenantId, taskIds)).flatMap((found) =>
        found.endedAt === null ? [] : [{ ...found, endedAt: found.endedAt }],
      ),
    ({ taskId }) => taskId,
    (taskId: string) => taskId,
  );
  builder.objectField(refs.approval, 'decoy', (t) =>
    t.field({
      type: decoy,
      nullable: true,
      description:
        'That it was a decoy, and what became of it; null of every real request, and while it is open.',
      resolve: ({ taskId, status }, _args, { viewer }) =>
        status === 'CANCELLED' ? load(viewer, taskId) : null,
    }),
  );
};

import { hasRight } from '../../../domain/principal.ts';
import type { Quarantine, TaskSource } from '../../../domain/source.ts';
import type { QuarantineView, SourceCommands, SourceQueries } from '../../../modules/sources/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** What tasks rest on, and what of it people keep from doing harm. */
export const addSourceSchema = (
  builder: Builder,
  refs: Refs,
  {
    operations,
    loadPrincipal,
  }: { readonly operations: SourceCommands & SourceQueries; readonly loadPrincipal: LoadPrincipal },
): void => {
  const source = defineType<TaskSource>(builder, 'TaskSource', 'Content that a task rests on.', {
    kind: [refs.enums.sourceKind, 'What it is.'],
    reference: ['String', 'Where it can be looked up. Text of an agent: never trusted.'],
    trust: [refs.enums.sourceTrust, 'Whether anybody outside could have written it.'],
    via: ['ID', 'The task that it came by; null where the submission named it.', 'nullable'],
  });
  builder.objectField(refs.task, 'sources', (t) =>
    t.field({
      type: [source],
      description:
        'What it rests on, with what came with its parent and with what was submitted for the same parent before.',
      complexity: { field: 1, multiplier: 5 },
      resolve: ({ sources }) => [...sources],
    }),
  );
  const quarantine = defineType<Quarantine | QuarantineView>(
    builder,
    'Quarantine',
    "A person's word that a source is poisoned: what rests on it does not go on.",
    {
      id: ['ID', 'UUID.'],
      kind: [refs.enums.sourceKind, 'Of which kind; null for any.', 'nullable'],
      reference: ['String', 'Which: a pattern, in which * is any text and ? one character.'],
      reason: ['String', 'Why.'],
      at: ['DateTime', 'Since when.'],
      releasedAt: ['DateTime', 'When it was released; null while it stands.', 'nullable'],
      releaseReason: ['String', 'Why it was released.', 'nullable'],
    },
    (t) => ({
      by: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who says so.',
        resolve: ({ byId }, _args, { viewer }) => loadPrincipal(viewer, byId),
      }),
      releasedBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who released it; null while it stands.',
        resolve: ({ releasedById }, _args, { viewer }) =>
          releasedById === null ? null : loadPrincipal(viewer, releasedById),
      }),
      waitingTaskIds: t.idList({
        description: 'Tasks that rest on it and have still to go on, newest first, 50 at most.',
        resolve: (one) => ('waitingTaskIds' in one ? [...one.waitingTaskIds] : []),
      }),
      viewerCanRelease: t.boolean({
        description: 'Whether you may release it.',
        resolve: ({ releasedAt }, _args, { viewer }) =>
          releasedAt === null && viewer.type === 'HUMAN' && hasRight(viewer, 'STOP'),
      }),
    }),
  );
  refs.query(operations.quarantines, { type: [quarantine] });
  const changed = refs.payload<Quarantine>('QuarantinePayload', 'What became of a quarantine.', (give) => ({
    quarantine: give(quarantine, 'As it is now.', (value) => value),
  }));
  refs.command(operations.quarantineSource, changed);
  refs.command(operations.releaseSource, changed);
};

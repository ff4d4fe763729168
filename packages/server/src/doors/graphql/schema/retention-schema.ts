import { hasRight } from '../../../domain/principal.ts';
import type {
  HoldCommands,
  LegalHold,
  RetentionQueries,
  RetentionRule,
  RetentionState,
} from '../../../modules/retention/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** What is kept for how long, and what people hold. */
export const addRetentionSchema = (
  builder: Builder,
  refs: Refs,
  {
    operations,
    loadPrincipal,
  }: { readonly operations: HoldCommands & RetentionQueries; readonly loadPrincipal: LoadPrincipal },
): void => {
  const rule = defineType<RetentionRule>(builder, 'RetentionRule', 'How long one kind of thing is kept.', {
    kind: ['String', 'What: AUDIT is the record; docs/operations/retention.md has the others.'],
    keepMs: ['Milliseconds', 'How long; null for ever.', 'nullable'],
    lastRunAt: ['DateTime', 'When it was looked at last; null where it never was.', 'nullable'],
    removed: ['Float', 'How many went so far, of the whole installation.'],
    dueSince: [
      'DateTime',
      'Since when the oldest of it is past its time and still there, at the last run; null where none is.',
      'nullable',
    ],
    error: ['String', 'Why the last run could not go on; null where it could.', 'nullable'],
  });
  const hold = defineType<LegalHold>(
    builder,
    'LegalHold',
    'That nothing of a task, or of the whole tenant, is erased or removed.',
    {
      id: ['ID', 'UUID.'],
      taskId: ['ID', 'Of which task; null for all that the tenant has.', 'nullable'],
      reason: ['String', 'Why.'],
      at: ['DateTime', 'Since when.'],
      releasedAt: ['DateTime', 'When it was released; null while it stands.', 'nullable'],
      releaseReason: ['String', 'Why it was released.', 'nullable'],
    },
    (t) => ({
      by: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who placed it.',
        resolve: ({ byId }, _args, { viewer }) => loadPrincipal(viewer, byId),
      }),
      viewerCanRelease: t.boolean({
        description: 'Whether you may release it.',
        resolve: ({ releasedAt }, _args, { viewer }) =>
          releasedAt === null && viewer.type === 'HUMAN' && hasRight(viewer, 'ADMINISTER'),
      }),
    }),
  );
  const state = defineType<RetentionState>(builder, 'Retention', 'What is kept for how long.', {
    rules: [[rule], 'Of each kind of thing.'],
    archives: ['Int', 'Files that hold entries of your record.'],
    archivedEntries: ['Float', 'Entries in them.'],
    archivedBytes: ['Float', 'Their size.'],
    archivedTo: [
      'String',
      'The place in the log of the last entry in them; null where there is none.',
      'nullable',
    ],
    archivedAt: ['DateTime', 'When the last of them was written.', 'nullable'],
    holds: [[hold], 'Legal holds, those that stand first, 200 at most.'],
  });
  refs.query(operations.retention, { type: state });
  const changed = refs.payload<LegalHold>('LegalHoldPayload', 'What became of a legal hold.', (give) => ({
    hold: give(hold, 'As it is now.', (value) => value),
  }));
  refs.command(operations.placeLegalHold, changed);
  refs.command(operations.releaseLegalHold, changed);
};

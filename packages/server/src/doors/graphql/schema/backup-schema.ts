import type { BackupRun } from '../../../domain/backup-run.ts';
import { approvalFault, askEndsAt, type RestoreRun } from '../../../domain/restore-run.ts';
import type { Clock } from '../../../infra/clock.ts';
import type { BackupOperations, BackupsState, RestoreOperations } from '../../../modules/backup/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** Backups that the installation takes by itself. */
export const addBackupSchema = (
  builder: Builder,
  refs: Refs,
  {
    operations,
    loadPrincipal,
  }: { readonly operations: BackupOperations; readonly loadPrincipal: LoadPrincipal },
): void => {
  const backup = defineType<BackupRun>(
    builder,
    'Backup',
    'A backup that the installation takes, or took.',
    {
      id: ['ID', 'UUID of version 7: of two backups the later one is greater.'],
      state: [refs.enums.backupState, 'How far it has come.'],
      progress: ['Int', 'Of a hundred.'],
      at: ['DateTime', 'When it was asked for.'],
      takenAt: [
        'DateTime',
        'The moment of which it holds everything; null before it is complete.',
        'nullable',
      ],
      endedAt: ['DateTime', 'When it was complete, or failed.', 'nullable'],
      location: ['String', 'Where it is; null before a worker has begun it.', 'nullable'],
      sha256: [
        'String',
        'In hex, of its manifest, which names the SHA-256 of every file; null before it is complete.',
        'nullable',
      ],
      error: ['String', 'Why it failed.', 'nullable'],
      removedAt: ['DateTime', 'When it was removed because newer ones are there.', 'nullable'],
    },
    (t) => ({
      verified: t.boolean({
        description: 'Whether every byte was read back and is what was signed.',
        resolve: ({ state }) => state === 'COMPLETE',
      }),
      rows: t.float({
        nullable: true,
        description: 'Rows of all tables; null before it is complete.',
        resolve: ({ rows }) => (rows === null ? null : Number(rows)),
      }),
      bytes: t.float({
        nullable: true,
        description: 'Of all its files together; null before it is complete.',
        resolve: ({ bytes }) => (bytes === null ? null : Number(bytes)),
      }),
      by: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who asked for it; null where its time had come.',
        resolve: ({ byId }, _args, { viewer }) => (byId === null ? null : loadPrincipal(viewer, byId)),
      }),
    }),
  );
  const state = defineType<BackupsState>(
    builder,
    'Backups',
    'Which backups there are, and how they are taken.',
    {
      place: ['String', 'Where they are put, as the process that answers has it configured.'],
      everyMs: ['Milliseconds', 'How often one is taken; null where none is by time.', 'nullable'],
      keep: ['Int', 'How many good ones are kept.'],
      oldAfterMs: ['Milliseconds', 'How old the newest good one may be; null for ever.', 'nullable'],
      lastGoodAt: ['DateTime', 'The moment of the newest good one; null where there is none.', 'nullable'],
      isOld: ['Boolean', 'Whether it is older than it may be.'],
      restoreFault: [
        'String',
        'Why askRestore cannot have one restored beside what runs; null where it can.',
        'nullable',
      ],
      runs: [[backup], 'The newest first, 50 at most.'],
    },
  );
  refs.query(operations.backups, { type: state });
  refs.query(operations.backup, { type: backup, nullable: true });
  refs.command(
    operations.takeBackup,
    refs.payload<BackupRun>('TakeBackupPayload', 'What became of asking for a backup.', (give) => ({
      backup: give(backup, 'The one that is under way.', (value) => value),
    })),
  );
};

/** Backups that are restored beside what runs. */
export const addRestoreSchema = (
  builder: Builder,
  refs: Refs,
  {
    operations,
    loadPrincipal,
    clock,
  }: {
    readonly operations: RestoreOperations;
    readonly loadPrincipal: LoadPrincipal;
    readonly clock: Clock;
  },
): void => {
  const restore = defineType<RestoreRun>(
    builder,
    'Restore',
    'A backup that is restored into a quarantined home with a database of its own, beside what runs.',
    {
      id: ['ID', 'UUID.'],
      backupId: ['ID', 'Of the backup.'],
      sha256: ['String', 'In hex, of the manifest of the backup that was asked for.'],
      state: [refs.enums.restoreState, 'How far it has come.'],
      progress: ['Int', 'Of a hundred.'],
      reason: ['String', 'Why it was asked for.'],
      at: ['DateTime', 'When it was asked for.'],
      approvedAt: ['DateTime', 'When the second person approved it.', 'nullable'],
      endedAt: ['DateTime', 'When it was complete, failed or was discarded.', 'nullable'],
      location: ['String', 'The quarantined home; null before it is complete.', 'nullable'],
      notes: [['String'], 'What people should know of what was restored.'],
      error: ['String', 'Why it failed.', 'nullable'],
    },
    (t) => ({
      rows: t.float({
        nullable: true,
        description: 'Rows of all tables; null before it is complete.',
        resolve: ({ rows }) => (rows === null ? null : Number(rows)),
      }),
      approvesBy: t.field({
        type: 'DateTime',
        description: 'Until when a second person may approve it.',
        resolve: (run) => askEndsAt(run),
      }),
      askedBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who asked for it.',
        resolve: ({ asked }, _args, { viewer }) => loadPrincipal(viewer, asked.reviewerId),
      }),
      approvedBy: t.field({
        type: refs.principal,
        nullable: true,
        description: 'The second person.',
        resolve: ({ approvedById }, _args, { viewer }) =>
          approvedById === null ? null : loadPrincipal(viewer, approvedById),
      }),
      viewerCanApprove: t.boolean({
        description: 'Whether the word of who asks would begin it.',
        resolve: (run, _args, { viewer }) => approvalFault(run, viewer, clock.now()) === null,
      }),
    }),
  );
  refs.query(operations.restores, { type: [restore] });
  refs.query(operations.restore, { type: restore, nullable: true });
  for (const [command, name, description] of [
    [operations.askRestore, 'AskRestorePayload', 'What became of asking for a restore.'],
    [operations.approveRestore, 'ApproveRestorePayload', 'What became of approving a restore.'],
    [operations.discardRestore, 'DiscardRestorePayload', 'What became of discarding a restore.'],
  ] as const)
    refs.command(
      command,
      refs.payload<RestoreRun>(name, description, (give) => ({
        restore: give(restore, 'As it stands now.', (value) => value),
      })),
    );
};

import { z } from 'zod';
import type { BackupRun } from '../../domain/backup-run.ts';
import type { Connections } from '../../infra/database.ts';
import { findBackupRun, lastGoodBackupAt, listBackupRuns } from '../../record/backup-run-store.ts';
import { id, optional, text } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import { acceptedOf, forFirst } from './first-tenant.ts';
import { askBackup, type AskBackupDependencies } from './ask-backup.ts';

export interface BackupSettings {
  /** Where the process that answers puts them. */
  readonly place: string;
  readonly everyMs: number | null;
  readonly keep: number;
  readonly oldAfterMs: number | null;
  /** Why none can be restored beside what runs; null where one can. */
  readonly restoreFault: string | null;
}

/** Which backups the server took, and how it takes them. */
export interface BackupsState extends BackupSettings {
  readonly lastGoodAt: Date | null;
  /** Whether the newest good one is older than it should be. */
  readonly isOld: boolean;
  readonly runs: readonly BackupRun[];
}

export interface BackupOperationsDeps extends AskBackupDependencies {
  readonly database: { readonly reports: Connections };
  readonly settings: () => BackupSettings;
}

const takeInput = z
  .strictObject({ reason: optional(text(2_000)).describe('Why, for the record.') })
  .meta({ id: 'TakeBackupInput', description: 'Why a backup is taken.' });

const mostRuns = 50;

export const createBackupOperations = (deps: BackupOperationsDeps) => ({
  backups: defineQuery({
    name: 'backups',
    description:
      'The backups that this installation took by itself, the newest first, 50 at most, and how it takes them. For administrators of the tenant that the installation began with.',
    input: z.strictObject({}),
    right: 'ADMINISTER',
    view: ({ viewer }) => forFirst(deps, viewer, () => acceptedOf(stateOf(deps))),
  }),
  backup: defineQuery({
    name: 'backup',
    description:
      'How far a backup has come: STAGED, APPLYING, VALIDATING, then COMPLETE or FAILED. Null where there is none by that id.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    right: 'ADMINISTER',
    view: ({ viewer }, { id: runId }) =>
      forFirst(deps, viewer, () => acceptedOf(findBackupRun(deps.database.reports, runId))),
  }),
  takeBackup: defineCommand({
    name: 'takeBackup',
    description:
      'Takes a backup of the whole installation in the background, and reads it back. Gives the one that is under way where there is one.',
    input: takeInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { reason }) =>
      forFirst(deps, viewer, () => acceptedOf(askBackup(deps, { id: viewer.id, reason: reason ?? null }))),
  }),
});

export type BackupOperations = ReturnType<typeof createBackupOperations>;

const stateOf = async ({
  database: { reports },
  settings,
  clock,
}: BackupOperationsDeps): Promise<BackupsState> => {
  const [lastGoodAt, runs] = await Promise.all([
    lastGoodBackupAt(reports),
    listBackupRuns(reports, mostRuns),
  ]);
  const now = settings();
  const ageMs = lastGoodAt === null ? Infinity : clock.now().getTime() - lastGoodAt.getTime();
  return { ...now, lastGoodAt, isOld: now.oldAfterMs !== null && ageMs > now.oldAfterMs, runs };
};

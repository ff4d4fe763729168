import type { BackupRun } from '../../domain/backup-run.ts';
import type { JournalTransaction } from '../../record/journal.ts';

const stateWords: Readonly<Record<BackupRun['state'], string>> = {
  STAGED: 'A backup was asked for',
  APPLYING: 'The backup is written',
  VALIDATING: 'The backup is read back and checked',
  COMPLETE: 'The backup is complete, and what was signed',
  FAILED: 'The backup failed',
};

/** With the tenant that looks after the installation; the others' logs tell that a backup was taken, and no more. */
export const tellProgress = (
  tx: Pick<JournalTransaction, 'record'>,
  tenantId: string | null,
  {
    id,
    state,
    byId,
    sha256 = null,
    error = null,
    reason = null,
  }: Pick<BackupRun, 'id' | 'state' | 'byId'> &
    Partial<Pick<BackupRun, 'sha256' | 'error'>> & { readonly reason?: string | null },
  at: Date,
): void => {
  if (tenantId === null) return;
  tx.record({
    tenantId,
    type: 'backup.progressed',
    at,
    taskId: null,
    actorId: byId,
    summary: stateWords[state],
    data: {
      backupId: id,
      state,
      ...(reason !== null && { reason }),
      ...(sha256 !== null && { sha256 }),
      ...(error !== null && { error }),
    },
  });
};

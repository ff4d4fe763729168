import type { RestoreRun } from '../../domain/restore-run.ts';
import type { JournalTransaction } from '../../record/journal.ts';

const stateWords: Readonly<Record<RestoreRun['state'], string>> = {
  AWAITING_APPROVAL: 'The restore of a backup was asked for, and waits for a second person',
  STAGED: 'The restore of a backup was approved',
  APPLYING: 'The backup is restored into quarantine',
  VALIDATING: 'What was restored is checked',
  COMPLETE: 'The backup is restored in quarantine, checked and stopped',
  FAILED: 'The restore failed',
  DISCARDED: 'The restore was discarded',
};

/** With the tenant that looks after the installation. */
export const tellRestore = (
  tx: Pick<JournalTransaction, 'record'>,
  tenantId: string,
  {
    id,
    backupId,
    state,
    actorId,
    reason = null,
    error = null,
  }: Pick<RestoreRun, 'id' | 'backupId' | 'state'> & {
    readonly actorId: string | null;
    readonly reason?: string | null;
    readonly error?: string | null;
  },
  at: Date,
): void => {
  tx.record({
    tenantId,
    type: 'restore.progressed',
    at,
    taskId: null,
    actorId,
    summary: stateWords[state],
    data: {
      restoreId: id,
      backupId,
      state,
      ...(reason !== null && { reason }),
      ...(error !== null && { error }),
    },
  });
};

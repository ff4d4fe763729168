import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { backupDueInMs } from '../../domain/backup-run.ts';
import { sinceLastBackup } from '../../record/backup-run-store.ts';
import { askBackup, type AskBackupDependencies } from './ask-backup.ts';

const longestLookMs = 60_000;
const shortestLookMs = 1_000;

/** Asks for a backup whenever its time has come, whichever process comes first. One under way is left alone. */
export const startBackups = ({
  database,
  everyMs,
  logger,
  ...asking
}: AskBackupDependencies & {
  readonly database: Connections;
  /** Null where none is taken by time. */
  readonly everyMs: () => number | null;
  readonly logger: Logger;
}): AsyncDisposable =>
  startLoop({
    name: 'backups',
    idleMs: longestLookMs,
    logger,
    round: async () => {
      const every = everyMs();
      if (every === null) return longestLookMs;
      const dueMs = backupDueInMs(every, await sinceLastBackup(database));
      if (dueMs <= 0) await askBackup(asking, null);
      return Math.min(longestLookMs, Math.max(shortestLookMs, dueMs <= 0 ? every : dueMs));
    },
  });

/** Takes backups of the whole installation, tells whether one is still what was signed, and restores one. */
export { backupFolder, type BackupPlace } from './backup-place.ts';
export { backupBucket, bucketName } from './backup-bucket.ts';
export { encryptedPlace } from './encrypted-place.ts';
export { backUpJob } from './jobs/back-up.ts';
export { createBackupOperations, type BackupOperations, type BackupsState } from './operations.ts';
export type { PerformBackup } from './perform-backup.ts';
export { restoreJob } from './jobs/restore.ts';
export { removeQuarantineJob } from './jobs/remove-quarantine.ts';
export type { PerformRestore, Quarantine, QuarantinedRestore } from './perform-restore.ts';
export {
  restoreBackup,
  type Restored,
  type RestoreDependencies,
  type RestoreStep,
} from './restore-backup.ts';
export { createRestoreOperations, type RestoreOperations } from './restore-operations.ts';
export { createRestoredFiles } from './restored-files.ts';
export { startRemovingQuarantines } from './start-removing-quarantines.ts';
export { startBackups } from './start-backups.ts';
export { takeBackup, type CarriedFile } from './take-backup.ts';
export { backupVerdictWords, verifyBackup } from './verify-backup.ts';

/** Takes backups of the whole installation, tells whether one is still what was signed, and restores one. */
export { backupFolder } from './backup-place.ts';
export { restoreBackup, type RestoreDependencies, type RestoreState } from './restore-backup.ts';
export { createRestoredFiles } from './restored-files.ts';
export { takeBackup, type CarriedFile } from './take-backup.ts';
export { backupVerdictWords, verifyBackup } from './verify-backup.ts';

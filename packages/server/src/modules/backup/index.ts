/** Takes backups of the whole installation, and tells whether one is still what was signed. */
export { backupFolder } from './backup-place.ts';
export { takeBackup, type CarriedFile } from './take-backup.ts';
export { backupVerdictWords, verifyBackup } from './verify-backup.ts';

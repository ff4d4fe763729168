import type { BackupState, RestoreState } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

export const addBackupEnums = (builder: Builder) => ({
  backupState: enumOf<BackupState>(builder, 'BackupState', 'How far a backup has come.', {
    STAGED: 'It was asked for, and nothing of it is written.',
    APPLYING: 'It is written.',
    VALIDATING: 'It is read back, every byte.',
    COMPLETE: 'It is there, and what was signed.',
    FAILED: 'It is not, or is not what was signed.',
  }),
  restoreState: enumOf<RestoreState>(
    builder,
    'RestoreState',
    'How far the restore of a backup beside what runs has come.',
    {
      AWAITING_APPROVAL: 'It was asked for, and waits for a second person.',
      STAGED: 'It was approved, and nothing of it is restored.',
      APPLYING: 'The backup is what was signed, and is restored into quarantine.',
      VALIDATING: 'What was restored is checked, and tried.',
      COMPLETE: 'It works, stopped, and waits for the operator of the machine.',
      FAILED: 'It went wrong, and nothing of it is there.',
      DISCARDED: 'Somebody ended it, and nothing of it is there.',
    },
  ),
});

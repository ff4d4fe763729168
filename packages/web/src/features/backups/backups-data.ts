import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { actWithPasskey } from '../../graphql/step-up.ts';

const Backups = graphql(`
  query Backups {
    backups {
      place
      everyMs
      keep
      oldAfterMs
      lastGoodAt
      isOld
      restoreFault
      runs {
        id
        state
        progress
        at
        takenAt
        endedAt
        location
        sha256
        rows
        bytes
        error
        removedAt
        by {
          id
          type
          name
        }
      }
    }
  }
`);
export type BackupsState = ResultOf<typeof Backups>['backups'];
export type Backup = BackupsState['runs'][number];

export const isUnderWay = ({ endedAt }: Backup): boolean => endedAt === null;

const Restores = graphql(`
  query Restores {
    restores {
      id
      backupId
      state
      progress
      reason
      at
      approvesBy
      endedAt
      location
      rows
      notes
      error
      viewerCanApprove
      askedBy {
        id
        type
        name
      }
      approvedBy {
        id
        type
        name
      }
    }
  }
`);
export type Restore = ResultOf<typeof Restores>['restores'][number];

/** Something of it is there, or will be. */
export const isOpen = ({ state }: Restore): boolean => state !== 'FAILED' && state !== 'DISCARDED';
export const isRestoring = ({ state }: Restore): boolean =>
  state === 'STAGED' || state === 'APPLYING' || state === 'VALIDATING';

const whileUnderWayMs = 1_000;

/** The log tells of each state; how far one is within it has to be asked. */
export const backupsOptions = () => ({
  ...documentOptions(Backups, {}, { refetchOn: ['backup.'] }),
  refetchInterval: ({ state }: { state: { data?: ResultOf<typeof Backups> | undefined } }) =>
    state.data?.backups.runs.some(isUnderWay) ? whileUnderWayMs : false,
});

const send = actOf(
  graphql(`
    mutation TakeBackup($input: TakeBackupInput!) {
      takeBackup(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const takeBackup = () => send({});

export const restoresOptions = () => ({
  ...documentOptions(Restores, {}, { refetchOn: ['restore.'] }),
  refetchInterval: ({ state }: { state: { data?: ResultOf<typeof Restores> | undefined } }) =>
    state.data?.restores.some(isRestoring) ? whileUnderWayMs : false,
});

export const askRestore = actOf(
  graphql(`
    mutation AskRestore($input: AskRestoreInput!) {
      askRestore(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

const sendApproval = actOf(
  graphql(`
    mutation ApproveRestore($input: ApproveRestoreInput!) {
      approveRestore(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);

/** Where a passkey is asked for, it answers for exactly this restore. */
export const approveRestore = (input: Parameters<typeof sendApproval>[0]) =>
  actWithPasskey({ restoreId: input.id }, (stepUp) => sendApproval({ ...input, ...stepUp }));

export const discardRestore = actOf(
  graphql(`
    mutation DiscardRestore($input: DiscardRestoreInput!) {
      discardRestore(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

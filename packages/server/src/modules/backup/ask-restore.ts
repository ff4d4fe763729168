import type { StepUpTerms } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';

import { voteOf } from '../../domain/hands.ts';
import type { Caller } from '../../domain/principal.ts';
import {
  approvalFault,
  isGone,
  peopleOnly,
  restoreProgress,
  type RestoreRun,
} from '../../domain/restore-run.ts';
import type { StepUpProof } from '../../domain/step-up.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import { findBackupRun } from '../../record/backup-run-store.ts';
import { sendJob, withdrawJob } from '../../record/job-store.ts';
import type { Journal } from '../../record/journal.ts';
import {
  approveRestoreRun,
  discardRestoreRun,
  findRestoreRun,
  insertRestoreRun,
  lockRestoreRun,
} from '../../record/restore-run-store.ts';
import type { StatementRunner } from '../../infra/database.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import { unproven } from '../step-up.ts';
import { entitledVotes } from '../entitled-votes.ts';
import { removeQuarantineJob } from './jobs/remove-quarantine.ts';
import { restoreJob } from './jobs/restore.ts';
import { tellRestore } from './tell-restore.ts';

export interface AskRestoreDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Why nothing can be restored beside what runs; null where it can. */
  readonly restoreFault: () => string | null;
}

const noBackup = refusal(
  'RESOURCE_NOT_FOUND',
  'The server has no backup by that id which it took, verified and kept.',
);
const noRestore = refusal('RESOURCE_NOT_FOUND', 'There is no such restore.');
const oneAtATime = refusal(
  'NOT_IN_THIS_STATE',
  'There is a restore already: discard it before another is asked for.',
);

/** Asks for a verified backup to be restored beside what runs: nothing happens before a second person approves it. */
export const askRestore = async (
  { journal, clock, newId, restoreFault }: AskRestoreDependencies,
  viewer: Caller,
  { backupId, reason }: { readonly backupId: string; readonly reason: string },
): Promise<Outcome<RestoreRun>> => {
  if (viewer.type !== 'HUMAN') return refused(peopleOnly);
  const fault = restoreFault();
  if (fault !== null) return refused(refusal('POLICY_DENIED', fault));
  return journal.transaction(async (tx) => {
    const backup = await findBackupRun(tx, backupId);
    if (backup?.state !== 'COMPLETE' || backup.removedAt !== null || backup.sha256 === null)
      return refused(noBackup);
    const run: RestoreRun = {
      id: newId(),
      backupId,
      sha256: backup.sha256,
      state: 'AWAITING_APPROVAL',
      tryId: null,
      progress: restoreProgress.AWAITING_APPROVAL,
      reason,
      asked: voteOf(viewer),
      at: clock.now(),
      approvedById: null,
      approvedAt: null,
      endedAt: null,
      location: null,
      rows: null,
      notes: [],
      error: null,
    };
    if (!(await insertRestoreRun(tx, run))) return refused(oneAtATime);
    tellRestore(tx, viewer.tenantId, { ...run, actorId: viewer.id }, run.at);
    return accepted(run);
  });
};

export interface ApproveRestoreDependencies extends Pick<AskRestoreDependencies, 'journal' | 'clock'> {
  readonly passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>;
  /** Whether a person's word asks for their passkey. */
  readonly stepUpFor: (tenantId: string) => StepUpTerms;
  readonly findPrincipal: FindPrincipal;
}

const askerIsGone = refusal(
  'NOT_ELIGIBLE',
  'Whoever asked for it may not ask for it any more: discard it, and ask anew.',
);

/** The second person's word: it begins. */
export const approveRestore = (
  { journal, clock, passkeys, stepUpFor, findPrincipal }: ApproveRestoreDependencies,
  viewer: Caller,
  { id, stepUp }: { readonly id: string; readonly stepUp: StepUpProof | null },
): Promise<Outcome<RestoreRun>> =>
  journal.transaction(async (tx) => {
    const run = await lockRestoreRun(tx, id);
    if (!run) return refused(noRestore);
    const now = clock.now();
    const fault = approvalFault(run, viewer, now);
    if (fault) return refused(fault);
    if ((await entitledVotes(findPrincipal, [run.asked], 'ADMINISTER')).length === 0)
      return refused(askerIsGone);
    const terms = stepUpFor(viewer.tenantId);
    const lacking = await unproven(passkeys, tx, terms, { viewer, stepUp, deed: 'approval' });
    if (lacking) return refused(lacking);
    await approveRestoreRun(tx, id, viewer.id, now, restoreProgress.STAGED);
    tellRestore(tx, viewer.tenantId, { ...run, state: 'STAGED', actorId: viewer.id, reason: null }, now);
    sendJob(tx, restoreJob, { key: id, submitterId: viewer.id }, { restoreId: id });
    return found(tx, id);
  });

/** Whatever it has come to, nothing of it stays, and another may be asked for. One person's word is enough. */
export const discardRestore = (
  { journal, clock }: AskRestoreDependencies,
  viewer: Caller,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<Outcome<RestoreRun>> =>
  journal.transaction(async (tx) => {
    const run = await lockRestoreRun(tx, id);
    if (!run) return refused(noRestore);
    if (isGone(run)) return refused(refusal('NOT_IN_THIS_STATE', 'Nothing of it is there any more.'));
    const now = clock.now();
    await discardRestoreRun(tx, id, now);
    withdrawJob(tx, restoreJob, id);
    if (run.state !== 'AWAITING_APPROVAL')
      sendJob(tx, removeQuarantineJob, { key: id, submitterId: viewer.id }, { restoreId: id });
    tellRestore(
      tx,
      viewer.tenantId,
      { ...run, state: 'DISCARDED', actorId: viewer.id, reason, error: null },
      now,
    );
    return found(tx, id);
  });

const found = async (tx: StatementRunner, id: string): Promise<Outcome<RestoreRun>> => {
  const run = await findRestoreRun(tx, id);
  return run ? accepted(run) : refused(noRestore);
};

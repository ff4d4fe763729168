import { reasonLack } from '@countersign/shared';
import { z } from 'zod';
import type { Connections } from '../../infra/database.ts';
import { findRestoreRun, listRestoreRuns } from '../../record/restore-run-store.ts';
import { id, text } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';
import { stepUpInput, type VerifyStepUp } from '../step-up.ts';
import {
  approveRestore,
  askRestore,
  discardRestore,
  type ApproveRestoreDependencies,
  type AskRestoreDependencies,
} from './ask-restore.ts';
import { acceptedOf, forFirst, type FirstTenant } from './first-tenant.ts';

export interface RestoreOperationsDeps
  extends AskRestoreDependencies, ApproveRestoreDependencies, FirstTenant {
  readonly verifyStepUp: VerifyStepUp;
  readonly database: { readonly reports: Connections };
}

const reason = text(2_000).refine(
  (words) => reasonLack(words) === null,
  'must say why, in ten characters or more',
);
const restoreId = id.describe("The restore's UUID.");

const askInput = z
  .strictObject({
    backupId: id.describe('UUID of a backup that the server took, verified and kept.'),
    reason: reason.describe('Why, for the second person and for the record.'),
  })
  .meta({ id: 'AskRestoreInput', description: 'Which backup is to be restored beside what runs, and why.' });
const approveInput = z
  .strictObject({ id: restoreId, stepUp: stepUpInput })
  .meta({ id: 'ApproveRestoreInput', description: 'Which restore is to begin.' });
const discardInput = z
  .strictObject({ id: restoreId, reason: reason.describe('Why, for the record.') })
  .meta({ id: 'DiscardRestoreInput', description: 'Which restore is to be ended and removed, and why.' });

const mostRuns = 20;

export const createRestoreOperations = (deps: RestoreOperationsDeps) => ({
  restores: defineQuery({
    name: 'restores',
    description:
      'The restores that people asked this installation for, the newest first, 20 at most. For administrators of the tenant that the installation began with.',
    input: z.strictObject({}),
    right: 'ADMINISTER',
    view: ({ viewer }) =>
      forFirst(deps, viewer, () => acceptedOf(listRestoreRuns(deps.database.reports, mostRuns))),
  }),
  restore: defineQuery({
    name: 'restore',
    description:
      'How far a restore has come: AWAITING_APPROVAL, STAGED, APPLYING, VALIDATING, then COMPLETE, FAILED or DISCARDED. Null where there is none by that id.',
    input: z.strictObject({ id: restoreId }),
    right: 'ADMINISTER',
    view: ({ viewer }, { id: runId }) =>
      forFirst(deps, viewer, () => acceptedOf(findRestoreRun(deps.database.reports, runId))),
  }),
  askRestore: defineCommand({
    name: 'askRestore',
    description:
      'Asks for a verified backup to be restored into a quarantined home with a database of its own, beside what runs. Nothing happens before a second administrator approves it within a day. The operator of the machine then switches to it, or somebody discards it. POLICY_DENIED where the server has no embedded PostgreSQL to restore into (Backups.restoreFault).',
    input: askInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => forFirst(deps, viewer, () => askRestore(deps, viewer, input)),
  }),
  approveRestore: defineCommand({
    name: 'approveRestore',
    description:
      'Lets a restore begin that another person asked for. Nobody approves what they asked for themselves, or could have. Asks for a passkey where an approval of critical risk in PRODUCTION does (stepUp).',
    input: approveInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { id: runId, stepUp: given }) =>
      forFirst(deps, viewer, async () => {
        const proof = await deps.verifyStepUp(viewer, { kind: 'RESTORE', restoreId: runId }, given);
        return proof.ok ? approveRestore(deps, viewer, { id: runId, stepUp: proof.value }) : proof;
      }),
  }),
  discardRestore: defineCommand({
    name: 'discardRestore',
    description:
      'Ends a restore, however far it has come, and removes its quarantine. What runs is untouched.',
    input: discardInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => forFirst(deps, viewer, () => discardRestore(deps, viewer, input)),
  }),
});

export type RestoreOperations = ReturnType<typeof createRestoreOperations>;

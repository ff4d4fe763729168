import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { readsOf } from './drive-api.ts';
import {
  addressFault,
  asGiven,
  domainFault,
  hasItsAddress,
  hasItsDomain,
  isOfSame,
  permissionDiff,
  permissionFindings,
  permissionParams,
  plainOf,
  subjectOf,
} from './permission.ts';
import { fileIdParam, findFile, leftOf, openFile, type DriveSetup } from './placed-file.ts';

const input = z
  .strictObject({ fileId: fileIdParam, ...permissionParams })
  .refine(hasItsAddress, addressFault)
  .refine(hasItsDomain, domainFault)
  .meta({
    examples: [{ fileId: 'file-week-47', type: 'user', role: 'reader', emailAddress: 'dana@example.com' }],
  });
export type GrantInput = z.infer<typeof input>;
export type GrantOutput = { readonly id: string; readonly permissionId: string; readonly role: string };

const traits: ActionTraits = {
  name: 'drive.permission.grant',
  version: 1,
  platform: 'drive',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

const planGrant = async (
  setup: DriveSetup,
  given: GrantInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const placed = await findFile(setup, given.fileId, context);
  if (!placed.ok) return placed;
  const { file, where, target, granted } = placed.value;
  const subject = subjectOf(given);
  const held = [...(await setup.drive.permissions(file.id, context)), ...granted];
  const has = held.find((one) => isOfSame(one, given));
  if (has) {
    const message = `${subject} is a ${has.role} of ${where} already.`;
    const code = has.role === given.role ? 'NOTHING_TO_CHANGE' : 'PRECONDITION_FAILED';
    return refused(refusalAt('role', code, message));
  }
  return accepted({
    summary: `Let ${subject} be a ${given.role} of ${where}`,
    targets: [target],
    precondition: null,
    leaves: leftOf(file, { granted: plainOf(given) }),
    diffs: [permissionDiff(given, where)],
    findings: permissionFindings(given),
    // Two grants on one file at once would lose one of them.
    claims: [`file:${target.name}/permissions`],
  });
};

const revoke = async (
  setup: DriveSetup,
  given: GrantInput,
  { id, permissionId, role }: GrantOutput,
  context: ApplyContext,
): Promise<Json> => {
  const undone = { id, permissionId, revoked: true };
  await openFile(setup, id, context);
  const now = (await setup.drive.permissions(id, context)).find((one) => isOfSame(one, given));
  if (!now) return undone;
  if (now.id !== permissionId || now.role !== role)
    throw moved('Somebody changed this permission since; taking it away would lose that.');
  await setup.drive.revoke(id, permissionId, context);
  return undone;
};

/** Lets somebody see or change a file, without a mail about it. */
export const createPermissionGrant = (setup: DriveSetup): ActionExecutor<GrantInput, GrantOutput> => {
  const { settings, drive, settleMs } = setup;
  const look = async (given: GrantInput, context: ApplyContext): Promise<Reconciliation<GrantOutput>> => {
    const { id } = await openFile(setup, given.fileId, context);
    const now = (await drive.permissions(id, context)).find((one) => isOfSame(one, given));
    if (!now) return { kind: 'ABSENT' };
    if (now.role !== given.role) return { kind: 'UNKNOWN' };
    return { kind: 'FOUND', output: { id, permissionId: now.id, role: now.role } };
  };
  const reconcile = settled(look, settleMs);
  return {
    traits,
    description: 'Lets a user, a group, a domain or anyone see or change a file of Google Drive.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    isAsForeseen: () => true,
    plan: (given, context) => planGrant(setup, given, context),
    watch: async (given, context) => {
      const { id } = await openFile(setup, given.fileId, context);
      return !(await drive.permissions(id, context)).some((one) => isOfSame(one, given));
    },
    apply: makeOnce(reconcile, async (given, context) => {
      const { id } = await openFile(setup, given.fileId, context);
      const now = (await drive.permissions(id, context)).find((one) => isOfSame(one, given));
      if (now) throw moved('Somebody gave this permission since the plan was made.');
      const granted = await drive.grant(id, asGiven(given), context);
      return { id, permissionId: granted.id, role: granted.role };
    }),
    verify: async (given, { id, role }, context) => {
      const now = (await drive.permissions(id, context)).find((one) => isOfSame(one, given));
      if (now?.role !== role) throw notHeld(`${subjectOf(given)} is no ${role} of the file.`);
    },
    compensate: (given, output, context) => revoke(setup, given, output, context),
    reconcile,
  };
};

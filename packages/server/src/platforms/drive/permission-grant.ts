import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, Finding, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce } from '../kit/make-once.ts';
import { lookUntilSettled } from '../kit/settled-look.ts';
import { readsOf, type Permission } from './drive-api.ts';
import { fileIdParam, findFile, moved, notHeld, openFile, type DriveSetup } from './placed-file.ts';

const input = z
  .strictObject({
    fileId: fileIdParam,
    type: z.enum(['user', 'group', 'domain', 'anyone']).meta({ examples: ['user'] }),
    role: z.enum(['reader', 'commenter', 'writer']).meta({ examples: ['reader'] }),
    emailAddress: z.email().max(254).optional().describe('Of a user or a group'),
    domain: z
      .string()
      .max(253)
      .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i, 'Must be a domain: example.com.')
      .optional(),
  })
  .refine(
    ({ type, emailAddress }) => (type === 'user' || type === 'group') === (emailAddress !== undefined),
    {
      path: ['emailAddress'],
      error: 'Is given for a user or a group, and for nothing else.',
    },
  )
  .refine(({ type, domain }) => (type === 'domain') === (domain !== undefined), {
    path: ['domain'],
    error: 'Is given for a domain, and for nothing else.',
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

const isSame = (permission: Permission, { type, emailAddress, domain }: GrantInput): boolean =>
  permission.type === type &&
  permission.emailAddress?.toLowerCase() === emailAddress?.toLowerCase() &&
  permission.domain?.toLowerCase() === domain?.toLowerCase();

const subjectOf = ({ emailAddress, domain }: GrantInput): string =>
  emailAddress ?? (domain === undefined ? 'anyone with the link' : `everybody of ${domain}`);

const findingsOf = ({ type, role, domain }: GrantInput): Finding[] => {
  if (type === 'anyone')
    return [{ severity: 'HIGH', message: `Anybody who has the link becomes a ${role}, without signing in.` }];
  return type === 'domain'
    ? [{ severity: 'MEDIUM', message: `Everybody of ${domain} becomes a ${role}.` }]
    : [];
};

const planGrant = async (
  setup: DriveSetup,
  given: GrantInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const placed = await findFile(setup, given.fileId, context);
  if (!placed.ok) return placed;
  const { file, where, target } = placed.value;
  const subject = subjectOf(given);
  const has = (await setup.drive.permissions(file.id, context)).find((one) => isSame(one, given));
  if (has) {
    const message = `${subject} is a ${has.role} of ${where} already.`;
    return refused(refusalAt('role', 'PRECONDITION_FAILED', message));
  }
  return accepted({
    summary: `Let ${subject} be a ${given.role} of ${where}`,
    targets: [target],
    precondition: null,
    diffs: [{ type: 'PERMISSION', act: 'GRANT', subject, permission: given.role, resource: where }],
    findings: findingsOf(given),
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
  const now = (await setup.drive.permissions(id, context)).find((one) => isSame(one, given));
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
    const now = (await drive.permissions(id, context)).find((one) => isSame(one, given));
    if (!now) return { kind: 'ABSENT' };
    if (now.role !== given.role) return { kind: 'UNKNOWN' };
    return { kind: 'FOUND', output: { id, permissionId: now.id, role: now.role } };
  };
  const reconcile = (given: GrantInput, context: ApplyContext) =>
    lookUntilSettled(() => look(given, context), settleMs, context.signal);
  return {
    traits,
    description: 'Lets a user, a group, a domain or anyone see or change a file of Google Drive.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: (given, context) => planGrant(setup, given, context),
    apply: (given, context) =>
      makeOnce(
        context.attempt,
        () => reconcile(given, context),
        async () => {
          const { fileId, type, role, emailAddress = null, domain = null } = given;
          const { id } = await openFile(setup, fileId, context);
          const now = (await drive.permissions(id, context)).find((one) => isSame(one, given));
          if (now) throw moved('Somebody gave this permission since the plan was made.');
          const granted = await drive.grant(id, { type, role, emailAddress, domain }, context);
          return { id, permissionId: granted.id, role: granted.role };
        },
      ),
    verify: async (given, { id, role }, context) => {
      const now = (await drive.permissions(id, context)).find((one) => isSame(one, given));
      if (now?.role !== role) throw notHeld(`${subjectOf(given)} is no ${role} of the file.`);
    },
    compensate: (given, output, context) => revoke(setup, given, output, context),
    reconcile,
  };
};

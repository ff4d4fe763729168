import { quoted } from '@countersign/shared';
import { accepted, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { ActionTraits, Finding, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { notHeld } from '../kit/executor-error.ts';
import { folderType, readsOf } from './drive-api.ts';
import { bytesOf, contentFindings, md5Of, shownContent } from './file-content.ts';
import { folderOf } from './folders.ts';
import {
  isOfSame,
  permissionDiff,
  permissionFindings,
  subjectOf,
  type WantedPermission,
} from './permission.ts';
import type { DriveSetup } from './placed-file.ts';
import {
  findUpload,
  foundSchema,
  lookForUpload,
  outputOf,
  sendContent,
  share,
  takeBack,
} from './upload-effects.ts';
import { uploadInput, type UploadInput, type UploadOutput } from './upload-input.ts';

const traits: ActionTraits = {
  name: 'drive.file.upload',
  version: 1,
  platform: 'drive',
  category: 'WRITE',
  idempotency: 'NATIVE_KEY',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/** What a folder gives, its files give as well: it could neither be given again nor taken back. */
const knownAt = async (
  { drive }: DriveSetup,
  folderId: string,
  wanted: readonly WantedPermission[],
  context: PlanContext,
): Promise<Refusal | null> => {
  const given = await drive.permissions(folderId, context);
  for (const [index, permission] of wanted.entries()) {
    const has = given.find((one) => isOfSame(one, permission));
    if (!has) continue;
    const message = `${subjectOf(permission)} is a ${has.role} of the folder already, and so of what is put into it.`;
    return refusalAt(`permissions[${index}]`, 'PRECONDITION_FAILED', message);
  }
  return null;
};

const planUpload = async (
  setup: DriveSetup,
  given: UploadInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const { settings, drive } = setup;
  const allowed = folderOf(settings, given.folderId);
  if (!allowed.ok) return allowed;
  const { id, name } = allowed.value;
  const folder = await drive.file(id, context);
  if (folder?.mimeType !== folderType || folder.trashed) {
    const message = `Drive shows no folder ${quoted(name)} to the credentials configured for it.`;
    return refused(refusalAt('folderId', 'RESOURCE_NOT_FOUND', message));
  }
  const { permissions = [] } = given;
  const known = permissions.length === 0 ? null : await knownAt(setup, id, permissions, context);
  if (known) return refused(known);
  const where = `${quoted(given.name)} in ${quoted(name)}`;
  const namesakes = await drive.namesakes(id, given.name, context);
  const findings: Finding[] =
    namesakes === 0
      ? []
      : [{ severity: 'LOW', message: `There is ${where} already: Drive keeps both beside each other.` }];
  const newId = await drive.newId(context);
  return accepted({
    summary: `Upload ${where}${sharedWith(permissions)}`,
    targets: [{ kind: 'file', name: `${name}/${given.name}` }],
    precondition: { id: newId },
    output: { id: newId },
    diffs: [
      { type: 'FIELD', path: '/name', before: null, after: given.name },
      { type: 'FIELD', path: '/mimeType', before: null, after: given.mimeType },
      { type: 'FIELD', path: '/content', before: null, after: shownContent(given) },
      ...permissions.map((permission) => permissionDiff(permission, where)),
    ],
    findings: [...findings, ...contentFindings(given), ...permissions.flatMap(permissionFindings)],
    claims: [],
  });
};

const sharedWith = (permissions: readonly WantedPermission[]): string => {
  const [first] = permissions;
  if (!first) return '';
  return `, shared with ${permissions.length === 1 ? subjectOf(first) : `${permissions.length} others`}`;
};

/** Uploads a file under an id that Drive gave to the plan, so that it is there once, however often it is sent. */
export const createFileUpload = (setup: DriveSetup): ActionExecutor<UploadInput, UploadOutput> => {
  const { settings, settleMs } = setup;
  return {
    traits,
    description:
      'Uploads a file into a folder of Google Drive that configuration names, and lets others see or change it.',
    input: uploadInput,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: (given, context) => planUpload(setup, given, context),
    apply: async (given, context) => {
      const { id } = foundSchema.parse(context.precondition);
      await sendContent(setup, given, context);
      const permissions = await share(setup, id, given, context);
      return outputOf(id, given, md5Of(bytesOf(given)), permissions);
    },
    verify: async (given, { id, name, md5 }, context) => {
      const found = await findUpload(setup, id, given, context);
      if (found?.md5 !== md5 || found.isTrashed)
        throw notHeld(`${quoted(name)} is not there as it was uploaded.`);
      const missing = given.permissions?.find(({ role }, index) => found.permissions[index]?.role !== role);
      if (missing) throw notHeld(`${subjectOf(missing)} is no ${missing.role} of ${quoted(name)}.`);
    },
    compensate: (_given, output, context) => takeBack(setup, output, context),
    reconcile: settled(
      (given: UploadInput, context: ApplyContext) => lookForUpload(setup, given, context),
      settleMs,
    ),
  };
};

import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, Finding, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { lookUntilSettled } from '../kit/settled-look.ts';
import { folderType, readsOf } from './drive-api.ts';
import {
  base64Fault,
  bytesOf,
  contentFindings,
  contentParams,
  isBase64,
  md5Of,
  shownContent,
} from './file-content.ts';
import { folderOf, openFolder } from './folders.ts';
import { moved, notHeld, type DriveSetup } from './placed-file.ts';

const input = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(255)
      .refine(
        (name) => name.trim() === name && !/\p{Cc}/u.test(name),
        'Must be one line without blanks around it.',
      )
      .meta({ examples: ['week-48.txt'] }),
    ...contentParams,
    mimeType: z
      .string()
      .max(100)
      .regex(/^[a-z]+\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i, 'Must be a media type: text/plain.')
      .refine(
        (type) => !type.toLowerCase().startsWith('application/vnd.google-apps.'),
        'Documents of Google are not uploaded.',
      )
      .default('text/plain'),
    folderId: z
      .string()
      .min(1)
      .max(128)
      .describe('A folder that configuration names, by its name there or its id')
      .meta({ examples: ['reports'] }),
  })
  .refine(isBase64, base64Fault);
export type UploadInput = z.infer<typeof input>;
export type UploadOutput = { readonly id: string; readonly name: string; readonly md5: string };

const traits: ActionTraits = {
  name: 'drive.file.upload',
  version: 1,
  platform: 'drive',
  category: 'WRITE',
  idempotency: 'NATIVE_KEY',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/** The id that the file will have: Drive takes each once. */
const foundSchema = z.object({ id: z.string() });

const planUpload = async (
  { settings, drive }: DriveSetup,
  given: UploadInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const allowed = folderOf(settings, given.folderId);
  if (!allowed.ok) return allowed;
  const { id, name } = allowed.value;
  const folder = await drive.file(id, context);
  if (folder?.mimeType !== folderType || folder.trashed) {
    const message = `Drive shows no folder ${quoted(name)} to the credentials configured for it.`;
    return refused(refusalAt('folderId', 'RESOURCE_NOT_FOUND', message));
  }
  const where = `${quoted(given.name)} in ${quoted(name)}`;
  const namesakes = await drive.namesakes(id, given.name, context);
  const findings: Finding[] =
    namesakes === 0
      ? []
      : [{ severity: 'LOW', message: `There is ${where} already: Drive keeps both beside each other.` }];
  return accepted({
    summary: `Upload ${where}`,
    targets: [{ kind: 'file', name: `${name}/${given.name}` }],
    precondition: { id: await drive.newId(context) },
    diffs: [
      { type: 'FIELD', path: '/name', before: null, after: given.name },
      { type: 'FIELD', path: '/mimeType', before: null, after: given.mimeType },
      { type: 'FIELD', path: '/content', before: null, after: shownContent(given) },
    ],
    findings: [...findings, ...contentFindings(given)],
    claims: [],
  });
};

/** Uploads a file under an id that Drive gave to the plan, so that it is there once, however often it is sent. */
export const createFileUpload = (setup: DriveSetup): ActionExecutor<UploadInput, UploadOutput> => {
  const { settings, drive, settleMs } = setup;
  const look = async (given: UploadInput, context: ApplyContext): Promise<Reconciliation<UploadOutput>> => {
    const { id } = foundSchema.parse(context.precondition);
    const file = await drive.file(id, context);
    if (!file) return { kind: 'ABSENT' };
    const md5 = md5Of(bytesOf(given));
    return file.md5Checksum === md5
      ? { kind: 'FOUND', output: { id, name: given.name, md5 } }
      : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Uploads a file into a folder of Google Drive that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: (given, context) => planUpload(setup, given, context),
    apply: async (given, context) => {
      const { name, mimeType } = given;
      const { id } = foundSchema.parse(context.precondition);
      const folderId = openFolder(settings, given.folderId).id;
      const content = bytesOf(given);
      try {
        await drive.create({ id, name, mimeType, folderId }, content, context);
      } catch (error) {
        if (!(error instanceof ExecutorError) || error.code !== 'PLATFORM_CONFLICT') throw error;
        // An earlier attempt took the id: what it holds says whether it was this one's.
        const earlier = await look(given, context);
        if (earlier.kind !== 'FOUND') throw error;
        return earlier.output;
      }
      return { id, name, md5: md5Of(content) };
    },
    verify: async (_given, { id, name, md5 }, context) => {
      const file = await drive.file(id, context);
      if (file?.md5Checksum !== md5 || file.trashed)
        throw notHeld(`${quoted(name)} is not there as it was uploaded.`);
    },
    compensate: async (_given, { id, name, md5 }, context) => {
      const file = await drive.file(id, context);
      const undone = { id, trashed: true };
      if (!file || file.trashed) return undone;
      if (file.md5Checksum !== md5) throw moved(`${quoted(name)} was changed since: it stays.`);
      await drive.trash(id, true, context);
      return undone;
    },
    reconcile: (given, context) => lookUntilSettled(() => look(given, context), settleMs, context.signal),
  };
};

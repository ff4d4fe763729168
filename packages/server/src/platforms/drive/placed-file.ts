import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Target } from '../../domain/planned-action.ts';
import type { PlanCall } from '../contract/executor.ts';
import { moved, notAllowed } from '../kit/executor-error.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import { folderType, type Drive, type DriveFile } from './drive-api.ts';
import { bytesOf, contentParams, md5Of } from './file-content.ts';
import { folderAround, idPattern, type DriveSettings, type Folder } from './folders.ts';
import { permissionParams, type WantedPermission } from './permission.ts';

export interface DriveSetup {
  readonly settings: DriveSettings;
  readonly drive: Drive;
  /** How long after an attempt a look at Drive shows what came of it. */
  readonly settleMs?: number;
}

export const fileIdParam = z
  .string()
  .regex(idPattern, 'Must be the id of a file, as its address shows it.')
  .describe('A file in a folder that configuration names')
  .meta({ examples: ['file-week-47'] });

export interface PlacedFile {
  readonly file: DriveFile;
  readonly folder: Folder;
  /** `"week-47.txt" in "reports"` */
  readonly where: string;
  readonly target: Target;
  /** What earlier steps will have written into it; null where none does. */
  readonly written: Buffer | null;
  /** Whom earlier steps will have let in. */
  readonly granted: readonly WantedPermission[];
}

/** What an action leaves of a file, for those that are planned upon it. */
const leftSchema = z.object({
  file: z.string(),
  change: z.object({
    written: z.object(contentParams).optional(),
    trashed: z.boolean().optional(),
    granted: z.object(permissionParams).optional(),
  }),
});

export const leftOf = ({ id }: Pick<DriveFile, 'id'>, change: JsonObject): Json => ({ file: id, change });

/** The file as it will be once the steps before have changed it. */
const asForeseen = (
  found: DriveFile,
  foreseen: readonly Json[],
): Pick<PlacedFile, 'file' | 'written' | 'granted'> => {
  const changes = foreseen.flatMap((left) => {
    const { data } = leftSchema.safeParse(left);
    return data?.file === found.id ? [data.change] : [];
  });
  const content = changes.findLast((change) => change.written !== undefined)?.written;
  const written = content ? bytesOf(content) : null;
  const trashed = changes.some((change) => change.trashed) || found.trashed;
  const granted = changes.flatMap((change) => change.granted ?? []);
  if (!written) return { file: { ...found, trashed }, written, granted };
  // Which revision that will be is Drive's to say.
  const { headRevisionId: _, ...file } = found;
  return {
    file: { ...file, trashed, md5Checksum: md5Of(written), size: String(written.length) },
    written,
    granted,
  };
};

const notInFolder = 'This file is in no folder that configuration names.';

/** A file that is there and not in the trash, in a folder that may be changed. */
export const findFile = async (
  setup: DriveSetup,
  fileId: string,
  context: ClientContext & Pick<PlanCall, 'foreseen'>,
): Promise<Outcome<PlacedFile>> => {
  const found = await findAnyFile(setup, fileId, context);
  return found.ok && found.value.file.trashed
    ? refused(refusalAt('fileId', 'PRECONDITION_FAILED', `${found.value.where} is in the trash.`))
    : found;
};

/** The same, though it is in the trash; in planning, as the steps before will have left it. */
export const findAnyFile = async (
  { settings, drive }: DriveSetup,
  fileId: string,
  context: ClientContext & Pick<PlanCall, 'foreseen'>,
): Promise<Outcome<PlacedFile>> => {
  const found = await drive.file(fileId, context);
  const folder = found && folderAround(settings, found.parents);
  if (!found || found.mimeType === folderType)
    return refused(refusalAt('fileId', 'RESOURCE_NOT_FOUND', 'There is no such file that may be seen.'));
  if (!folder)
    return refused(refusalAt('fileId', 'POLICY_DENIED', notInFolder, { setting: 'drive.folders' }));
  const { file, ...left } = asForeseen(found, context.foreseen ?? []);
  const where = `${quoted(file.name)} in ${quoted(folder.name)}`;
  const target = { kind: 'file', name: `${folder.name}/${file.id}` };
  return accepted({ file, folder, where, target, ...left });
};

/** As `findFile`, of what was there when it was planned; where it may be changed no more, that is POLICY_DENIED. */
export const openFile = async (
  { settings, drive }: DriveSetup,
  fileId: string,
  context: ClientContext,
): Promise<DriveFile> => {
  const file = await drive.file(fileId, context);
  if (!file) throw moved('The file is gone.');
  if (folderAround(settings, file.parents)) return file;
  throw notAllowed(notInFolder);
};

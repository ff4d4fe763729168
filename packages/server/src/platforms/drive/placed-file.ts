import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Target } from '../../domain/planned-action.ts';
import { moved, notAllowed } from '../kit/executor-error.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import { folderType, type Drive, type DriveFile } from './drive-api.ts';
import { folderAround, idPattern, type DriveSettings, type Folder } from './folders.ts';

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
}

const notInFolder = 'This file is in no folder that configuration names.';

/** A file that is there, in a folder that may be changed. */
export const findFile = async (
  { settings, drive }: DriveSetup,
  fileId: string,
  context: ClientContext,
): Promise<Outcome<PlacedFile>> => {
  const file = await drive.file(fileId, context);
  const folder = file && folderAround(settings, file.parents);
  if (!file || file.mimeType === folderType)
    return refused(refusalAt('fileId', 'RESOURCE_NOT_FOUND', 'There is no such file that may be seen.'));
  if (!folder)
    return refused(refusalAt('fileId', 'POLICY_DENIED', notInFolder, { setting: 'drive.folders' }));
  const where = `${quoted(file.name)} in ${quoted(folder.name)}`;
  if (file.trashed)
    return refused(refusalAt('fileId', 'PRECONDITION_FAILED', `${where} is in the trash already.`));
  return accepted({ file, folder, where, target: { kind: 'file', name: `${folder.name}/${file.id}` } });
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

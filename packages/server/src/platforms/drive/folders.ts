import { z } from 'zod';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import { originSchema } from '../../infra/url-schema.ts';
import { refusedName } from '../kit/configured-names.ts';
import { stillThere } from '../kit/executor-error.ts';
import { googleSettings } from '../kit/google-api.ts';

/** As Drive makes them; nothing in it could be read as a part of a path. */
export const idPattern = /^[A-Za-z0-9_-]{1,128}$/;

/** What `drive` of `config.json` says. */
export const driveSchema = z.strictObject({
  /** Where the API is. */
  apiUrl: originSchema.default('https://www.googleapis.com'),
  ...googleSettings,
  /** By the name that callers may use: the folders in which files may be made and changed. */
  folders: z
    .record(
      z.string().min(1).max(100),
      z.string().regex(idPattern, 'must be the id of a folder, as its address shows it'),
    )
    .describe('Folders that may be named.'),
});
export type DriveSettings = z.output<typeof driveSchema>;

export interface Folder {
  /** As configuration names it. */
  readonly name: string;
  readonly id: string;
}

/** By the name that configuration gives it, or by its id. */
export const folderOf = ({ folders }: DriveSettings, nameOrId: string): Outcome<Folder> => {
  const found = Object.entries(folders).find(([name, id]) => name === nameOrId || id === nameOrId);
  if (found) return accepted({ name: found[0], id: found[1] });
  const names = Object.keys(folders);
  return refused(
    refusedName('folderId', { what: 'folder', name: nameOrId, names, setting: 'drive.folders' }),
  );
};

/** As `folderOf`, of what was allowed when it was planned: throws POLICY_DENIED where it is not any more. */
export const openFolder = (settings: DriveSettings, nameOrId: string): Folder =>
  stillThere(folderOf(settings, nameOrId));

/** The configured folder that a file lies in. */
export const folderAround = ({ folders }: DriveSettings, parents: readonly string[]): Folder | undefined => {
  const found = Object.entries(folders).find(([, id]) => parents.includes(id));
  return found && { name: found[0], id: found[1] };
};

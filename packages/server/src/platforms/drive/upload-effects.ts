import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { ApplyContext, Reconciliation } from '../contract/executor.ts';
import { amended, classifyError, ExecutorError, moved } from '../kit/executor-error.ts';
import type { Permission } from './drive-api.ts';
import { bytesOf, md5Of } from './file-content.ts';
import { openFolder } from './folders.ts';
import { asGiven, isOfSame } from './permission.ts';
import type { DriveSetup } from './placed-file.ts';
import type { UploadInput, UploadOutput } from './upload-input.ts';

/** The id that the file will have: Drive takes each once. */
export const foundSchema = z.object({ id: z.string() });

/** What of an upload is there. */
interface Uploaded {
  readonly md5: string | undefined;
  readonly isTrashed: boolean;
  readonly permissions: readonly (Permission | undefined)[];
}

export const findUpload = async (
  { drive }: DriveSetup,
  id: string,
  { permissions = [] }: UploadInput,
  context: ApplyContext,
): Promise<Uploaded | null> => {
  const file = await drive.file(id, context);
  if (!file) return null;
  const held = permissions.length === 0 ? [] : await drive.permissions(id, context);
  return {
    md5: file.md5Checksum,
    isTrashed: file.trashed,
    permissions: permissions.map((wanted) => held.find((one) => isOfSame(one, wanted))),
  };
};

export const lookForUpload = async (
  setup: DriveSetup,
  given: UploadInput,
  context: ApplyContext,
): Promise<Reconciliation<UploadOutput>> => {
  const { id } = foundSchema.parse(context.precondition);
  const found = await findUpload(setup, id, given, context);
  if (!found) return { kind: 'ABSENT' };
  const md5 = md5Of(bytesOf(given));
  const isWhole = found.permissions.every(
    (permission, index) => permission?.role === given.permissions?.[index]?.role,
  );
  return found.md5 === md5 && !found.isTrashed && isWhole
    ? { kind: 'FOUND', output: outputOf(id, given, md5, found.permissions) }
    : { kind: 'UNKNOWN' };
};

export const outputOf = (
  id: string,
  { name }: UploadInput,
  md5: string,
  permissions: readonly (Permission | undefined)[],
): UploadOutput => {
  const permissionIds = permissions.flatMap((permission) => permission?.id ?? []);
  return { id, name, md5, ...(permissionIds.length === 0 ? {} : { permissionIds }) };
};

/** Sends the content; where an earlier attempt did, what the id holds says whether it was this one's. */
export const sendContent = async (
  setup: DriveSetup,
  given: UploadInput,
  context: ApplyContext,
): Promise<void> => {
  const { settings, drive } = setup;
  const { name, mimeType } = given;
  const { id } = foundSchema.parse(context.precondition);
  const folderId = openFolder(settings, given.folderId).id;
  const content = bytesOf(given);
  try {
    await drive.create({ id, name, mimeType, folderId }, content, context);
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'PLATFORM_CONFLICT') throw error;
    const earlier = await findUpload(setup, id, given, context);
    if (earlier?.md5 !== md5Of(content)) throw error;
  }
};

/** One after the other: of two at once Drive would lose one. */
export const share = async (
  { drive }: DriveSetup,
  id: string,
  { name, permissions = [] }: UploadInput,
  context: ApplyContext,
): Promise<readonly Permission[]> => {
  if (permissions.length === 0) return [];
  try {
    const held = context.attempt > 1 ? await drive.permissions(id, context) : [];
    const granted: Permission[] = [];
    for (const wanted of permissions) {
      const there = held.find((one) => isOfSame(one, wanted));
      granted.push(there ?? (await drive.grant(id, asGiven(wanted), context)));
    }
    return granted;
  } catch (thrown) {
    const error = classifyError(thrown);
    const message = `${quoted(name)} was uploaded, and not everybody could be let in: ${error.message}`;
    // The file is there: a retry goes on from it, and where there is none, people must know of it.
    throw amended(error, { effect: 'UNKNOWN', message });
  }
};

/** Nobody who was let in keeps a way to it, though it is in the trash. */
export const takeBack = async (
  { drive }: DriveSetup,
  { id, name, md5, permissionIds = [] }: UploadOutput,
  context: ApplyContext,
): Promise<Json> => {
  const file = await drive.file(id, context);
  const undone = { id, trashed: true };
  if (!file || file.trashed) return undone;
  if (file.md5Checksum !== md5) throw moved(`${quoted(name)} was changed since: it stays.`);
  const held = permissionIds.length === 0 ? [] : await drive.permissions(id, context);
  for (const permission of held)
    if (permissionIds.includes(permission.id)) await drive.revoke(id, permission.id, context);
  await drive.trash(id, true, context);
  return undone;
};

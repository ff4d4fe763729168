import type { Entry } from '@countersign/audit/verify-audit';
import { archivesAfter, type Archive } from '../../record/archive-store.ts';
import type { StatementRunner } from '../../infra/database.ts';
import { readLines, type ArchiveFiles } from './archive-files.ts';

/** Entries were archived, and their file is not here. */
export class ArchiveElsewhere extends Error {
  constructor({ fileName, at, process: writer, toSeq }: Archive, folder: string) {
    super(
      `Entries up to seq ${toSeq} were archived on ${at.toISOString()} by ${writer} to the file ${fileName}, which is not in this process's archive folder ${folder}: put it there, or ask the process that has it.`,
    );
  }
}

export const ensureHere = async (files: ArchiveFiles, archive: Archive): Promise<void> => {
  if (!(await files.has(archive.fileName))) throw new ArchiveElsewhere(archive, files.folder);
};

type Line = { readonly kind?: string; readonly to?: string } & Partial<Entry>;

/** Entries and seals of an archive, of what comes after a place. */
export async function* archivedLines(
  files: ArchiveFiles,
  archive: Archive,
  after: bigint,
): AsyncGenerator<object> {
  await ensureHere(files, archive);
  for await (const text of readLines(files.read(archive.fileName)).lines) {
    const line = JSON.parse(text.toString('utf8')) as Line;
    const place = line.kind === 'entry' ? line.seq : line.kind === 'seal' ? line.to : undefined;
    if (place !== undefined && BigInt(place) > after) yield line;
  }
}

/** Those of a task, or the one at a place, from a place on. */
export async function* archivedEntries(
  files: ArchiveFiles,
  archive: Archive,
  { from, to, taskId }: { readonly from: bigint; readonly to: bigint; readonly taskId?: string },
): AsyncGenerator<Entry> {
  await ensureHere(files, archive);
  for await (const text of readLines(files.read(archive.fileName)).lines) {
    // Most lines are another task's: looked at as bytes.
    if (taskId !== undefined && !text.includes(taskId)) continue;
    const { kind, ...entry } = JSON.parse(text.toString('utf8')) as { readonly kind: string } & Entry;
    if (kind !== 'entry' || (taskId !== undefined && entry.taskId !== taskId)) continue;
    const seq = BigInt(entry.seq);
    if (seq >= from && seq <= to) yield entry;
  }
}

/** The first archive that holds something from a place on; null where the log has all of that. */
export const archiveFrom = async (
  database: StatementRunner,
  tenantId: string,
  from: bigint,
): Promise<Archive | null> => (await archivesAfter(database, tenantId, from - 1n, 1))[0] ?? null;

/** Throws where a file that holds something of a stretch of the record is not here. */
export const ensureArchivesHere = async (
  { database, files }: { readonly database: StatementRunner; readonly files: ArchiveFiles },
  tenantId: string,
  from: bigint,
  to?: bigint,
): Promise<void> => {
  for (let place = from; to === undefined || place <= to;) {
    const archive = await archiveFrom(database, tenantId, place);
    if (!archive) return;
    await ensureHere(files, archive);
    place = archive.toSeq + 1n;
  }
};

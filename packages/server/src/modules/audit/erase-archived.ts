import { payloadHashOf, Tree, type Entry } from '@countersign/audit/verify-audit';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { archivedBefore, insertArchive, type Archive } from '../../record/archive-store.ts';
import { findHolds } from '../../record/hold-store.ts';
import { sealOfSize } from '../../record/seal-store.ts';
import { archiveFrom, ensureHere } from './archived-entries.ts';
import { readLines } from './archive-files.ts';
import { ensureReadsBack, signArchive, type ArchiveDependencies } from './archive-record.ts';
import { ensureCurrent } from './audit-key.ts';
import { heldWords, recordErasure, type Eraser, type Erasure } from './erase-entries.ts';
import { signedCopy } from './export-record.ts';
import { treeOf } from './seal-events.ts';

const entriesAtOnce = 1_000;
const nothing = refusal('RESOURCE_NOT_FOUND', 'There is no entry whose words could still be erased.');

/** Which entries: of a task, or the one at a place. */
export interface Erased {
  readonly taskId?: string;
  readonly seq?: bigint;
  readonly reason: string;
}

/**
 * As eraseEntries, of entries that are in files: another file without what they said stands for the archive, with the
 * same seals, and the one before it goes.
 */
export const eraseArchived = async (
  deps: ArchiveDependencies,
  eraser: Eraser,
  erased: Erased,
): Promise<Outcome<Erasure>> => {
  const { tenantId } = eraser;
  const { taskId, seq } = erased;
  let from = seq ?? (await archivedBefore(deps.database, tenantId, taskId ?? ''));
  for (;;) {
    const archive = await archiveFrom(deps.database, tenantId, from);
    if (!archive || (seq !== undefined && archive.fromSeq > seq)) return refused(nothing);
    await ensureHere(deps.files, archive);
    const found = await erasableOf(deps, archive, erased);
    const [hold] = await findHolds(deps.database, tenantId, [...found.tasks]);
    if (found.hashes.size > 0 && hold) return refused(refusal('NOT_IN_THIS_STATE', heldWords(hold)));
    if (found.hashes.size > 0)
      return accepted(await rewrite(deps, eraser, archive, found.hashes, erased.reason));
    if (seq !== undefined) return refused(nothing);
    from = archive.toSeq + 1n;
  }
};

type Line = { readonly kind: string } & Entry;

/** Their commitments, by place; who erased what stays, and what has no salt has no commitment that would stay. */
const erasableOf = async (
  { files }: ArchiveDependencies,
  archive: Archive,
  { taskId, seq }: Erased,
): Promise<{ readonly hashes: ReadonlyMap<string, string>; readonly tasks: ReadonlySet<string> }> => {
  const hashes = new Map<string, string>();
  const tasks = new Set<string>();
  for await (const text of readLines(files.read(archive.fileName)).lines) {
    if (hashes.size === entriesAtOnce) break;
    if (!text.includes(taskId ?? String(seq))) continue;
    const line = JSON.parse(text.toString('utf8')) as Line;
    const isIt = taskId === undefined ? line.seq === String(seq) : line.taskId === taskId;
    if (line.kind !== 'entry' || !isIt || line.salt === undefined || line.type === 'audit.erased') continue;
    if (line.taskId !== null) tasks.add(line.taskId);
    hashes.set(line.seq, payloadHashOf(line.summary ?? '', line.data, line.salt));
  }
  return { hashes, tasks };
};

const rewrite = async (
  deps: ArchiveDependencies,
  eraser: Eraser,
  archive: Archive,
  erased: ReadonlyMap<string, string>,
  reason: string,
): Promise<Erasure> => {
  const { database, files, journal, key, clock } = deps;
  await ensureCurrent(database, key);
  async function* lines(): AsyncGenerator<object> {
    for await (const text of readLines(files.read(archive.fileName)).lines) {
      const line = JSON.parse(text.toString('utf8')) as Line;
      const payloadHash = line.kind === 'entry' ? erased.get(line.seq) : undefined;
      const { summary: _summary, data: _data, salt: _salt, ...header } = line;
      if (line.kind !== 'end') yield payloadHash === undefined ? line : { ...header, payloadHash };
    }
  }
  const written = await files.write(archive.tenantId, archive.number, signedCopy(lines(), key, clock));
  const before = await sealOfSize(database, archive.tenantId, archive.fromSize);
  const start = { tree: before ? treeOf(before) : new Tree(), last: before ? String(before.toSeq) : null };
  await ensureReadsBack(deps, written, start, archive);
  const { signature: _, ...row } = { ...archive, ...written, revision: archive.revision + 1 };
  const another = signArchive(key, {
    ...row,
    at: clock.now(),
    process: deps.processName,
    keyId: key.keyId,
  });
  await journal.transaction((tx) => {
    insertArchive(tx, another);
    recordErasure(tx, clock.now(), eraser, [...erased.keys()], reason);
    return Promise.resolve();
  });
  // Where this is cut off, what was erased is in a file that nothing names: the next run takes such files away.
  await files.remove(archive.fileName);
  return { erased: erased.size };
};

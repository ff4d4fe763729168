import { setTimeout as pause } from 'node:timers/promises';
import {
  faultOf,
  isSigned,
  readKeys,
  Tree,
  Verification,
  verdictWords,
} from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { Connections } from '../../infra/database.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import {
  insertArchive,
  isInLog,
  lastArchive,
  namedFiles,
  readTo,
  removeArchived,
  type Archive,
} from '../../record/archive-store.ts';
import { isTenantHeld } from '../../record/hold-store.ts';
import type { Journal } from '../../record/journal.ts';
import { sealOfSize, sealsAfter, type Seal } from '../../record/seal-store.ts';
import { ensureHere } from './archived-entries.ts';
import { numberOf, readLines, type ArchiveFiles } from './archive-files.ts';
import { ensureCurrent } from './audit-key.ts';
import { keyLines, sealedLines, signedCopy } from './export-record.ts';
import { treeOf } from './seal-events.ts';

export interface ArchiveDependencies {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly files: ArchiveFiles;
  readonly processName: string;
}

/** What is to become an archive: where the last one ended, and the seal that it ends with. */
export interface DueCut {
  readonly number: number;
  readonly after: Pick<Archive, 'size' | 'toSeq'>;
  readonly last: Seal;
}

const entriesPerArchive = 20_000;
const sealsPerPage = 500;
const mostSeals = 10_000;
const dayMs = 86_400_000;
/** Removed in transactions of some milliseconds each: readers of the log wait for the longest one. */
const removedAtOnce = 1_000;
const breathMs = 5;
/** Untouched for so long, a file is being written by nobody. */
const settledMs = 3_600_000;

/**
 * What is older than its time, sealed, and read by everybody who reads the log onwards. So that a quiet tenant does not
 * get a file for each entry, less than a whole archive waits for a day.
 */
export const findDue = async (
  { database, clock }: Pick<ArchiveDependencies, 'database' | 'clock'>,
  tenantId: string,
  keepMs: number,
): Promise<DueCut | null> => {
  if (await isTenantHeld(database, tenantId)) return null;
  const [before, bound] = await Promise.all([lastArchive(database, tenantId), readTo(database, tenantId)]);
  const after = { size: before?.size ?? 0n, toSeq: before?.toSeq ?? -1n };
  const dueBefore = clock.now().getTime() - keepMs;
  let [first, last]: (Seal | undefined)[] = [];
  for (let seen = 0; seen < mostSeals; seen += sealsPerPage) {
    const page = await sealsAfter(database, tenantId, last?.size ?? after.size, sealsPerPage);
    const end = page.findIndex(
      ({ at, toSeq }) => at.getTime() >= dueBefore || (bound !== null && toSeq > bound),
    );
    const due = end < 0 ? page : page.slice(0, end);
    const whole = due.find(({ size }) => size - after.size >= entriesPerArchive);
    first ??= due[0];
    last = whole ?? due.at(-1) ?? last;
    if (whole || due.length < sealsPerPage) break;
  }
  if (!first || !last) return null;
  const isWhole = last.size - after.size >= entriesPerArchive;
  const canWait = first.at.getTime() >= dueBefore - Math.min(dayMs, keepMs);
  return isWhole || !canWait ? { number: (before?.number ?? 0) + 1, after, last } : null;
};

/** Writes the entries to a file, and reads it back: what is not the record as it was sealed throws. */
export const writeArchive = async (
  deps: ArchiveDependencies,
  tenantId: string,
  { number, after, last }: DueCut,
): Promise<Archive> => {
  const { database, key, clock, files } = deps;
  await ensureCurrent(database, key);
  const before = await sealOfSize(database, tenantId, after.size);
  async function* lines(): AsyncGenerator<object> {
    const at = clock.now().toISOString();
    yield {
      kind: 'countersign.segment',
      version: 1,
      tenantId,
      number,
      from: Number(after.size),
      writtenAt: at,
    };
    yield* keyLines(database);
    yield* sealedLines({ database, files }, tenantId, after, last.size);
  }
  const written = await files.write(tenantId, number, signedCopy(lines(), key, clock));
  const tree = before ? treeOf(before) : new Tree();
  await ensureReadsBack(deps, written, { tree, last: before ? String(before.toSeq) : null }, last);
  return signArchive(key, {
    tenantId,
    number,
    revision: 1,
    fromSize: after.size,
    size: last.size,
    fromSeq: after.toSeq + 1n,
    toSeq: last.toSeq,
    root: last.root,
    ...written,
    at: clock.now(),
    process: deps.processName,
    keyId: key.keyId,
  });
};

/** Throws where it does not; what a key encrypted that was replaced meanwhile is encrypted anew. */
export const ensureReadsBack = async (
  { key, files }: ArchiveDependencies,
  { fileName, fileHash }: Pick<Archive, 'fileName' | 'fileHash'>,
  before: { readonly tree: Tree; readonly last: string | null },
  end: Pick<Seal, 'size' | 'root'>,
): Promise<void> => {
  const verification = new Verification(readKeys(key.publicKeys), [], before);
  const { lines, hash } = readLines(files.read(fileName));
  const verdict = await (async () => {
    try {
      for await (const line of lines) verification.take(line);
      return verification.done();
    } catch (error) {
      return faultOf(error);
    }
  })();
  if (!verdict.ok) throw new Error(`The record cannot be archived: ${verdictWords(verdict)}`);
  if (verdict.root !== end.root || verdict.size !== Number(end.size) || hash() !== fileHash)
    throw new Error(`The file ${fileName} does not read back as it was written.`);
  // A rotation looks for files that stand for entries, which this one does not yet.
  if ((await files.keyOf(fileName)) !== files.encryptsWith()) await files.encryptAnew(fileName);
};

/** What is signed of an archive. */
const archiveText = (row: Omit<Archive, 'signature'>): Buffer =>
  Buffer.from(
    `countersign archive/v1\n${JSON.stringify([
      row.tenantId,
      row.number,
      row.revision,
      ...[row.fromSize, row.size, row.fromSeq, row.toSeq].map(String),
      row.root,
      row.fileName,
      row.fileHash,
      String(row.bytes),
      row.at.toISOString(),
      row.process,
      row.keyId,
    ])}`,
  );

export const signArchive = (key: SigningKey, row: Omit<Archive, 'signature'>): Archive => ({
  ...row,
  signature: key.sign(archiveText(row)),
});

/** From here on it stands for its entries, which the log may lose. */
export const recordArchive = (
  { journal }: Pick<ArchiveDependencies, 'journal'>,
  archive: Archive,
): Promise<void> =>
  journal.transaction((tx) => {
    const { tenantId, number, fromSize, size, fromSeq, toSeq, root, fileName, fileHash, at } = archive;
    const entries = Number(size - fromSize);
    insertArchive(tx, archive);
    tx.record({
      tenantId,
      type: 'audit.archived',
      at,
      taskId: null,
      actorId: null,
      summary: `Archived ${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'} of the record`,
      data: {
        number,
        entries,
        from: String(fromSeq),
        to: String(toSeq),
        root,
        file: fileName,
        sha256: fileHash,
      },
    });
    return Promise.resolve();
  });

/** Throws where the row is none that this record's key signed, or its file is not here, or is not the one that was written. */
export const ensureSound = async (
  { key, files }: Pick<ArchiveDependencies, 'key' | 'files'>,
  archive: Archive,
): Promise<void> => {
  const { number, fileName, fileHash, keyId, signature } = archive;
  if (!isSigned(readKeys(key.publicKeys), keyId, archiveText(archive), signature))
    throw new Error(
      `The archive ${number} of tenant ${archive.tenantId} is forged: no key of the record signed it.`,
    );
  await ensureHere(files, archive);
  const { lines, hash } = readLines(files.read(fileName));
  for await (const _ of lines);
  if (hash() !== fileHash) throw new Error(`The file ${fileName} is not the one that was archived.`);
};

/** Takes the entries of an archive out of the log, some at once, as far as they are still there; gives how many. */
export const removeFromLog = async (
  deps: Pick<ArchiveDependencies, 'database' | 'key' | 'files'>,
  archive: Archive,
  signal: AbortSignal,
): Promise<number> => {
  if (!(await isInLog(deps.database, archive))) return 0;
  await ensureSound(deps, archive);
  let removed = 0;
  for (;;) {
    const some = await removeArchived(deps.database, archive, removedAtOnce);
    removed += some;
    if (some < removedAtOnce || signal.aborted) return removed;
    await pause(breathMs);
  }
};

/**
 * Files for whose entries another one stands: of a try that was cut off, or from before an erasure. What is beyond the
 * last archive stays: the database may have been set back.
 */
const removeUnnamed = async (
  { database, files, clock }: ArchiveDependencies,
  { tenantId, number }: Pick<Archive, 'tenantId' | 'number'>,
): Promise<void> => {
  const since = new Date(clock.now().getTime() - settledMs);
  const names = (await files.list(tenantId, since)).filter((name) => numberOf(name) <= number);
  if (names.length === 0) return;
  const named = await namedFiles(database, tenantId, names);
  for (const name of names) if (!named.has(name)) await files.remove(name);
};

/**
 * One archive of a tenant, from wherever an earlier try was cut off: what was archived and is still in the log goes
 * first. Gives how many entries left the log; null where there was nothing to do.
 */
export const archiveSome = async (
  deps: ArchiveDependencies,
  tenantId: string,
  keepMs: number,
  signal: AbortSignal,
): Promise<number | null> => {
  const last = await lastArchive(deps.database, tenantId);
  if (last) await removeUnnamed(deps, last);
  if (last && !(await isTenantHeld(deps.database, tenantId))) {
    const removed = await removeFromLog(deps, last, signal);
    if (removed > 0) return removed;
  }
  const due = await findDue(deps, tenantId, keepMs);
  if (!due) return null;
  const archive = await writeArchive(deps, tenantId, due);
  await recordArchive(deps, archive);
  return removeFromLog(deps, archive, signal);
};

/** Since when the oldest entry of the log is past its time; of a tenant that is held none is. */
export const archiveDueSince = async (
  { database, clock }: Pick<ArchiveDependencies, 'database' | 'clock'>,
  tenantId: string,
  keepMs: number,
): Promise<Date | null> => {
  if (await isTenantHeld(database, tenantId)) return null;
  const before = await lastArchive(database, tenantId);
  const [seal] = await sealsAfter(database, tenantId, before?.size ?? 0n, 1);
  const dueAtMs = (seal?.at.getTime() ?? Infinity) + keepMs;
  return dueAtMs <= clock.now().getTime() ? new Date(dueAtMs) : null;
};

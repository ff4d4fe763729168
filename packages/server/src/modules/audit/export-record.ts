import { createHash, hash } from 'node:crypto';
import { endText, entriesPerSeal, sumsText } from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { StatementRunner } from '../../infra/database.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import { readRotations } from '../../record/audit-key-store.ts';
import type { Journal } from '../../record/journal.ts';
import { headOf, readEntries, sealsAfter, type Seal } from '../../record/seal-store.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { archivedLines, archiveFrom } from './archived-entries.ts';

export interface ExportDependencies {
  readonly database: StatementRunner;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly files: ArchiveFiles;
}

const sealsPerPage = 16;
const erasuresPerPage = 100;
const endOfLog = 2n ** 63n - 1n;

/** A tenant's sealed record as JSON Lines, line by line, whatever its length; the last line signs those before. */
export const exportRecord = (
  { key, clock, ...sources }: ExportDependencies,
  tenantId: string,
  /** Where a copy begins that goes on after an archive: by default with the first entry. */
  after = beginning,
): AsyncGenerator<string> => signedCopy(recordLines(sources, tenantId, clock.now(), after), key, clock);

type Place = Pick<Seal, 'size' | 'toSeq'>;
type Sources = Pick<ExportDependencies, 'files' | 'database'>;
const beginning: Place = { size: 0n, toSeq: -1n };

/**
 * Lines of JSON, and a last one that signs how many they are and what they say; `placed`, of each line by itself, where
 * no seals between them say where one was altered.
 */
export async function* signedCopy(
  lines: AsyncIterable<object> | Iterable<object>,
  key: SigningKey,
  clock: Clock,
  { placed = false } = {},
): AsyncGenerator<string> {
  const sum = createHash('sha256');
  const sums: Buffer[] = [];
  let count = 0;
  for await (const line of lines) {
    const json = JSON.stringify(line);
    const text = `${json}\n`;
    sum.update(text);
    if (placed) sums.push(hash('sha256', json, 'buffer'));
    count += 1;
    yield text;
  }
  const time = clock.now().toISOString();
  const signature = key.sign(endText(count, sum.digest('hex'), time, key.keyId));
  const end = { kind: 'end', lines: count, time, keyId: key.keyId, signature };
  yield `${JSON.stringify(placed ? { ...end, ...signedSums(Buffer.concat(sums), key) } : end)}\n`;
}

const signedSums = (sums: Buffer, key: SigningKey) => ({
  sums: sums.toString('base64'),
  sumsSignature: key.sign(sumsText(sums, key.keyId)),
});

/** Who checks with the first key of the record knows by these which followed it. */
export const keyLines = async function* (database: StatementRunner): AsyncGenerator<object> {
  for (const rotation of await readRotations(database)) yield { kind: 'key', ...rotation };
};

async function* recordLines(
  sources: Sources,
  tenantId: string,
  exportedAt: Date,
  after: Place,
): AsyncGenerator<object> {
  yield { kind: 'countersign.audit', version: 1, tenantId, exportedAt: exportedAt.toISOString() };
  yield* keyLines(sources.database);
  const end = yield* sealedLines(sources, tenantId, after);
  yield* unsealedErasures(sources.database, tenantId, end.toSeq);
}

/** Read after what they erased: without them an entry would pass for altered until its erasure is sealed. */
async function* unsealedErasures(
  database: StatementRunner,
  tenantId: string,
  sealedTo: bigint,
): AsyncGenerator<object> {
  for (let from = sealedTo + 1n; ;) {
    const range = { tenantId, from, to: endOfLog, type: 'audit.erased', limit: erasuresPerPage };
    const page = await readEntries(database, range);
    for (const entry of page) yield { kind: 'erasure', ...entry };
    const last = page.at(-1);
    if (!last || page.length < erasuresPerPage) return;
    from = BigInt(last.seq) + 1n;
  }
}

/** Entries and their seals after a place, from archives and then from the log; gives where they ended. */
export async function* sealedLines(
  { database, files }: Sources,
  tenantId: string,
  from: Place,
  upTo?: bigint,
): AsyncGenerator<object, Place> {
  let after = from;
  for (;;) {
    const page = await sealsAfter(database, tenantId, after.size, sealsPerPage);
    for (const seal of page) {
      if (upTo !== undefined && seal.size > upTo) return after;
      // From where the last seal ended, so that what was put between two of them shows.
      const range = { tenantId, from: after.toSeq + 1n, to: seal.toSeq, limit: entriesPerSeal + 1 };
      const entries = await readEntries(database, range);
      // Looked for once they were read: nothing leaves the log before its archive is there.
      const archive = await archiveFrom(database, tenantId, range.from);
      if (archive) {
        yield* archivedLines(files, archive, after.toSeq);
        after = archive;
        break;
      }
      for (const entry of entries) yield { kind: 'entry', ...entry };
      yield { kind: 'seal', ...headOf(seal), leaves: seal.leaves.toString('base64') };
      after = seal;
    }
    if (page.length === 0) return after;
  }
}

export interface ExportNote {
  readonly tenantId: string;
  /** Null for the operator of the machine. */
  readonly actorId: string | null;
  readonly taskId: string | null;
  readonly through: 'CLI' | 'API';
}

/** Whoever takes a copy away is on record before the first line of it is written. */
export const noteExport = (
  journal: Pick<Journal, 'transaction'>,
  now: Date,
  { tenantId, actorId, taskId, through }: ExportNote,
): Promise<void> =>
  journal.transaction((tx) => {
    tx.record({
      tenantId,
      type: 'audit.exported',
      at: now,
      taskId,
      actorId,
      summary: taskId === null ? 'Exported the record' : 'Exported the evidence of this task',
      data: { what: taskId === null ? 'RECORD' : 'EVIDENCE', through },
    });
    return Promise.resolve();
  });

import { setImmediate as nextTurn } from 'node:timers/promises';
import { inclusionOf } from '@countersign/audit/prove-entry';
import { entryDigest, leafOf, noteTexts, Tree, type Entry } from '@countersign/audit/verify-audit';
import type { StatementRunner } from '../../infra/database.ts';
import { archivedBefore } from '../../record/archive-store.ts';
import { readExhibits, type Exhibit } from '../../record/evidence-store.ts';
import { headOf, readEntries, sealAround, type Seal } from '../../record/seal-store.ts';
import { archivedEntries, archiveFrom } from './archived-entries.ts';
import { keyLines, signedCopy, type ExportDependencies } from './export-record.ts';
import { leavesOf, treeOf } from './seal-events.ts';

/**
 * The evidence of a task as JSON Lines: each of its sealed entries with its way to a signed head, and what they name
 * by hash. Checked offline by what checks the record.
 */
export const exportEvidence = (
  { database, key, clock, files }: ExportDependencies,
  tenantId: string,
  taskId: string,
): AsyncGenerator<string> => {
  async function* lines(): AsyncGenerator<object> {
    yield headerOf(tenantId, { taskId, exportedAt: clock.now().toISOString(), keyId: key.keyId });
    yield* keyLines(database);
    const said = saidBy(entriesOf({ database, files }, tenantId, taskId));
    yield* provenLines(database, tenantId, said.entries);
    for await (const exhibit of readExhibits(database, tenantId, taskId))
      yield { kind: 'exhibit', ...said.boundOf(exhibit) };
  }
  return signedCopy(lines(), key, clock, { placed: true });
};

/** The same of one entry. */
export const exportEntry = (
  { database, key, clock }: ExportDependencies,
  tenantId: string,
  entry: Entry,
): AsyncGenerator<string> => {
  async function* lines(): AsyncGenerator<object> {
    yield headerOf(tenantId, { exportedAt: clock.now().toISOString(), keyId: key.keyId });
    yield* keyLines(database);
    yield* provenLines(database, tenantId, [entry]);
  }
  return signedCopy(lines(), key, clock, { placed: true });
};

const headerOf = (tenantId: string, more: object) => ({
  kind: 'countersign.evidence',
  version: 1,
  tenantId,
  ...more,
});

const entriesPerPage = 200;
const endOfLog = 2n ** 63n - 1n;

async function* entriesOf(
  { database, files }: Pick<ExportDependencies, 'files'> & { readonly database: StatementRunner },
  tenantId: string,
  taskId: string,
): AsyncGenerator<Entry> {
  let from = await archivedBefore(database, tenantId, taskId);
  for (;;) {
    const page = await readEntries(database, { tenantId, from, to: endOfLog, taskId, limit: entriesPerPage });
    // Looked for once they were read: nothing leaves the log before its archive is there.
    const archive = await archiveFrom(database, tenantId, from);
    if (archive) {
      yield* archivedEntries(files, archive, { from, to: archive.toSeq, taskId });
      from = archive.toSeq + 1n;
      continue;
    }
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < entriesPerPage) return;
    from = BigInt(last.seq) + 1n;
  }
}

/** Entries that name exhibits by hash: while they say so, an exhibit that is not named is not the one that was. */
const naming: ReadonlySet<string> = new Set(['task.planned', 'policy.decided']);

/** What the entries say, while they are read: an exhibit whose entry says nothing any more is bound by none. */
const saidBy = (all: AsyncIterable<Entry>) => {
  const mentioned = new Set<string>();
  let isSilent = false;
  async function* entries(): AsyncGenerator<Entry> {
    for await (const entry of all) {
      noteTexts(entry.data, mentioned);
      isSilent ||= entry.payloadHash !== undefined && naming.has(entry.type);
      yield entry;
    }
  }
  return {
    entries: entries(),
    boundOf(exhibit: Exhibit): Exhibit | { name: string; body: unknown; unbound: string } {
      if (!('hash' in exhibit)) return exhibit;
      const body: unknown = JSON.parse(exhibit.text);
      if (!mentioned.has(exhibit.hash) && isSilent) return { name: exhibit.name, body, unbound: wasErased };
      // A plan names by hash what was shown of it.
      noteTexts(body, mentioned);
      return exhibit;
    },
  };
};

const wasErased = 'What the entry said that named this by its hash was erased: it is as this server says.';

/** What an entry is proven by: the leaves of its seal, and the tree before. */
interface Around {
  readonly seal: Seal;
  readonly before: Tree;
  readonly leaves: readonly Buffer[];
}

/** Entries in order, each after the head that proves it. What no seal holds yet is left out. */
async function* provenLines(
  database: StatementRunner,
  tenantId: string,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
): AsyncGenerator<object> {
  let around: Around | null = null;
  for await (const entry of entries) {
    if (!around || BigInt(entry.seq) > around.seal.toSeq) {
      const [seal, earlier] = await sealAround(database, tenantId, BigInt(entry.seq));
      if (!seal) return;
      around = { seal, before: earlier ? treeOf(earlier) : new Tree(), leaves: leavesOf(seal) };
      yield { kind: 'head', ...headOf(seal) };
    }
    yield { kind: 'entry', ...entry, proof: proofOf(tenantId, entry, around) };
    // A way takes as many hashes as the seal has leaves.
    await nextTurn();
  }
}

/** Of an entry that is not the one which was sealed there is no proof, and whoever checks is told so. */
const proofOf = (tenantId: string, entry: Entry, { seal, before, leaves }: Around) => {
  const leaf = leafOf(entry.seq, entryDigest(tenantId, entry));
  const at = leaves.findIndex((each) => each.equals(leaf));
  return at < 0 ? null : { size: Number(seal.size), ...inclusionOf(before, leaves, before.size + at) };
};

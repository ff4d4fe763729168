import { setImmediate as nextTurn } from 'node:timers/promises';
import { entryDigest, inclusionOf, leafOf, Tree, type Entry } from '@countersign/audit/verify-audit';
import type { StatementRunner } from '../../infra/database.ts';
import { readExhibits } from '../../record/evidence-store.ts';
import { headOf, readEntries, sealAround, type Seal } from '../../record/seal-store.ts';
import { signedCopy, type ExportDependencies } from './export-record.ts';
import { leavesOf, treeOf } from './seal-events.ts';

/**
 * The evidence of a task as JSON Lines: each of its sealed entries with its way to a signed head, and what they name
 * by hash. Checked offline by what checks the record.
 */
export const exportEvidence = (
  { database, key, clock }: ExportDependencies,
  tenantId: string,
  taskId: string,
): AsyncGenerator<string> => {
  async function* lines(): AsyncGenerator<object> {
    yield headerOf(tenantId, { taskId, exportedAt: clock.now().toISOString() });
    yield* provenLines(database, tenantId, entriesOf(database, tenantId, taskId));
    for await (const exhibit of readExhibits(database, tenantId, taskId))
      yield { kind: 'exhibit', ...exhibit };
  }
  return signedCopy(lines(), key, clock);
};

/** The same of one entry. */
export const exportEntry = (
  { database, key, clock }: ExportDependencies,
  tenantId: string,
  entry: Entry,
): AsyncGenerator<string> => {
  async function* lines(): AsyncGenerator<object> {
    yield headerOf(tenantId, { exportedAt: clock.now().toISOString() });
    yield* provenLines(database, tenantId, [entry]);
  }
  return signedCopy(lines(), key, clock);
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
  database: StatementRunner,
  tenantId: string,
  taskId: string,
): AsyncGenerator<Entry> {
  let from = 0n;
  for (;;) {
    const page = await readEntries(database, { tenantId, from, to: endOfLog, taskId, limit: entriesPerPage });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < entriesPerPage) return;
    from = BigInt(last.seq) + 1n;
  }
}

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

import { createHash } from 'node:crypto';
import { endText, entriesPerSeal } from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { Connections, StatementRunner } from '../../infra/database.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import type { Journal } from '../../record/journal.ts';
import { headOf, readEntries, sealsAfter, type Seal } from '../../record/seal-store.ts';

export interface ExportDependencies {
  readonly database: Connections;
  readonly key: SigningKey;
  readonly clock: Clock;
}

const sealsPerPage = 16;

/** A tenant's sealed record as JSON Lines, line by line, whatever its length; the last line signs those before. */
export const exportRecord = (
  { database, key, clock }: ExportDependencies,
  tenantId: string,
): AsyncGenerator<string> => signedCopy(recordLines(database, tenantId, clock.now()), key, clock);

/** Lines of JSON, and a last one that signs how many they are and what they say. */
export async function* signedCopy(
  lines: AsyncIterable<object> | Iterable<object>,
  key: SigningKey,
  clock: Clock,
): AsyncGenerator<string> {
  const sum = createHash('sha256');
  let count = 0;
  for await (const line of lines) {
    const text = `${JSON.stringify(line)}\n`;
    sum.update(text);
    count += 1;
    yield text;
  }
  const time = clock.now().toISOString();
  const signature = key.sign(endText(count, sum.digest('hex'), time, key.keyId));
  yield `${JSON.stringify({ kind: 'end', lines: count, time, keyId: key.keyId, signature })}\n`;
}

async function* recordLines(
  database: StatementRunner,
  tenantId: string,
  exportedAt: Date,
): AsyncGenerator<object> {
  yield { kind: 'countersign.audit', version: 1, tenantId, exportedAt: exportedAt.toISOString() };
  let after: Pick<Seal, 'size' | 'toSeq'> = { size: 0n, toSeq: -1n };
  for (;;) {
    const page = await sealsAfter(database, tenantId, after.size, sealsPerPage);
    for (const seal of page) {
      // From where the last seal ended, so that what was put between two of them shows.
      const range = { tenantId, from: after.toSeq + 1n, to: seal.toSeq, limit: entriesPerSeal + 1 };
      for (const entry of await readEntries(database, range)) yield { kind: 'entry', ...entry };
      yield { kind: 'seal', ...headOf(seal), leaves: seal.leaves.toString('base64') };
      after = seal;
    }
    if (page.length < sealsPerPage) return;
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

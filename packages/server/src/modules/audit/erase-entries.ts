import { payloadHashOf, type Entry } from '@countersign/audit/verify-audit';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { findHolds, type LegalHold } from '../../record/hold-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { eraseEvents, readEntries } from '../../record/seal-store.ts';

export interface EraseDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
}

/** Nobody is the operator of the machine. */
export interface Eraser {
  readonly tenantId: string;
  readonly id: string | null;
}

export interface Erasure {
  /** Entries of which what they said was taken out. */
  readonly erased: number;
}

const entriesAtOnce = 1_000;
const endOfLog = 2n ** 63n - 1n;

/**
 * Takes out what the entries of a task said, or one entry: who, when and of what kind stays, and every proof. The
 * erasure is an entry itself, in the same transaction.
 */
export const eraseEntries = (
  { journal, clock }: EraseDependencies,
  { tenantId, id: actorId }: Eraser,
  { taskId, seq, reason }: { readonly taskId?: string; readonly seq?: bigint; readonly reason: string },
): Promise<Outcome<Erasure>> =>
  journal.transaction(async (tx) => {
    const range = { tenantId, from: seq ?? 0n, to: seq ?? endOfLog };
    // Those that were erased before leave their place to the next.
    const query = { ...range, areErasable: true, limit: entriesAtOnce };
    const found = await readEntries(tx, taskId === undefined ? query : { ...query, taskId });
    const taskIds = [...new Set(found.flatMap((entry) => entry.taskId ?? []))];
    const [hold] = await findHolds(tx, tenantId, taskId === undefined ? taskIds : [taskId]);
    if (hold) return refused(refusal('NOT_IN_THIS_STATE', heldWords(hold)));
    const hashes = new Map(found.flatMap(commitmentOf));
    const erased = await eraseEvents(tx, tenantId, hashes);
    if (erased.length === 0)
      return refused(refusal('RESOURCE_NOT_FOUND', 'There is no entry whose words could still be erased.'));
    recordErasure(tx, clock.now(), { tenantId, id: actorId }, erased.map(String), reason);
    return accepted({ erased: erased.length });
  });

/** Why nothing is erased. */
export const heldWords = ({ reason, at, taskId }: LegalHold): string =>
  `A legal hold is on ${taskId === null ? 'the whole tenant' : 'this task'} since ${at.toISOString()}: ${reason} Nothing of it is erased until somebody releases the hold.`;

export const recordErasure = (
  tx: Pick<JournalTransaction, 'record'>,
  at: Date,
  { tenantId, id: actorId }: Eraser,
  entries: string[],
  reason: string,
): void => {
  tx.record({
    tenantId,
    type: 'audit.erased',
    at,
    taskId: null,
    actorId,
    summary: `Erased what ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} said`,
    data: { entries, reason },
  });
};

/** Who erased what stays, and entries of a time before there were salts have no commitment that would stay. */
const commitmentOf = ({ seq, summary = '', data, salt }: Entry): [bigint, string][] =>
  salt === undefined ? [] : [[BigInt(seq), payloadHashOf(summary, data, salt)]];

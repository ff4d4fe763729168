import { effectOf, type Rejection } from '../domain/rejection.ts';
import type { PlanDocument } from '../domain/plan.ts';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { canonicalJson, sha256 } from '../infra/digest.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** Equal where two plans would do the same. */
export const effectDigest = (document: PlanDocument): string =>
  sha256(canonicalJson(effectOf(document)), 'effect/v1\0');

/** What would be done, and for how long a no to it holds, in milliseconds. */
export interface Remembered {
  readonly tenantId: string;
  readonly digest: string;
  readonly forMs: number;
}

const rejections: Table<Rejection> = tables.rejection;

export const rejectionStore = {
  insert: (tx: Transaction, made: readonly Rejection[]) => insertRows(tx, rejections, made),
  /** The last no to each of these that holds still. */
  find: (tx: StatementRunner, wanted: readonly Remembered[]): Promise<Rejection[]> =>
    tx.query<Rejection>(
      `SELECT DISTINCT ON (r.tenant_id, r.digest) ${columnsOf(rejections, 'r')} FROM rejection r
       JOIN unnest($1::uuid[], $2::text[], $3::float8[]) AS w(tenant_id, digest, for_ms)
         ON r.tenant_id = w.tenant_id AND r.digest = w.digest
       WHERE r.at > now() - w.for_ms * interval '1 millisecond'
       ORDER BY r.tenant_id, r.digest, r.at DESC`,
      [
        wanted.map(({ tenantId }) => tenantId),
        wanted.map(({ digest }) => digest),
        wanted.map(({ forMs }) => forMs),
      ],
    ),
};

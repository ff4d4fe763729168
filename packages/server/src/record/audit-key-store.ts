import type { Rotation } from '@countersign/audit/verify-audit';
import type { StatementRunner } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import type { Transaction } from '../infra/database.ts';
import { tables } from './tables.ts';

/** A key that seals the record, or sealed it. */
export interface AuditKey {
  readonly number: number;
  readonly keyId: string;
  readonly publicKey: string;
  readonly signature: string | null;
  readonly reason: string;
  readonly at: Date;
}

const rows: Table<AuditKey> = tables.auditKey;

/** The one that seals now; null where none was ever written down. */
export const readAuditKey = async (tx: StatementRunner): Promise<AuditKey | null> => {
  const [key] = await tx.query<AuditKey>(
    `SELECT ${columnsOf(rows)} FROM audit_key ORDER BY number DESC LIMIT 1`,
  );
  return key ?? null;
};

/** The rotations that the key before signed for, in their order, as copies of the record tell them. */
export const readRotations = async (
  tx: StatementRunner,
): Promise<(Rotation & { readonly signature: string })[]> => {
  const keys = await tx.query<AuditKey>(`SELECT ${columnsOf(rows)} FROM audit_key ORDER BY number`);
  return keys.flatMap(({ keyId, publicKey, signature, reason, at }, index) => {
    const before = keys[index - 1];
    return before && signature !== null
      ? [{ from: before.keyId, to: keyId, publicKey, at: at.toISOString(), reason, signature }]
      : [];
  });
};

/** By which key the newest seal was signed; null where nothing is sealed. */
export const readSealingKeyId = async (tx: StatementRunner): Promise<string | null> => {
  const [seal] = await tx.query<{ keyId: string }>(
    'SELECT key_id AS "keyId" FROM audit_seal ORDER BY to_seq DESC LIMIT 1',
  );
  return seal?.keyId ?? null;
};

/** One at a time: a second one of the same number is refused by the primary key. */
export const insertAuditKey = (tx: Transaction, key: AuditKey): void => insertRows(tx, rows, [key]);

/** The first, unless another process wrote one down before. */
export const writeFirstAuditKey = async (
  tx: StatementRunner,
  key: Omit<AuditKey, 'number' | 'signature'>,
) => {
  await tx.query(
    `INSERT INTO audit_key (number, key_id, public_key, reason, at) VALUES (1, $1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [key.keyId, key.publicKey, key.reason, key.at],
  );
};

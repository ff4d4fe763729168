import type { StepUpProof, StepUpSubject } from '../domain/step-up.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';

/** A person's key in an authenticator, of which we have the public half. */
export interface Passkey {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly name: string;
  readonly credentialId: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly transports: readonly string[];
  readonly counter: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** Since when it may have been copied. */
  readonly suspectedAt: Date | null;
}

export type NewPasskey = Omit<Passkey, 'createdAt' | 'lastUsedAt' | 'suspectedAt'>;

/** What a passkey is to answer. */
export interface Challenge {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly nonce: string;
  readonly subject: StepUpSubject;
}

export interface PasskeyStore {
  /** Those of a person, the oldest first; removed ones are gone. */
  find(tx: StatementRunner | null, principalId: string): Promise<Passkey[]>;
  /** Locks the person until the transaction ends, so that what is counted stays. */
  lockPerson(tx: Transaction, principalId: string): Promise<Date>;
  /** Which of these people have any, blocked ones too. */
  ownersAmong(tx: StatementRunner | null, principalIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Null where the credential is known already, anybody's. */
  insert(tx: Transaction, passkey: NewPasskey): Promise<Date | null>;
  rename(tx: Transaction, id: string, name: string): Promise<void>;
  /** By the machine's operator where nobody is named. */
  remove(tx: Transaction, id: string, removedById: string | null): Promise<Date>;
  suspect(tx: Transaction, id: string): Promise<void>;
  /** Drops what the person was asked before and never answered; gives the moment until which this one counts. */
  ask(tx: Transaction, challenge: Challenge, lifetimeMs: number): Promise<Date>;
  /** Null where there is none of theirs that could be answered now. */
  findAsked(principalId: string, id: string): Promise<Challenge | null>;
  /** It is answered wrongly, or by a new passkey: whoever comes first. */
  use(tx: Transaction, principalId: string, id: string): Promise<Date | null>;
  /** Whether the proof counted: for exactly one transaction of all that try. */
  consume(tx: Transaction, proof: StepUpProof): Promise<boolean>;
}

/** Of one person at once, in however many windows. */
const mostAsked = 20;

const columns = `p.id, p.tenant_id AS "tenantId", p.principal_id AS "principalId", p.name,
  p.credential_id AS "credentialId", p.public_key AS "publicKey", p.transports, p.counter::float8 AS counter,
  p.created_at AS "createdAt", p.last_used_at AS "lastUsedAt", p.suspected_at AS "suspectedAt"`;

const momentOf = ([row]: readonly { readonly at: Date }[]): Date => {
  if (!row) throw new Error('A row that was to be written was not given back.');
  return row.at;
};

export const createPasskeyStore = (database: Database): PasskeyStore => ({
  find: (tx, principalId) =>
    (tx ?? database).query<Passkey>(
      `SELECT ${columns} FROM passkey p WHERE p.principal_id = $1 AND p.removed_at IS NULL
       ORDER BY p.created_at, p.id`,
      [principalId],
    ),
  async ownersAmong(tx, principalIds) {
    const rows = await (tx ?? database).query<{ id: string }>(
      `SELECT DISTINCT principal_id AS id FROM passkey
       WHERE principal_id = ANY($1::uuid[]) AND removed_at IS NULL`,
      [principalIds],
    );
    return new Set(rows.map(({ id }) => id));
  },
  ...changes,
  ...createChallenges(database),
});

const changes: Pick<PasskeyStore, 'lockPerson' | 'insert' | 'rename' | 'remove' | 'suspect'> = {
  async lockPerson(tx, principalId) {
    return momentOf(
      await tx.query('SELECT now() AS at FROM principal WHERE id = $1 FOR NO KEY UPDATE', [principalId]),
    );
  },
  async insert(tx, { id, tenantId, principalId, name, credentialId, publicKey, transports, counter }) {
    const rows = await tx.query<{ at: Date }>(
      `INSERT INTO passkey (id, tenant_id, principal_id, name, credential_id, public_key, transports, counter, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
       ON CONFLICT (credential_id) DO NOTHING RETURNING created_at AS at`,
      [id, tenantId, principalId, name, credentialId, publicKey, transports, counter],
    );
    return rows[0]?.at ?? null;
  },
  async rename(tx, id, name) {
    await tx.query('UPDATE passkey SET name = $2 WHERE id = $1', [id, name]);
  },
  async remove(tx, id, removedById) {
    return momentOf(
      await tx.query(
        `UPDATE passkey SET removed_at = now(), removed_by_id = $2 WHERE id = $1 AND removed_at IS NULL
         RETURNING removed_at AS at`,
        [id, removedById],
      ),
    );
  },
  async suspect(tx, id) {
    await tx.query('UPDATE passkey SET suspected_at = now() WHERE id = $1 AND suspected_at IS NULL', [id]);
  },
};

const createChallenges = (
  database: Database,
): Pick<PasskeyStore, 'ask' | 'findAsked' | 'use' | 'consume'> => ({
  async ask(tx, { id, tenantId, principalId, nonce, subject }, lifetimeMs) {
    await tx.query(
      `DELETE FROM step_up WHERE principal_id = $1 AND passkey_id IS NULL AND (expires_at <= now()
         OR id IN (SELECT o.id FROM step_up o WHERE o.principal_id = $1 AND o.passkey_id IS NULL
                    ORDER BY o.expires_at DESC, o.id OFFSET ${mostAsked - 1}))`,
      [principalId],
    );
    return momentOf(
      await tx.query(
        `INSERT INTO step_up (id, tenant_id, principal_id, nonce, subject, expires_at)
         VALUES ($1, $2, $3, $4, $5::jsonb, now() + $6 * interval '1 millisecond') RETURNING expires_at AS at`,
        [id, tenantId, principalId, nonce, JSON.stringify(subject), lifetimeMs],
      ),
    );
  },
  async findAsked(principalId, id) {
    const rows = await database.query<Challenge>(
      `SELECT id, tenant_id AS "tenantId", principal_id AS "principalId", nonce, subject FROM step_up
       WHERE id = $2 AND principal_id = $1 AND used_at IS NULL AND expires_at > now()`,
      [principalId, id],
    );
    return rows[0] ?? null;
  },
  async use(tx, principalId, id) {
    const rows = await tx.query<{ at: Date }>(
      `UPDATE step_up SET used_at = now()
       WHERE id = $2 AND principal_id = $1 AND used_at IS NULL AND expires_at > now() RETURNING used_at AS at`,
      [principalId, id],
    );
    return rows[0]?.at ?? null;
  },
  async consume(tx, { challengeId, passkeyId, principalId, counter }) {
    const counted = await tx.query(
      `UPDATE passkey SET counter = $3, last_used_at = now()
       WHERE id = $1 AND principal_id = $2 AND removed_at IS NULL AND suspected_at IS NULL
         AND (counter < $3 OR counter = 0 AND $3 = 0) RETURNING id`,
      [passkeyId, principalId, counter],
    );
    if (counted.length === 0) return false;
    const used = await tx.query(
      `UPDATE step_up SET used_at = now(), passkey_id = $3
       WHERE id = $1 AND principal_id = $2 AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING id`,
      [challengeId, principalId, passkeyId],
    );
    return used.length > 0;
  },
});

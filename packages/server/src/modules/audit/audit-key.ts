import { keyIdOf, rotationText } from '@countersign/audit/verify-audit';
import type { Clock } from '../../infra/clock.ts';
import type { Connections, StatementRunner } from '../../infra/database.ts';
import {
  draftSigningKey,
  findSigningKey,
  openSigningKey,
  putSigningKey,
  type KeyPlace,
  type SigningKey,
} from '../../infra/signing-key.ts';
import {
  insertAuditKey,
  readAuditKey,
  readSealingKeyId,
  writeFirstAuditKey,
} from '../../record/audit-key-store.ts';
import type { Journal } from '../../record/journal.ts';
import { waitForSealing } from '../../record/seal-store.ts';

const placeIn = (folder: string): KeyPlace => ({ folder, name: 'audit', idOf: keyIdOf });

/** By which key the record is sealed; null where it never was. */
const currentKeyId = async (tx: StatementRunner): Promise<string | null> =>
  (await readAuditKey(tx))?.keyId ?? (await readSealingKeyId(tx));

/** The record is sealed by a key that is in another home: nothing can be sealed or signed from here. */
export class KeyElsewhere extends Error {
  constructor(keyId: string) {
    super(
      `The record is sealed by the key ${keyId}, which is not the audit.key in this process's home: it seals nothing and gives no copies that prove themselves. Put the key back from its backup, or copy it from the process that seals. Where it is lost, begin another one, on record: countersign audit rotate-key --reason WORDS`,
    );
  }
}

/**
 * The key of the record, made with the record and never after. Where the record is sealed by one that is not here, it
 * signs nothing until that one is put in its place.
 */
export const openAuditKey = async (
  { database, clock }: { readonly database: StatementRunner; readonly clock: Clock },
  home: string,
): Promise<SigningKey> => {
  const place = placeIn(home);
  const current = await currentKeyId(database);
  if (current !== null) takeUp(place, current);
  const key = current === null ? openSigningKey(place) : findSigningKey(place);
  if (key && (current === null || current === key.keyId)) {
    const { keyId, publicKey } = key;
    const first = { keyId, publicKey, reason: 'The first key of the record.', at: clock.now() };
    await writeFirstAuditKey(database, first);
  }
  const written = await readAuditKey(database);
  const sealing = written?.keyId ?? current;
  if (key && sealing === key.keyId) return key;
  return keyElsewhere(place, sealing ?? '', written?.publicKey ?? '');
};

/** Where somebody rotated the key and was cut off before it stood in its place, it is there, and not lost. */
const takeUp = (place: KeyPlace, current: string): void => {
  if (findSigningKey(place)?.keyId !== current) putSigningKey(place, current);
};

const keyElsewhere = (place: KeyPlace, sealing: string, publicKey: string): SigningKey => {
  let held: SigningKey | null = null;
  return {
    get keyId() {
      return held?.keyId ?? '';
    },
    get publicKey() {
      return held?.publicKey ?? publicKey;
    },
    get publicKeys() {
      return held?.publicKeys ?? publicKey;
    },
    sign(text) {
      if (!held) throw new KeyElsewhere(sealing);
      return held.sign(text);
    },
    reload() {
      held = findSigningKey(place);
    },
  };
};

/** The key may have been rotated, or put in its place, since it was read. Throws where the record's is not here. */
export const ensureCurrent = async (tx: StatementRunner, key: SigningKey): Promise<void> => {
  const current = await currentKeyId(tx);
  if (current === null || current === key.keyId) return;
  key.reload();
  if (current !== key.keyId) throw new KeyElsewhere(current);
};

export interface Rotation {
  readonly from: string;
  readonly to: string;
  /** Whether the key before was there and signed for the next. */
  readonly isSigned: boolean;
}

/** Begins another key, which the record tells in every tenant's log. */
export const rotateAuditKey = async (
  { database, journal, clock }: RotationDependencies,
  { home, tenantIds, reason }: RotationRequest,
): Promise<Rotation> => {
  const place = placeIn(home);
  const from = await currentKeyId(database);
  if (from === null) throw new Error('Nothing is sealed yet: the key is made at the first start.');
  takeUp(place, from);
  const before = findSigningKey(place);
  const isSigned = before?.keyId === from;
  const { keyId: to, publicKey } = draftSigningKey(place);
  const at = clock.now();
  const text = rotationText({ from, to, publicKey, at: at.toISOString(), reason });
  const signature = isSigned ? before.sign(text) : null;
  await journal.transaction(async (tx) => {
    await waitForSealing(tx);
    const current = await readAuditKey(tx);
    if ((current?.keyId ?? from) !== from) throw new Error('Somebody else has just rotated the key.');
    insertAuditKey(tx, { number: (current?.number ?? 0) + 1, keyId: to, publicKey, signature, reason, at });
    for (const tenantId of tenantIds)
      tx.record({
        tenantId,
        type: 'audit.key_rotated',
        at,
        taskId: null,
        actorId: null,
        summary: isSigned
          ? 'Rotated the key of the record'
          : 'Replaced the key of the record, which was lost',
        data: { from, to, isSigned, ...(signature === null ? {} : { signature }), reason },
      });
  });
  putSigningKey(place, to);
  // Its public half is told from now on.
  findSigningKey(place);
  return { from, to, isSigned };
};

interface RotationDependencies {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
}
interface RotationRequest {
  readonly home: string;
  /** Of all tenants. */
  readonly tenantIds: readonly string[];
  readonly reason: string;
}

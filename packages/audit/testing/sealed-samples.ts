import { createPublicKey, generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { inclusionOf } from '../src/prove-entry.ts';
import {
  endText,
  entryDigest,
  headText,
  keyIdOf,
  leafOf,
  readKeys,
  sumsText,
  Tree,
  type Entry,
  type Head,
  type Keys,
} from '../src/verify-audit.ts';

export const tenantId = '0190b4e0-0000-7000-8000-000000000001';

export interface Signer {
  readonly key: KeyObject;
  readonly keyId: string;
  readonly keys: Keys;
}
export const newSigner = (): Signer => {
  const { privateKey: key, publicKey } = generateKeyPairSync('ed25519');
  const keys = readKeys(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return { key, keyId: keyIdOf(publicKey), keys };
};
export const signer = newSigner();
export const pemOf = ({ key }: Signer): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();

export const entryAt = (seq: number, more: Partial<Entry> = {}): Entry => ({
  seq: String(seq * 1_048_576),
  type: 'step.succeeded',
  at: new Date(1_764_000_000_000 + seq).toISOString(),
  taskId: '0190b4e0-0000-7000-8000-00000000000a',
  actorId: null,
  traceparent: null,
  summary: `Step ${seq} succeeded`,
  data: { stepId: `s${seq}`, attempt: 1, durationMs: 12.25 * seq },
  salt: `salt-${seq}`,
  ...more,
});

/** What a server seals: entries, a seal after each batch, and the heads as an anchor keeps them. */
export const sealed = (
  entries: readonly Entry[],
  perSeal: number,
  signerAt: Signer | ((at: number) => Signer) = signer,
  keyLines: readonly object[] = [],
) => {
  const tree = new Tree();
  const lines: object[] = [{ kind: 'countersign.audit', version: 1, tenantId }, ...keyLines];
  const heads: Head[] = [];
  for (let at = 0; at < entries.length; at += perSeal) {
    const by = typeof signerAt === 'function' ? signerAt(at) : signerAt;
    const batch = entries.slice(at, at + perSeal);
    const prevRoot = tree.root();
    const leaves = batch.map((entry) => leafOf(entry.seq, entryDigest(tenantId, entry)));
    leaves.forEach((leaf) => {
      tree.append(leaf);
    });
    const from = batch[0]?.seq ?? '';
    const to = batch.at(-1)?.seq ?? '';
    const time = new Date(1_764_000_000_000 + at).toISOString();
    const unsigned = {
      tenantId,
      from,
      to,
      size: tree.size,
      root: tree.root(),
      prevRoot,
      time,
      keyId: by.keyId,
    };
    const head = { ...unsigned, signature: sign(null, headText(unsigned), by.key).toString('base64') };
    heads.push(head);
    lines.push(...batch.map((entry) => ({ kind: 'entry', ...entry })));
    lines.push({ kind: 'seal', ...head, leaves: Buffer.concat(leaves).toString('base64') });
  }
  return { lines: lines.map((line) => JSON.stringify(line)), heads };
};

/** The last line is the server's: whoever tampers with the database gets a copy that is signed in good faith. */
export const closed = (lines: readonly string[], by = signer, more: object = {}): Buffer => {
  const text = lines.map((line) => `${line}\n`).join('');
  const time = '2026-11-27T00:00:00.000Z';
  const signature = sign(null, endText(lines.length, hash('sha256', text), time, by.keyId), by.key);
  const end = {
    kind: 'end',
    lines: lines.length,
    time,
    keyId: by.keyId,
    signature: signature.toString('base64'),
    ...more,
  };
  return Buffer.from(`${text}${JSON.stringify(end)}\n`);
};

/** Nested further than anybody reads it. */
export const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

export const record = (count: number) => Array.from({ length: count }, (_, at) => entryAt(at + 1));

const shown = { domain: 'shown/v1\0', text: '{"step":"s1"}' };
const shownHash = hash('sha256', shown.domain + shown.text);

/**
 * The evidence of one task: some entries of a record, the head that proves them, what the first of them names by its
 * hash, and what none names so.
 */
export const evidence = (count: number): Buffer => {
  const entries = record(count * 3).with(0, entryAt(1, { data: { shown: shownHash } }));
  const { heads } = sealed(entries, entries.length);
  const leaves = entries.map((entry) => leafOf(entry.seq, entryDigest(tenantId, entry)));
  const own = entries.filter((_, at) => at % 3 === 0);
  const lines = [
    { kind: 'countersign.evidence', version: 1, tenantId, taskId: own[0]?.taskId },
    { kind: 'head', ...heads[0] },
    ...own.map((entry, at) => ({
      kind: 'entry',
      ...entry,
      proof: { size: entries.length, ...inclusionOf(new Tree(), leaves, at * 3) },
    })),
    { kind: 'exhibit', name: 'step 1', ...shown, hash: shownHash },
    { kind: 'exhibit', name: 'run', body: { status: 'SUCCEEDED' } },
    { kind: 'exhibit', name: 'people', body: ['Ann'] },
  ].map((line) => JSON.stringify(line));
  const sums = Buffer.concat(lines.map((line) => hash('sha256', line, 'buffer')));
  const signature = sign(null, sumsText(sums, signer.keyId), signer.key).toString('base64');
  return closed(lines, signer, { sums: sums.toString('base64'), sumsSignature: signature });
};

/**
 * Checks evidence in the browser, by itself and with WebCrypto alone: the same rules as verify-audit.ts, for the
 * few entries of a bundle.
 */
interface Line {
  readonly kind: string;
  readonly [name: string]: unknown;
}
interface Proof {
  readonly index: number;
  readonly size: number;
  readonly path: readonly string[];
}
type Keys = ReadonlyMap<string, CryptoKey>;

export type Finding =
  | { readonly ok: true; readonly entries: number; readonly size: number; readonly exhibits: number }
  | { readonly ok: false; readonly message: string };

const utf8 = new TextEncoder();

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const sha256 = async (...parts: readonly (Uint8Array | string)[]): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = parts.map((part) => (typeof part === 'string' ? utf8.encode(part) : part));
  const all = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
};
const hexDigest = async (text: string): Promise<string> => hexOf(await sha256(text));

/** RFC 8785. */
const canonical = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(members)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(members[name])}`)
    .join(',')}}`;
};

const digestOf = async (tenantId: unknown, entry: Line): Promise<string> => {
  const { type, at, taskId, actorId, traceparent, summary, data, salt } = entry;
  if (salt === undefined && entry['payloadHash'] === undefined)
    return hexDigest(`event/v1\0${canonical({ tenantId, type, at, taskId, actorId, summary, data })}`);
  const payloadHash =
    entry['payloadHash'] ?? (await hexDigest(`payload/v1\0${String(salt)}\0${canonical({ data, summary })}`));
  return hexDigest(
    `event/v2\0${JSON.stringify([tenantId, type, at, taskId, actorId, traceparent, payloadHash])}`,
  );
};

/** RFC 9162, 2.1.3.2. */
const rootThrough = async (leaf: Uint8Array, { index, size, path }: Proof): Promise<string> => {
  let [place, last, node] = [index, size - 1, leaf];
  for (const hex of path) {
    const beside = bytesOf(hex);
    if (place % 2 === 1 || place === last) {
      node = await sha256(Uint8Array.of(1), beside, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else node = await sha256(Uint8Array.of(1), node, beside);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hexOf(node) : '';
};

const readKeys = async (pem: string): Promise<Keys> => {
  const keys = new Map<string, CryptoKey>();
  for (const [, body = ''] of pem.matchAll(/-----BEGIN PUBLIC KEY-----([^-]+)-----END/g)) {
    const der = fromBase64(body.replaceAll(/\s/g, ''));
    const key = await crypto.subtle.importKey('spki', der, 'Ed25519', false, ['verify']);
    keys.set(hexOf(await sha256(der)).slice(0, 16), key);
  }
  return keys;
};

const isSigned = async (keys: Keys, keyId: unknown, text: string, signature: unknown): Promise<boolean> => {
  const key = keys.get(String(keyId));
  return (
    key !== undefined &&
    crypto.subtle.verify('Ed25519', key, fromBase64(String(signature)), utf8.encode(text))
  );
};

const headText = (head: Line): string =>
  `countersign seal/v1\n${JSON.stringify(
    ['tenantId', 'from', 'to', 'size', 'root', 'prevRoot', 'time', 'keyId'].map((name) => head[name]),
  )}`;

const no = (message: string): Finding => ({ ok: false, message });

export const canVerify = (): boolean => (globalThis.crypto as Partial<Crypto>).subtle !== undefined;

const noteTexts = (value: unknown, texts: Set<string>): void => {
  if (typeof value === 'string') texts.add(value);
  else if (typeof value === 'object' && value !== null)
    Object.values(value).forEach((each) => {
      noteTexts(each, texts);
    });
};

/** Each entry leads to a head that is signed, each exhibit is named by its hash, and the last line signs it all. */
export const verifyEvidence = async (text: string, pem: string): Promise<Finding> => {
  const keys = await readKeys(pem);
  const rows = text.split('\n').filter((row) => row !== '');
  const lines = rows.map((row) => JSON.parse(row) as Line);
  const [header] = lines;
  const heads = new Map<unknown, Line>();
  const mentioned = new Set<string>();
  let [entries, exhibits, size] = [0, 0, 0];
  for (const line of lines.slice(1, -1)) {
    if (line.kind === 'head') {
      if (!(await isSigned(keys, line['keyId'], headText(line), line['signature'])))
        return no('A head is not signed by the key of this installation.');
      heads.set(line['size'], line);
      size = Math.max(size, Number(line['size']));
    } else if (line.kind === 'entry') {
      const proof = line['proof'] as Proof | null;
      const head = proof && heads.get(proof.size);
      const leaf = await sha256(
        Uint8Array.of(0),
        `${String(line['seq'])}:${await digestOf(header?.['tenantId'], line)}`,
      );
      if (!head || (await rootThrough(leaf, proof)) !== head['root'])
        return no(
          `The entry ${String(line['type'])}, seq ${String(line['seq'])}, is not the one that was sealed.`,
        );
      noteTexts(line['data'], mentioned);
      entries += 1;
    } else if (line['hash'] !== undefined) {
      const hash = await hexDigest(`${String(line['domain'])}${String(line['text'])}`);
      if (hash !== line['hash'] || !mentioned.has(hash))
        return no(`“${String(line['name'])}” is not what the entries name by its hash.`);
      noteTexts(JSON.parse(String(line['text'])), mentioned);
      exhibits += 1;
    }
  }
  const end = lines.at(-1);
  const before = rows.slice(0, -1);
  const sum = await hexDigest(before.map((row) => `${row}\n`).join(''));
  const endText = `countersign copy/v1\n${JSON.stringify([before.length, sum, end?.['time'], end?.['keyId']])}`;
  if (end?.kind !== 'end' || !(await isSigned(keys, end['keyId'], endText, end['signature'])))
    return no('The evidence is not as the server signed it.');
  return entries === 0
    ? no('None of its entries is sealed yet. Try again in a few seconds.')
    : { ok: true, entries, size, exhibits };
};

/**
 * Checks evidence in the browser, by itself and with WebCrypto alone: the same rules as verify-audit.ts, for the
 * few entries of a bundle, in the same words.
 */
interface Line {
  readonly kind?: string;
  readonly [name: string]: unknown;
}
interface Proof {
  readonly index: number;
  readonly size: number;
  readonly path: readonly string[];
}
/** What stands at a place of the file. */
interface Placed {
  readonly line: number;
  readonly seq: string | null;
  readonly hash: string;
}

export type Finding =
  | { readonly ok: true; readonly entries: number; readonly size: number; readonly exhibits: number }
  | { readonly ok: false; readonly message: string };

class Fault extends Error {
  constructor(kind: string, line: number, seq: string | null, message: string) {
    super(`Line ${line}${seq === null ? '' : `, seq ${seq}`}: ${kind}. ${message}`);
  }
}

const utf8 = new TextEncoder();

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** Empty where it is no base64, or not the one text of its bytes. */
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  try {
    const binary = atob(text);
    return Uint8Array.from(btoa(binary) === text ? binary : '', (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
};

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
const hexDigest = async (text: string | Uint8Array): Promise<string> => hexOf(await sha256(text));

/** RFC 8785. */
const canonical = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(members[name])}`)
    .join(',')}}`;
};

const digestOf = async (tenantId: string, entry: Line): Promise<string> => {
  const { type, at, taskId, actorId, traceparent, summary = '', data, salt } = entry;
  if (salt === undefined && entry['payloadHash'] === undefined)
    return hexDigest(
      `event/v1\0${canonical({ tenantId, type, at, taskId, actorId, summary: entry['summary'], data })}`,
    );
  const payloadHash =
    entry['payloadHash'] ?? (await hexDigest(`payload/v1\0${String(salt)}\0${canonical({ data, summary })}`));
  return hexDigest(
    `event/v2\0${JSON.stringify([tenantId, type, at, taskId, actorId, traceparent, payloadHash])}`,
  );
};

/** RFC 9162, 2.1.3.2. */
const rootThrough = async (leaf: Uint8Array, { index, size, path }: Proof): Promise<string | null> => {
  let [place, last, node] = [index, size - 1, leaf];
  if (!Number.isSafeInteger(index) || index < 0 || index > last) return null;
  for (const hex of path) {
    if (last === 0) return null;
    const beside = bytesOf(hex);
    if (beside.length !== 32) return null;
    if (place % 2 === 1 || place === last) {
      node = await sha256(Uint8Array.of(1), beside, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else node = await sha256(Uint8Array.of(1), node, beside);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hexOf(node) : null;
};

export const canVerify = (): boolean => (globalThis.crypto as Partial<Crypto>).subtle !== undefined;

const noteTexts = (value: unknown, texts: Set<string>): void => {
  if (typeof value === 'string') texts.add(value);
  else if (typeof value === 'object' && value !== null)
    Object.values(value).forEach((each) => {
      noteTexts(each, texts);
    });
};

const parsed = (row: string): Line | null => {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === 'object' ? (value as Line | null) : null;
  } catch {
    return null;
  }
};
const areTexts = (line: Line, ...names: readonly string[]): boolean =>
  names.every((name) => typeof line[name] === 'string');
const isProof = (proof: unknown): proof is Proof | null | undefined =>
  typeof proof !== 'object' ||
  proof === null ||
  ('path' in proof && Array.isArray(proof.path) && proof.path.every((node) => typeof node === 'string'));

const keyNames = ['from', 'to', 'publicKey', 'at', 'reason'] as const;
const headNames = ['tenantId', 'from', 'to', 'size', 'root', 'prevRoot', 'time', 'keyId'] as const;
const isHead = (line: Line): boolean =>
  areTexts(line, ...headNames.filter((name) => name !== 'size'), 'signature') &&
  typeof line['size'] === 'number';
const textOf = (kind: string, names: readonly string[], line: Line): string =>
  `countersign ${kind}/v1\n${JSON.stringify(names.map((name) => line[name]))}`;

/** Kinds of lines that follow the first. */
const laterLines: ReadonlySet<string> = new Set(['key', 'head', 'entry', 'seal', 'erasure', 'exhibit']);

class Evidence {
  private readonly keys = new Map<string, CryptoKey>();
  private readonly heads = new Map<unknown, Line>();
  private readonly mentioned = new Set<string>();
  private readonly lines: Placed[] = [];
  private tenantId: string | null = null;
  /** The first line that proves nothing: the last line may tell of one before it that is not as it was. */
  private found: Fault | null = null;
  private last: string | null = null;
  private line = 0;
  private entries = 0;
  private exhibits = 0;
  private size = 0;

  async addKeys(pem: string, only?: string): Promise<void> {
    for (const [, body = ''] of pem.matchAll(/-----BEGIN PUBLIC KEY-----([^-]+)-----END/g)) {
      const der = fromBase64(body.replaceAll(/\s/g, ''));
      const keyId = (await hexDigest(der)).slice(0, 16);
      if (only !== undefined && keyId !== only) continue;
      this.keys.set(keyId, await crypto.subtle.importKey('spki', der, 'Ed25519', false, ['verify']));
    }
  }

  async verify(rows: readonly string[]): Promise<Finding> {
    for (const row of rows) {
      this.line += 1;
      const line = parsed(row);
      if (line?.kind === 'end') {
        await this.end(line, rows);
        return this.entries === 0
          ? { ok: false, message: 'None of its entries is sealed yet. Try again in a few seconds.' }
          : { ok: true, entries: this.entries, size: this.size, exhibits: this.exhibits };
      }
      const seq = typeof line?.['seq'] === 'string' ? line['seq'] : null;
      this.lines.push({ line: this.line, seq, hash: await hexDigest(row) });
      try {
        if (!this.found) await this.read(line);
      } catch (error) {
        const fault =
          error instanceof Fault ? error : this.fault('MALFORMED', null, 'This line cannot be read.');
        if (this.tenantId === null) throw fault;
        this.found = fault;
      }
    }
    this.line += 1;
    throw (
      this.found ??
      this.fault('TRUNCATED', this.last, `The copy ends before its last line, after ${this.after()}.`)
    );
  }

  private fault(kind: string, seq: string | null, message: string, line = this.line): Fault {
    return new Fault(kind, line, seq, message);
  }

  private after(): string {
    return this.last === null ? 'the beginning' : `seq ${this.last}`;
  }

  private async isSigned(keyId: unknown, text: string, signature: unknown): Promise<boolean> {
    const key = this.keys.get(String(keyId));
    return (
      key !== undefined &&
      crypto.subtle.verify('Ed25519', key, fromBase64(String(signature)), utf8.encode(text))
    );
  }

  private async read(line: Line | null): Promise<void> {
    if (!line) throw this.fault('MALFORMED', null, `This line is not a JSON object, after ${this.after()}.`);
    if (this.tenantId === null) this.begin(line);
    else if (line.kind === 'entry') await this.entry(line);
    else if (line.kind === 'head' && isHead(line)) await this.head(line);
    else if (line.kind === 'exhibit') await this.exhibit(line);
    else if (line.kind === 'key' && areTexts(line, ...keyNames, 'signature')) await this.followKey(line);
    else throw this.fault('MALFORMED', null, 'This line is none of a record.');
  }

  private begin({ kind, version, tenantId }: Line): void {
    if (laterLines.has(String(kind)))
      throw this.fault('MISSING', null, 'The first line is missing: it says whose record this is.');
    if (kind !== 'countersign.evidence' || version !== 1 || typeof tenantId !== 'string')
      throw this.fault('MALFORMED', null, 'This is no copy of a record: its first line does not say so.');
    this.tenantId = tenantId;
  }

  /** That a key takes the place of another, signed by the one before. */
  private async followKey(line: Line): Promise<void> {
    if (await this.isSigned(line['from'], textOf('key', keyNames, line), line['signature']))
      await this.addKeys(String(line['publicKey']), String(line['to']));
  }

  private async head(head: Line): Promise<void> {
    const isAuthentic =
      head['tenantId'] === this.tenantId &&
      (await this.isSigned(head['keyId'], textOf('seal', headNames, head), head['signature']));
    const keyId = String(head['keyId']);
    if (!isAuthentic)
      throw this.fault(
        'ALTERED',
        String(head['to']),
        this.keys.has(keyId)
          ? 'This head is not as it was signed.'
          : `This head is signed by the key ${keyId}, which is none of those given, and none that they signed for.`,
      );
    this.heads.set(head['size'], head);
    this.size = Math.max(this.size, Number(head['size']));
  }

  private async entry(entry: Line): Promise<void> {
    const { seq, proof } = entry;
    if (!areTexts(entry, 'seq', 'type') || !isProof(proof))
      throw this.fault('MALFORMED', null, 'This entry has no seq, no type or no readable proof.');
    const head = proof && this.heads.get(proof.size);
    const digest = await digestOf(this.tenantId ?? '', entry);
    const leaf = await sha256(Uint8Array.of(0), `${String(seq)}:${digest}`);
    if (!head || (await rootThrough(leaf, proof)) !== head['root'])
      throw this.fault('ALTERED', String(seq), 'This entry is not the one that was sealed.');
    noteTexts(entry['data'], this.mentioned);
    this.last = String(seq);
    this.entries += 1;
  }

  /** A text that an entry names by its hash; one without is what the signer says, no more. */
  private async exhibit({ name, domain, text, hash: named }: Line): Promise<void> {
    if (named === undefined) return;
    const is = await hexDigest(`${String(domain)}${String(text)}`);
    if (is !== named || !this.mentioned.has(is))
      throw this.fault('ALTERED', null, `${String(name)} is not what the entries name by its hash.`);
    noteTexts(JSON.parse(String(text)), this.mentioned);
    this.exhibits += 1;
  }

  private async end(line: Line, rows: readonly string[]): Promise<void> {
    await this.place(line);
    if (this.found) throw this.found;
    const { lines, time, keyId, signature } = line;
    const before = this.line - 1;
    const sum = await hexDigest(
      rows
        .slice(0, before)
        .map((row) => `${row}\n`)
        .join(''),
    );
    const text = `countersign copy/v1\n${JSON.stringify([before, sum, String(time), String(keyId)])}`;
    if (lines !== before || !(await this.isSigned(keyId, text, signature)))
      throw this.fault(
        'ALTERED',
        this.last,
        'This is not the file that was written: its lines are not those that its last line signs.',
      );
    if (rows.length > this.line) {
      this.line += 1;
      throw this.fault('MALFORMED', null, 'Something follows the last line.');
    }
  }

  /** The last line says what each line was. */
  private async place({ sums, sumsSignature, keyId }: Line): Promise<void> {
    if (this.tenantId === null || typeof sums !== 'string') return;
    const bytes = fromBase64(sums);
    const text = `countersign lines/v1\n${JSON.stringify([await hexDigest(bytes), String(keyId)])}`;
    if (!(await this.isSigned(keyId, text, sumsSignature)))
      throw this.found ?? this.fault('ALTERED', this.last, 'The last line is not as it was signed.');
    this.compare(hexOf(bytes).match(/.{64}/g) ?? []);
  }

  /** The first line that is not the one that was signed at its place. */
  private compare(signed: readonly string[]): void {
    for (const [at, { line, seq, hash }] of this.lines.entries()) {
      const expected = signed[at];
      if (expected === hash) continue;
      const isSigned = signed.includes(hash, at);
      const isLater = this.lines.slice(at + 1).some((other) => other.hash === expected);
      const [kind, message] =
        expected === undefined || (!isSigned && isLater)
          ? ['INSERTED', 'This line was never signed.']
          : !isSigned
            ? ['ALTERED', 'This line is not the one that was signed.']
            : isLater
              ? ['SWAPPED', 'This line stands at the place of another.']
              : [
                  'MISSING',
                  `A line is missing before this one, after ${this.lines[at - 1]?.seq ?? this.last ?? 'the beginning'}.`,
                ];
      throw this.fault(kind, seq, message, line);
    }
    const missing = signed.length - this.lines.length;
    if (missing > 0)
      throw this.fault(
        'MISSING',
        null,
        `${missing.toLocaleString('en')} ${missing === 1 ? 'line' : 'lines'} before this last line are missing, after seq ${this.lines.at(-1)?.seq ?? this.last ?? '0'}.`,
      );
  }
}

/** Each entry leads to a head that is signed, each exhibit is named by its hash, and the last line signs it all. */
export const verifyEvidence = async (text: string, pem: string): Promise<Finding> => {
  const evidence = new Evidence();
  await evidence.addKeys(pem);
  try {
    return await evidence.verify(text.replace(/\n$/, '').split('\n'));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, message: error.message };
  }
};

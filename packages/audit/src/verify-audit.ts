/**
 * The sealed record of Countersign, and how anybody checks a copy of it: this one file and Node 24, nothing else.
 *
 *   node verify-audit.ts FILE… --key PUBLIC_KEY_FILE [--key …] [--anchor HEADS_FILE]
 *
 * A long record is several files: segments of an archive, in their order, and the copy of what came after them.
 *
 * Every entry is a leaf of its tenant's Merkle tree (RFC 6962, SHA-256). A seal signs (Ed25519) the root of the
 * tree up to its last entry and lists the leaves that it added, so that what was altered can be named. An anchor
 * is a copy of signed heads that was kept elsewhere: without one, nobody can tell a record whose end was cut off
 * by its own keeper from one that is as long as it ever was.
 */
import { createHash, createPublicKey, hash, verify, type Hash, type KeyObject } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One event as evidence. What was erased is its `payloadHash` alone; an old one has no salt. */
export interface Entry {
  readonly seq: string;
  readonly type: string;
  readonly at: string;
  readonly taskId: string | null;
  readonly actorId: string | null;
  readonly traceparent: string | null;
  readonly summary?: string;
  readonly data?: unknown;
  readonly salt?: string;
  readonly payloadHash?: string;
}

/** What is signed of a tree: its root when `size` entries were in it, the last of them at `to`. */
export interface Head {
  readonly tenantId: string;
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly root: string;
  readonly prevRoot: string;
  readonly time: string;
  readonly keyId: string;
  readonly signature: string;
}

/** How an entry is proven to be in the tree of a head: its place, and the hashes beside its way to the root. */
export interface Inclusion {
  readonly index: number;
  readonly path: readonly string[];
}

/** Why a copy is not the record. `line` and `seq` are those of the first entry, or seal, that is wrong. */
export interface AuditFault {
  readonly kind: 'ALTERED' | 'MISSING' | 'INSERTED' | 'SWAPPED' | 'TRUNCATED' | 'FORKED' | 'MALFORMED';
  /** Which of several files. */
  readonly file?: string;
  readonly line: number;
  readonly seq: string | null;
  readonly message: string;
}
export type Verdict =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly erased: number;
      readonly size: number;
      readonly to: string | null;
      readonly root: string | null;
      readonly anchored: number;
    }
  | { readonly ok: false; readonly fault: AuditFault };

export const entriesPerSeal = 1_000;
const longestLine = 32 * 1024 * 1024;

/** RFC 8785: the one text of a value. */
export const canonicalText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  // By UTF-16 code units, as sort() does.
  for (const name of Object.keys(members).sort()) {
    if (members[name] === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalText(members[name])}`;
  }
  return `{${text}}`;
};

/** What an entry says, committed to with a salt: who has neither learns nothing from it. */
export const payloadHashOf = (summary: string, data: unknown, salt: string): string =>
  hash('sha256', `payload/v1\0${salt}\0${canonicalText({ data, summary })}`);

export const digestOf = (
  tenantId: string,
  { type, at, taskId, actorId, traceparent }: Omit<Entry, 'seq'>,
  payloadHash: string,
): string =>
  hash(
    'sha256',
    `event/v2\0${JSON.stringify([tenantId, type, at, taskId, actorId, traceparent, payloadHash])}`,
  );

/** Of entries that were recorded before there were seals. */
const oldDigestOf = (tenantId: string, { type, at, taskId, actorId, summary, data }: Entry): string =>
  hash('sha256', `event/v1\0${canonicalText({ tenantId, type, at, taskId, actorId, summary, data })}`);

export const entryDigest = (tenantId: string, entry: Entry): string => {
  const { summary = '', data, salt, payloadHash } = entry;
  if (payloadHash !== undefined) return digestOf(tenantId, entry, payloadHash);
  if (salt === undefined) return oldDigestOf(tenantId, entry);
  return digestOf(tenantId, entry, payloadHashOf(summary, data, salt));
};

export const leafOf = (seq: string, digest: string): Buffer => hash('sha256', `\0${seq}:${digest}`, 'buffer');

const pair = Buffer.alloc(65, 1);
export const nodeOf = (left: Buffer, right: Buffer): Buffer => {
  left.copy(pair, 1);
  right.copy(pair, 33);
  return hash('sha256', pair, 'buffer');
};
export const emptyRoot = hash('sha256', '');

/** A tree that grows: of what it holds only the roots of its whole subtrees, from the left, are kept. */
export class Tree {
  size: number;
  readonly subtrees: Buffer[];
  constructor(size = 0, subtrees: readonly Buffer[] = []) {
    this.size = size;
    this.subtrees = [...subtrees];
  }
  append(leaf: Buffer): void {
    let node = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = nodeOf(this.subtrees.pop() ?? leaf, node);
    this.subtrees.push(node);
    this.size += 1;
  }
  root(): string {
    const [last, ...others] = this.subtrees.toReversed();
    return last ? others.reduce((right, left) => nodeOf(left, right), last).toString('hex') : emptyRoot;
  }
}

/** The root that a leaf and its way lead to (RFC 9162, 2.1.3.2); null where the way is no way in such a tree. */
export const rootThrough = (leaf: Buffer, { index, path }: Inclusion, size: number): string | null => {
  let [place, last, node] = [index, size - 1, leaf];
  if (!Number.isSafeInteger(index) || index < 0 || index > last) return null;
  for (const text of path) {
    if (last === 0) return null;
    const beside = Buffer.from(text, 'hex');
    if (beside.length !== 32) return null;
    if (place % 2 === 1 || place === last) {
      node = nodeOf(beside, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else node = nodeOf(node, beside);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node.toString('hex') : null;
};

/** What a seal signs. */
export const headText = ({
  tenantId,
  from,
  to,
  size,
  root,
  prevRoot,
  time,
  keyId,
}: Omit<Head, 'signature'>) =>
  Buffer.from(
    `countersign seal/v1\n${JSON.stringify([tenantId, from, to, size, root, prevRoot, time, keyId])}`,
  );

/** What the last line of a copy signs: how many lines stand before it, and their SHA-256. */
export const endText = (lines: number, digest: string, time: string, keyId: string): Buffer =>
  Buffer.from(`countersign copy/v1\n${JSON.stringify([lines, digest, time, keyId])}`);

/** What the last line of evidence signs besides: the SHA-256 of each line before it, so that one which was altered is named. */
export const sumsText = (sums: Buffer, keyId: string): Buffer =>
  Buffer.from(`countersign lines/v1\n${JSON.stringify([hash('sha256', sums), keyId])}`);

export const keyIdOf = (key: KeyObject): string =>
  hash('sha256', key.export({ type: 'spki', format: 'der' })).slice(0, 16);

/** That a key takes the place of another, signed by the one before. */
export type Rotation = Readonly<Record<'from' | 'to' | 'publicKey' | 'at' | 'reason', string>>;
export const rotationText = ({ from, to, publicKey, at, reason }: Rotation): Buffer =>
  Buffer.from(`countersign key/v1\n${JSON.stringify([from, to, publicKey, at, reason])}`);

/** By its id; a file may hold several, where an installation changed its key. */
export type Keys = ReadonlyMap<string, KeyObject>;
export const readKeys = (text: string): Keys => {
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  const keys = blocks.map((block) => createPublicKey(block));
  return new Map(keys.filter((key) => key.asymmetricKeyType === 'ed25519').map((key) => [keyIdOf(key), key]));
};

export const isSigned = (keys: Keys, keyId: string, text: Buffer, signature: string): boolean => {
  const key = keys.get(keyId);
  const bytes = Buffer.from(signature, 'base64');
  // One text for each signature: base64 has bits to spare.
  return key !== undefined && bytes.toString('base64') === signature && verify(null, text, key, bytes);
};
export const isHeadSigned = (keys: Keys, head: Head): boolean =>
  isSigned(keys, head.keyId, headText(head), head.signature);

class Fault extends Error {
  readonly fault: AuditFault;
  constructor(kind: AuditFault['kind'], line: number, seq: string | null, message: string) {
    super(message);
    this.fault = { kind, line, seq, message };
  }
}

interface Line {
  readonly kind?: string;
  readonly [name: string]: unknown;
}
interface SealLine extends Head {
  /** Of the entries that it added, 32 bytes each, in base64. */
  readonly leaves: string;
}
interface EntryLine extends Entry {
  readonly proof?: (Inclusion & { readonly size: number }) | null;
}

/** Null where it is no JSON object. */
const parsed = (bytes: Buffer): Line | null => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' ? (value as Line | null) : null;
  } catch {
    return null;
  }
};

const areTexts = (line: Line, names: readonly string[]): boolean =>
  names.every((name) => typeof line[name] === 'string');
const isHeadLine = (line: Line): line is Line & Head =>
  areTexts(line, ['tenantId', 'from', 'to', 'root', 'prevRoot', 'time', 'keyId', 'signature']) &&
  typeof line['size'] === 'number';
const isSealLine = (line: Line): line is Line & SealLine => isHeadLine(line) && areTexts(line, ['leaves']);
const isProof = (proof: unknown): boolean =>
  typeof proof !== 'object' ||
  proof === null ||
  ('path' in proof && Array.isArray(proof.path) && proof.path.every((node) => typeof node === 'string'));
/** With a place in the record: what else is wrong with it shows in its hash. */
const isEntryLine = (line: Line): line is Line & EntryLine =>
  areTexts(line, ['seq', 'type']) && isProof(line['proof']);

const isKeyLine = (line: Line): line is Line & Rotation & { readonly signature: string } =>
  areTexts(line, ['from', 'to', 'publicKey', 'at', 'reason', 'signature']);

/** What stands at a place, and what should. */
interface Placed {
  readonly line: number;
  readonly seq: string | null;
  readonly leaf: Buffer;
}
interface Read extends Placed {
  readonly seq: string;
  readonly entry: Entry;
}
const sealedEntries = { one: 'entry', a: 'An entry', many: 'entries', done: 'sealed', end: 'seal' } as const;
const signedLines = { one: 'line', a: 'A line', many: 'lines', done: 'signed', end: 'last line' } as const;

const words = (count: number, noun: string, many = `${noun}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;

/** What stands before a part of a record that is checked by itself. */
export interface Before {
  readonly tree: Tree;
  readonly last: string | null;
}

/** Checks a copy line by line; memory is bounded by a seal. */
export class Verification {
  private tenantId: string | null = null;
  private isBundle = false;
  private isBegun = false;
  private readonly tree: Tree;
  private root: string;
  private last: string | null;
  private readonly isPart: boolean;
  private waiting: Read[] = [];
  private entries = 0;
  /** Lines of erased entries whose record of erasure has not come yet, by seq and by task. */
  private readonly erased = new Map<string, Read>();
  private erasedCount = 0;
  private readonly heads = new Map<number, Head>();
  private readonly mentioned = new Set<string>();
  private sum: Hash = createHash('sha256');
  /** Of evidence: its lines so far, and the first of them that proves nothing. */
  private lines: Placed[] = [];
  private found: Fault | null = null;
  private isEnded = false;
  private anchored = 0;
  private readonly anchors: Head[];
  private line = 0;
  private readonly keys: Map<string, KeyObject>;
  /** Keys of the seals so far, the last one last: those before it seal nothing any more. */
  private readonly sealers: string[] = [];

  constructor(keys: Keys, anchors: readonly Head[], before?: Before) {
    this.keys = new Map(keys);
    this.isPart = before !== undefined;
    this.tree = before ? new Tree(before.tree.size, before.tree.subtrees) : new Tree();
    this.root = this.tree.root();
    this.last = before?.last ?? null;
    this.anchors = anchors.toSorted((a, b) => a.size - b.size);
  }

  take(bytes: Buffer): void {
    this.line += 1;
    if (this.isEnded) throw this.fault('MALFORMED', null, 'Something follows the last line.');
    const line = parsed(bytes);
    if (line?.kind === 'end') {
      this.end(line);
      return;
    }
    this.sum.update(bytes).update('\n');
    if (this.isBundle || !this.isBegun) {
      const seq = typeof line?.['seq'] === 'string' ? line['seq'] : null;
      this.lines.push({ line: this.line, seq, leaf: hash('sha256', bytes, 'buffer') });
    }
    if (this.found) return;
    try {
      this.read(line);
    } catch (error) {
      const fault = error instanceof Fault ? error : this.unreadable();
      // The last line may tell of one before it that is not as it was.
      if (!this.isBundle) throw fault;
      this.found = fault;
    }
  }

  /** What breaks whoever reads it (nested without end, a list that is none) proves nothing, and is no reason to fall over. */
  private unreadable(): Fault {
    return this.fault('MALFORMED', null, 'This line cannot be read.');
  }

  private read(line: Line | null): void {
    if (!line)
      throw this.fault(
        'MALFORMED',
        null,
        `This line is not a JSON object, after ${this.last === null ? 'the beginning' : `seq ${this.last}`}.`,
      );
    if (!this.isBegun) this.begin(line);
    else if (line.kind === 'entry') this.entry(line);
    else if (line.kind === 'seal' && !this.isBundle && isSealLine(line)) this.seal(line);
    else if (line.kind === 'head' && this.isBundle && isHeadLine(line)) this.head(line);
    else if (line.kind === 'erasure' && !this.isBundle && isEntryLine(line)) this.noteErasure(line);
    else if (line.kind === 'exhibit' && this.isBundle) this.exhibit(line);
    else if (line.kind === 'key' && isKeyLine(line)) this.followKey(line);
    else throw this.fault('MALFORMED', null, 'This line is none of a record.');
  }

  /** What comes is another file of the same record. */
  next(): void {
    this.ensureEnded();
    [this.isBegun, this.isEnded, this.line] = [false, false, 0];
    this.sum = createHash('sha256');
    this.lines = [];
  }

  private ensureEnded(): void {
    if (!this.isEnded && this.found) throw this.found;
    const after = this.last === null ? 'the beginning' : `seq ${this.last}`;
    if (!this.isEnded)
      throw new Fault(
        'TRUNCATED',
        this.line + 1,
        this.last,
        `The copy ends before its last line, after ${after}.`,
      );
  }

  done(): Verdict {
    this.ensureEnded();
    const after = this.last === null ? 'the beginning' : `seq ${this.last}`;
    const [silent] = this.erased.values();
    if (silent && !this.isBundle && !this.isPart)
      throw this.fault(
        'ALTERED',
        silent.seq,
        'What this entry said was taken out, and no entry says who did so and why.',
        silent.line,
      );
    const [missing] = this.isBundle ? [] : this.anchors;
    if (missing) {
      const more = words(missing.size - this.tree.size, 'entry', 'entries');
      throw this.fault(
        'TRUNCATED',
        missing.to,
        `An anchored head holds ${more} more, up to seq ${missing.to}: the record was set back or its end was cut off, after ${after}.`,
      );
    }
    return {
      ok: true,
      entries: this.entries,
      erased: this.erasedCount,
      size: this.tree.size,
      to: this.last,
      root: this.isBundle ? null : this.root,
      anchored: this.anchored,
    };
  }

  private fault(kind: AuditFault['kind'], seq: string | null, message: string, line = this.line): Fault {
    return new Fault(kind, line, seq, message);
  }

  private begin({ kind, version, tenantId }: Line): void {
    if (/^(?:key|head|entry|seal|erasure|exhibit)$/.test(String(kind)))
      throw this.fault('MISSING', null, 'The first line is missing: it says whose record this is.');
    const isKnown = ['countersign.audit', 'countersign.segment', 'countersign.evidence'].includes(
      String(kind),
    );
    if (!isKnown || version !== 1 || typeof tenantId !== 'string')
      throw this.fault('MALFORMED', null, 'This is no copy of a record: its first line does not say so.');
    const isBundle = kind === 'countersign.evidence';
    if (this.tenantId !== null && (isBundle || this.isBundle || tenantId !== this.tenantId))
      throw this.fault('MALFORMED', null, 'This is a file of another record than the one before it.');
    this.tenantId = tenantId;
    this.isBundle = isBundle;
    this.isBegun = true;
    const others = this.anchors.filter((head) => head.tenantId !== tenantId);
    others.forEach((head) => this.anchors.splice(this.anchors.indexOf(head), 1));
  }

  /** What no key that is known has signed for stays unknown: whatever it sealed is refused where it stands. */
  private followKey(line: Rotation & { readonly signature: string }): void {
    const isVouchedFor = isSigned(this.keys, line.from, rotationText(line), line.signature);
    const [[keyId, key] = []] = isVouchedFor ? readKeys(line.publicKey) : [];
    if (key && keyId === line.to) this.keys.set(keyId, key);
  }

  private entry(entry: Line): void {
    if (!isEntryLine(entry))
      throw this.fault('MALFORMED', null, 'This entry has no seq, no type or no readable proof.');
    const leaf = leafOf(entry.seq, entryDigest(this.tenantId ?? '', entry));
    const read = { line: this.line, seq: entry.seq, leaf, entry };
    if (this.isBundle) this.proven(read, entry.proof);
    else if (this.waiting.length >= entriesPerSeal)
      throw this.fault('INSERTED', entry.seq, `More than ${entriesPerSeal} entries stand before a seal.`);
    else this.waiting.push(read);
  }

  /** An entry of a bundle: its way must lead to a head that is signed. */
  private proven(read: Read, proof: EntryLine['proof']): void {
    const head = proof && this.heads.get(proof.size);
    if (!head || rootThrough(read.leaf, proof, head.size) !== head.root)
      throw this.fault('ALTERED', read.seq, 'This entry is not the one that was sealed.');
    this.good(read);
  }

  private good({ line, seq, leaf, entry }: Read): void {
    this.entries += 1;
    this.last = seq;
    if (entry.payloadHash !== undefined) {
      this.erasedCount += 1;
      this.erased.set(seq, { line, seq, leaf, entry });
    }
    if (this.isBundle) noteTexts(entry.data, this.mentioned);
    this.noteErasure(entry);
  }

  /** Who erased what, and why; of one that no seal holds yet, the last line of the copy vouches. */
  private noteErasure({ type, data }: Entry): void {
    if (type !== 'audit.erased') return;
    const { entries } = (data ?? {}) as { readonly entries?: readonly string[] };
    entries?.forEach((each) => this.erased.delete(each));
  }

  private head(head: Head): void {
    if (head.tenantId !== this.tenantId || !isHeadSigned(this.keys, head))
      throw this.fault('ALTERED', head.to, this.unsigned('This head', head.keyId));
    this.heads.set(head.size, head);
  }

  /** A text that an entry names by its hash; one without is what the signer says, no more. */
  private exhibit({ name, domain, text, hash: named }: Line): void {
    if (named === undefined) return;
    const is = hash('sha256', String(domain) + String(text));
    if (is !== named || !this.mentioned.has(is))
      throw this.fault('ALTERED', null, `${String(name)} is not what the entries name by its hash.`);
    // A plan names by hash what was shown of it.
    noteTexts(JSON.parse(String(text)), this.mentioned);
  }

  private unsigned(what: string, keyId: string): string {
    return this.keys.has(keyId)
      ? `${what} is not as it was signed.`
      : `${what} is signed by the key ${keyId}, which is none of those given, and none that they signed for.`;
  }

  private seal(seal: SealLine): void {
    const bytes = Buffer.from(seal.leaves, 'base64');
    const leaves = leavesIn(bytes);
    const isAuthentic = seal.tenantId === this.tenantId && isHeadSigned(this.keys, seal);
    if (isAuthentic) this.follows(seal, seal.size - leaves.length);
    this.compare(this.waiting, leaves, seal.to, sealedEntries);
    if (!isAuthentic) throw this.fault('ALTERED', seal.to, this.unsigned('This seal', seal.keyId));
    this.noteKey(seal);
    const before = this.tree.size;
    for (const [at, read] of this.waiting.entries()) {
      this.tree.append(read.leaf);
      this.checkAnchors(this.waiting[0] ?? read, before + at + 1);
    }
    this.root = this.tree.root();
    if (this.root !== seal.root || this.tree.size !== seal.size)
      throw this.fault('ALTERED', seal.to, 'The leaves of this seal are not those that it signed.');
    this.waiting.forEach((read) => {
      this.good(read);
    });
    this.waiting = [];
  }

  /** Whoever got hold of a key of the past seals nothing with it behind the next. */
  private noteKey({ keyId, to }: SealLine): void {
    if (keyId === this.sealers.at(-1)) return;
    if (this.sealers.includes(keyId))
      throw this.fault('ALTERED', to, `This seal is of the key ${keyId}, whose place another had taken.`);
    this.sealers.push(keyId);
  }

  private follows(seal: SealLine, before: number): void {
    const first = this.waiting[0];
    const line = first?.line ?? this.line;
    if (before > this.tree.size) {
      const count = words(before - this.tree.size, 'entry', 'entries');
      throw this.fault(
        'MISSING',
        first?.seq ?? seal.from,
        `${count} of the record are missing before this, after ${this.last === null ? 'its beginning' : `seq ${this.last}`}.`,
        line,
      );
    }
    if (before < this.tree.size || seal.prevRoot !== this.root)
      throw this.fault(
        'FORKED',
        first?.seq ?? seal.from,
        'This seal continues another history than the one before it.',
        line,
      );
  }

  /** The first entry that is not the leaf which was sealed at its place; of evidence, the first line. */
  private compare(
    reads: readonly Placed[],
    leaves: readonly Buffer[],
    to: string | null,
    { one, a, many, done, end }: typeof sealedEntries | typeof signedLines,
  ): void {
    const has = (leaf: Buffer | undefined, from: number) =>
      leaf !== undefined && reads.slice(from).some((read) => read.leaf.equals(leaf));
    for (const [at, read] of reads.entries()) {
      const leaf = leaves[at];
      if (leaf?.equals(read.leaf)) continue;
      const isSealed = leaves.slice(at).some((each) => each.equals(read.leaf));
      const [kind, message] =
        leaf === undefined || (!isSealed && has(leaf, at + 1))
          ? (['INSERTED', `This ${one} was never ${done}.`] as const)
          : !isSealed
            ? (['ALTERED', `This ${one} is not the one that was ${done}.`] as const)
            : has(leaf, at + 1)
              ? (['SWAPPED', `This ${one} stands at the place of another.`] as const)
              : ([
                  'MISSING',
                  `${a} is missing before this one, after ${reads[at - 1]?.seq ?? this.last ?? 'the beginning'}.`,
                ] as const);
      throw this.fault(kind, read.seq, message, read.line);
    }
    if (leaves.length > reads.length)
      throw this.fault(
        'MISSING',
        to,
        `${words(leaves.length - reads.length, one, many)} before this ${end} are missing, after seq ${reads.at(-1)?.seq ?? this.last ?? '0'}.`,
      );
  }

  /** Where a head was kept elsewhere, the tree must have had that root at that size. */
  private checkAnchors(first: Read, size: number): void {
    while (this.anchors[0] && this.anchors[0].size <= size) {
      const head = this.anchors.shift();
      if (head?.size !== size) continue;
      if (!isHeadSigned(this.keys, head))
        throw this.fault('FORKED', first.seq, this.unsigned('The anchored head', head.keyId), first.line);
      if (this.tree.root() !== head.root)
        throw this.fault(
          'FORKED',
          first.seq,
          `The anchored head of ${words(size, 'entry', 'entries')} is of another history than this.`,
          first.line,
        );
      this.anchored += 1;
    }
  }

  private end(line: Line): void {
    const { lines, time, keyId, signature } = line as {
      lines?: number;
      time?: string;
      keyId?: string;
      signature?: string;
    };
    if (this.waiting[0]) {
      const { seq, line: at } = this.waiting[0];
      throw this.fault('INSERTED', seq, 'No seal follows this entry.', at);
    }
    this.place(line);
    if (this.found) throw this.found;
    const before = this.line - 1;
    const text = endText(before, this.sum.digest('hex'), String(time), String(keyId));
    if (lines !== before || !isSigned(this.keys, String(keyId), text, String(signature)))
      throw this.fault(
        'ALTERED',
        this.last,
        'This is not the file that was written: its lines are not those that its last line signs.',
      );
    this.isEnded = true;
  }

  /** Where the last line says what each line of the evidence was: the first that is not. */
  private place({ sums, sumsSignature, keyId }: Line): void {
    if (!this.isBundle || typeof sums !== 'string') return;
    const bytes = Buffer.from(sums, 'base64');
    if (!isSigned(this.keys, String(keyId), sumsText(bytes, String(keyId)), String(sumsSignature)))
      throw this.found ?? this.fault('ALTERED', this.last, 'The last line is not as it was signed.');
    this.compare(this.lines, leavesIn(bytes), null, signedLines);
  }
}

const leavesIn = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.floor(bytes.length / 32) }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));

/** Every text in what an entry says, for exhibits that it names. */
export const noteTexts = (value: unknown, texts: Set<string>): void => {
  if (typeof value === 'string') texts.add(value);
  else if (typeof value === 'object' && value !== null)
    Object.values(value as Record<string, Json>).forEach((each) => {
      noteTexts(each, texts);
    });
};

/** Lines of any length up to a bound, without the whole file in memory. */
export function* linesOf(chunks: Iterable<Buffer>): Generator<Buffer> {
  let rest = Buffer.alloc(0);
  for (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, at);
      from = at + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > longestLine) throw new Error('A line of the file is too long for a record.');
  }
  if (rest.length > 0) yield rest;
}

/** One file of a copy: its lines, and the name that faults are told with where there are several. */
export interface RecordFile {
  readonly name?: string;
  readonly lines: Iterable<Buffer>;
}

/** Several files are one record, each going on where the one before it ended. */
export const verifyFiles = (
  files: readonly RecordFile[],
  keys: Keys,
  anchors: readonly Head[] = [],
): Verdict => {
  const verification = new Verification(keys, anchors);
  let name: string | undefined;
  try {
    for (const [at, file] of files.entries()) {
      if (at > 0) verification.next();
      name = file.name;
      for (const line of file.lines) verification.take(line);
    }
    return verification.done();
  } catch (error) {
    return faultOf(error, name);
  }
};

/** What a verification found. Throws what is no fault of the copy. */
export const faultOf = (error: unknown, file?: string): Verdict => {
  if (!(error instanceof Fault)) throw error;
  return { ok: false, fault: file === undefined ? error.fault : { file, ...error.fault } };
};

export const verifyLines = (lines: Iterable<Buffer>, keys: Keys, anchors: readonly Head[] = []): Verdict =>
  verifyFiles([{ lines }], keys, anchors);

function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(1 << 20);
      const count = readSync(file, chunk);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

/** Heads that were kept elsewhere, one a line. Throws where one is not as its key signed it, of those known so far. */
export const readAnchors = (text: string, keys: Keys): Head[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      const head = JSON.parse(line) as Head;
      if (keys.has(head.keyId) && !isHeadSigned(keys, head))
        throw new Error(`Line ${at + 1} of the anchor is not a head that these keys signed.`);
      return head;
    });

/** One file, or those of an archive and what came after them, in their order. */
export const verifyFile = (
  paths: string | readonly string[],
  keyFiles: string | readonly string[],
  anchorFile: string | null,
  /** What a file says, of its bytes: they are what it says where left out. */
  read: (bytes: Iterable<Buffer>) => Iterable<Buffer> = (bytes) => bytes,
): Verdict => {
  const files = [keyFiles].flat();
  const keys = readKeys(files.map((each) => readFileSync(each, 'utf8')).join('\n'));
  if (keys.size === 0) throw new Error(`${files.join(', ')} holds no Ed25519 public key.`);
  const anchors = anchorFile === null ? [] : readAnchors(readFileSync(anchorFile, 'utf8'), keys);
  const all = [paths].flat();
  const named = all.map((path) => ({
    lines: linesOf(read(chunksOf(path))),
    ...(all.length > 1 ? { name: path } : {}),
  }));
  return verifyFiles(named, keys, anchors);
};

/** A sentence or two for people. */
export const verdictWords = (verdict: Verdict): string => {
  if (!verdict.ok) {
    const { kind, file, line, seq, message } = verdict.fault;
    return `NOT VERIFIED. ${file === undefined ? 'Line' : `${file}, line`} ${line}${seq === null ? '' : `, seq ${seq}`}: ${kind}. ${message}`;
  }
  const { entries, erased, to, root, anchored } = verdict;
  const tree =
    root === null ? 'each in the tree of a signed head' : `sealed up to seq ${to ?? 'none'}, root ${root}`;
  const more = [
    erased > 0 ? ` What ${words(erased, 'of them said', 'of them said')} was erased, on record.` : '',
    anchored > 0 ? ` ${words(anchored, 'anchored head agrees', 'anchored heads agree')}.` : '',
  ];
  return `Verified: ${words(entries, 'entry', 'entries')}, ${tree}.${more.join('')}`;
};

const usage = 'usage: node verify-audit.ts FILE… --key PUBLIC_KEY_FILE [--key …] [--anchor HEADS_FILE]\n';

const main = (args: readonly string[]): number => {
  const options = args.findIndex((each) => each.startsWith('--'));
  const [files, rest] = options < 0 ? [args, []] : [args.slice(0, options), args.slice(options)];
  const given = (name: string): string[] => rest.filter((_, at) => at % 2 === 1 && rest[at - 1] === name);
  const [keys, anchors] = [given('--key'), given('--anchor')];
  const isKnown = rest.length === 2 * (keys.length + anchors.length);
  if (files.length === 0 || keys.length === 0 || anchors.length > 1 || !isKnown) {
    process.stderr.write(usage);
    return 2;
  }
  const verdict = verifyFile(files, keys, anchors[0] ?? null);
  process.stdout.write(`${verdictWords(verdict)}\n`);
  return verdict.ok ? 0 : 1;
};

if (import.meta.main) process.exitCode = main(process.argv.slice(2));

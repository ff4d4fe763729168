import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFiles, type ComparedFile, type FileChange } from './file-diff.ts';
import { byteByByte, isText } from './file-text.ts';

const changeOf = (before: Uint8Array | null, after: string | null): FileChange => ({
  path: 'a.txt',
  before,
  oldId: before === null ? null : 'c0de'.repeat(10),
  after,
});

const compare = (before: Uint8Array | null, after: string | null): ComparedFile => {
  const [compared] = compareFiles([changeOf(before, after)]);
  if (!compared) throw new Error('Each change has its comparison.');
  return compared;
};

/** Bytes of text, of other encodings, cut off in the middle, and the marks that stand for such bytes. */
const piece = fc.oneof(
  fc
    .constantFrom('a', 'b\n', '\n', '\r\n', 'é', '日', '\ufffd', '\uf7e9', '\ufeff')
    .map((text) => Buffer.from(text)),
  fc
    .constantFrom([0xe9], [0xff, 0xfe], [0xef, 0x9f], [0xc3], [0xed, 0xa0, 0x80], [0x00])
    .map((bytes) => Buffer.from(bytes)),
);
const bytes = fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.concat(pieces));
const text = fc
  .array(fc.constantFrom('a', 'b\n', '\n', '\r\n', 'é', '日', '\ufffd', '\uf7e9', '\ufeff'), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''));

describe('bytes that are no text', () => {
  test('read differently where they are different', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        expect(byteByByte(one) === byteByByte(other)).toBe(one.equals(other));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are not taken for the character that stands for what nobody could read', () => {
    const before = Buffer.from('// caf\xe9 pure\nlet a = 1;\n', 'latin1');
    const { diff, oldForm } = compare(before, '// caf\ufffd pure\nlet a = 2;\n');
    expect(oldForm).toBe('BYTES');
    expect(diff).toMatchObject({ additions: 2, deletions: 2 });
    expect(diff.hunks[0]?.lines[0]?.text).toBe('// caf\uf7e9 pure');
  });
});

/** What a reader of the hunks takes the new text for, who has the old one. */
const readAs = (old: readonly string[], { diff }: ComparedFile): string => {
  const read: string[] = [];
  let at = 0;
  for (const { oldStart, lines } of diff.hunks) {
    while (at < oldStart - 1) read.push(old[at++] ?? '');
    for (const { kind, text: line, isUnterminated } of lines) {
      if (kind !== 'ADD') at += 1;
      if (kind !== 'REMOVE') read.push(isUnterminated ? line : `${line}\n`);
    }
  }
  return read.concat(old.slice(at)).join('');
};

test('a change says what changes: no bytes hide behind "+0 −0", and the new text can be read out of it', () => {
  fc.assert(
    fc.property(fc.option(bytes), text, (before, after) => {
      const compared = compare(before, after);
      const { additions, deletions, isBinary } = compared.diff;
      expect(isBinary).toBe(false);
      if (compared.oldForm === 'BINARY') return;
      const isSame = (before ?? Buffer.alloc(0)).equals(Buffer.from(after));
      expect(additions + deletions === 0).toBe(isSame);
      const inBytes = before !== null && !isText(before);
      const shown = (content: Buffer) => (inBytes ? byteByByte(content) : content.toString('utf8'));
      const old = shown(before ?? Buffer.alloc(0))
        .split(/(?<=\n)/)
        .filter((line) => line !== '');
      expect(readAs(old, compared)).toBe(shown(Buffer.from(after)));
    }),
    { numRuns: 2_000 },
  );
});

test('what cannot be shown is told apart by its digest', () => {
  const compared = (before: string) => compare(Buffer.from(before, 'latin1'), 'text\n').contents;
  expect(compared('a\0b')).toMatch(
    /^Content before: c0dec0dec0dec0de \(3 bytes\); after: SHA-256 [0-9a-f]{16} \(5 bytes\)\.$/,
  );
});

test('a commit shows so much and no more, and says where it is cut', () => {
  const content = Array.from({ length: 900 }, (_, index) => `line ${index}\n`).join('');
  const compared = compareFiles(Array.from({ length: 20 }, () => changeOf(null, content)));
  const shown = compared.map(({ diff }) => diff.hunks.flatMap(({ lines }) => lines).length);
  expect(shown.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(compared.every(({ diff }) => diff.additions === 900)).toBe(true);
  expect(compared.at(-1)?.diff.isTruncated).toBe(true);
});

const numbered = (word: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');

test('a change of thousands of lines is whole, with both sides', () => {
  const { diff } = compare(Buffer.from(numbered('old', 1_101)), numbered('new', 1_101));
  expect(diff).toMatchObject({ additions: 1_101, deletions: 1_101, isTruncated: false });
  expect(diff.hunks.flatMap(({ lines }) => lines)).toHaveLength(2_202);
});

test('a long diff takes no room from a short one, wherever they stand', () => {
  const [long, short] = compareFiles([
    changeOf(null, numbered('long', 12_000)),
    changeOf(Buffer.from('before\n'), 'after\n'),
  ]);
  expect(long?.diff.isTruncated).toBe(true);
  expect(long?.diff.hunks.flatMap(({ lines }) => lines)).toHaveLength(9_998);
  expect(short?.diff).toMatchObject({ isTruncated: false, additions: 1, deletions: 1 });
  expect(short?.diff.hunks.flatMap(({ lines }) => lines)).toHaveLength(2);
});

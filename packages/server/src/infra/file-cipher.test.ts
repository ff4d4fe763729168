import { randomBytes, randomInt } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFileCipher, keyOfFile } from './file-cipher.ts';
import type { EncryptionKey } from './cell-cipher.ts';

const [one, two]: readonly [EncryptionKey, EncryptionKey] = [
  { name: '2026-01', hex: '11'.repeat(32) },
  { name: '2026-02', hex: '22'.repeat(32) },
];
const place = 'backup/tables/task.copy.gz';
const frame = 64 * 1024;

/** In pieces of a size, as a disk or a network gives them. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size)
    yield await Promise.resolve(bytes.subarray(from, from + size));
}
const sealed = (bytes: Buffer, keys = [one], size = 10_000, at = place): Promise<Buffer> =>
  buffer(createFileCipher(() => keys).seal(inPieces(bytes, size), at));
const opened = (bytes: Buffer, keys = [one], size = 10_000, at = place): Promise<Buffer> =>
  buffer(createFileCipher(() => keys).open(inPieces(bytes, size), at));

describe('an encrypted file', () => {
  test('is read as it was written, however long it is and whatever pieces it comes in', async () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: -2, max: 2 }).map((more) => frame + more),
      fc.integer({ min: -2, max: 2 }).map((more) => 3 * frame + more),
    );
    const sizes = fc.constantFrom(7, 1_000, frame, frame + 16, 1_000_000);
    await fc.assert(
      fc.asyncProperty(lengths, sizes, sizes, async (length, written, read) => {
        const bytes = randomBytes(length);
        const kept = await sealed(bytes, [two, one], written);
        expect(keyOfFile(kept)).toBe(two.name);
        expect((await opened(kept, [one, two], read)).equals(bytes)).toBe(true);
        const now = createFileCipher(() => [one, two]).openAnywhere([kept]);
        expect(Buffer.concat([...now]).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('is refused with any byte changed, wherever it is', async () => {
    const kept = await sealed(randomBytes(2 * frame + 100));
    const header = kept.indexOf(10) + 1;
    for (let flip = 0; flip < 100; flip += 1) {
      const at = randomInt(header, kept.length);
      const changed = Buffer.from(kept);
      changed[at] = (kept[at] ?? 0) ^ (1 << randomInt(8));
      await expect(opened(changed), String(at)).rejects.toThrow(/does not decrypt|does not begin/);
    }
    // A beginning that is no longer ours is that of another file, which nobody takes for this one.
    for (let at = 0; at < header; at += 1) {
      const changed = Buffer.from(kept);
      changed[at] = (kept[at] ?? 0) ^ 1;
      const read = await opened(changed).catch(() => null);
      expect([at, read === null || read.length === kept.length]).toEqual([at, true]);
    }
  });

  test('is refused where it was cut off, or its frames were left out, swapped, doubled or taken from another', async () => {
    const bytes = randomBytes(4 * frame);
    const [kept, other] = [await sealed(bytes), await sealed(bytes)];
    const start = kept.indexOf(10) + 1;
    const frames = (of: Buffer) =>
      [0, 1, 2, 3].map((n) => of.subarray(start + n * (frame + 16), start + (n + 1) * (frame + 16)));
    const [a, b, c, d] = frames(kept) as [Buffer, Buffer, Buffer, Buffer];
    const [, theirs] = frames(other) as [Buffer, Buffer];
    const line = kept.subarray(0, start);
    expect((await opened(Buffer.concat([line, a, b, c, d]))).equals(bytes)).toBe(true);
    for (const [name, parts] of Object.entries({
      'no frame': [],
      'half a line': null,
      'cut at a frame': [a, b, c],
      'cut within one': [a, b, c, d.subarray(0, 1_000)],
      'less than a tag': [a, b, c, d.subarray(0, 3)],
      'left out': [a, c, d],
      swapped: [a, c, b, d],
      doubled: [a, a, b, c, d],
      added: [a, b, c, d, d],
      'of another': [a, theirs, c, d],
    }))
      await expect(
        opened(parts === null ? line.subarray(0, -1) : Buffer.concat([line, ...parts])),
        name,
      ).rejects.toThrow(/does not/);
  });

  test('is refused in the place of another, and without its key', async () => {
    const kept = await sealed(Buffer.from('payload'));
    await expect(opened(kept, [one], 100, 'backup/tables/plan.copy.gz')).rejects.toThrow(
      'backup/tables/plan.copy.gz is another file: it was written as backup/tables/task.copy.gz.',
    );
    await expect(opened(kept, [two])).rejects.toThrow(/encrypted with the key "2026-01", which/);
    await expect(opened(kept, [{ ...two, name: one.name }])).rejects.toThrow(/does not decrypt/);
  });

  test('is plain where there is no key that encrypts, and plain ones stay readable', async () => {
    const bytes = randomBytes(100);
    for (const keys of [[], [{ ...one, encrypts: false }]]) {
      expect((await sealed(bytes, keys)).equals(bytes)).toBe(true);
      expect(keyOfFile(bytes)).toBeNull();
    }
    for (const plain of ['', 'c', 'countersign', '{"kind":"countersign.segment"}\n'])
      expect((await opened(Buffer.from(plain))).toString()).toBe(plain);
  });
});

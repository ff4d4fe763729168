import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCellCipher, DecryptionError, type CellPlace } from './cell-cipher.ts';
import { cellsRead, cellsReadBy, openCells } from './encrypted-cells.ts';

const one = { name: '2026-01', hex: '11'.repeat(32) };
const two = { name: '2026-02', hex: '22'.repeat(32) };
const place: CellPlace = { table: 'step', column: 'output', tenantId: 'tenant', id: 'row' };

const document = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

describe('a cell', () => {
  it.each([{ keys: [] }, { keys: [one] }])(
    'comes back as it was written, whatever it is ($keys)',
    ({ keys }) => {
      const cipher = createCellCipher(keys);
      fc.assert(
        fc.property(document, fc.constantFrom('', 'enc:0:', 'enc:1:', 'enc:1:2026-01:'), (value, before) => {
          const text = before + JSON.stringify(value);
          expect(cipher.open('text', cipher.seal('text', text, place), place)).toBe(text);
          for (const held of [value, text]) {
            const stored = cipher.seal('jsonb', held, place);
            expect(cipher.open('jsonb', stored, place)).toEqual(held);
            expect(JSON.parse(String(cipher.open('jsonb::text', JSON.stringify(stored), place)))).toEqual(
              held,
            );
          }
        }),
      );
    },
  );

  it('never has the same bytes twice, and nothing of what it says', () => {
    const cipher = createCellCipher([one]);
    const [first, second] = [cipher.seal('text', 'canary', place), cipher.seal('text', 'canary', place)];
    expect(first).not.toBe(second);
    expect(first).toMatch(/^enc:1:2026-01:[\w-]+$/);
  });

  it('is left as it is where it is an empty list', () => {
    expect(createCellCipher([one]).seal('jsonb', [], place)).toEqual([]);
  });

  it('is written with the first key that encrypts, and read with all', () => {
    const reading = createCellCipher([one, { ...two, encrypts: false }]);
    const writing = createCellCipher([{ ...one, encrypts: false }, two]);
    expect([reading.encryptsWith()?.name, writing.encryptsWith()?.name]).toEqual([one.name, two.name]);
    expect(reading.open('text', writing.seal('text', 'canary', place), place)).toBe('canary');
    const alone = createCellCipher([{ ...two, encrypts: false }]);
    expect([alone.encryptsWith(), alone.seal('text', 'canary', place)]).toEqual([null, 'canary']);
    expect(alone.open('text', writing.seal('text', 'canary', place), place)).toBe('canary');
  });

  it('is read in its own place alone', () => {
    const cipher = createCellCipher([one]);
    const stored = cipher.seal('text', 'canary', place);
    for (const other of [{ table: 'task' }, { column: 'error' }, { tenantId: 'another' }, { id: 'another' }])
      expect(() => cipher.open('text', stored, { ...place, ...other })).toThrow(DecryptionError);
  });

  it('is refused where a single bit of it is another', () => {
    const cipher = createCellCipher([one]);
    const stored = String(cipher.seal('text', 'canary', place));
    const begin = 'enc:1:2026-01:'.length;
    const bytes = Buffer.from(stored.slice(begin), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const text = stored.slice(0, begin) + changed.toString('base64url');
      expect(() => cipher.open('text', text, place)).toThrow(/damaged or was written for another place/);
    }
    for (const cut of ['enc:1:', 'enc:1:2026-01:', stored.slice(0, -9)])
      expect(() => cipher.open('text', cut, place)).toThrow(DecryptionError);
  });

  it('is read by any key there is, and names the one that there is not', () => {
    const stored = createCellCipher([one]).seal('text', 'canary', place);
    expect(createCellCipher([two, one]).open('text', stored, place)).toBe('canary');
    expect(() => createCellCipher([two]).open('text', stored, place)).toThrow(
      '"output" of the row row of "step" is encrypted with the key "2026-01", which security.encryption.keys does not name.',
    );
  });
});

describe('rows that a statement gave', () => {
  const cipher = createCellCipher([one]);
  const sealed = cipher.seal('jsonb', { a: 1 }, place);
  const told = { at: 'step.output', table: 'step', column: 'output', type: 'jsonb' } as const;
  const reads = cellsReadBy(`SELECT 1${cellsRead([{ ...told, id: 'step.id', tenantId: '@tenant' }])}`);

  it('are decrypted where the statement says, and lose what was read for that alone', () => {
    const rows = [
      { step: { id: 'row', output: sealed }, '@tenant': 'tenant' },
      { step: null, '@tenant': 'tenant' },
    ];
    openCells(rows, reads, cipher);
    expect(rows).toEqual([{ step: { id: 'row', output: { a: 1 } } }, { step: null }]);
  });

  it('say where they do not decrypt, and leave the others alone, where the statement asks for that', () => {
    const rows = [
      { step: { id: 'another', output: sealed }, '@tenant': 'tenant' },
      { step: { id: 'row', output: sealed }, '@tenant': 'tenant' },
    ];
    openCells(rows, reads, cipher, true);
    expect(rows).toEqual([
      { step: { id: 'another', output: null }, unreadable: expect.any(DecryptionError) },
      { step: { id: 'row', output: { a: 1 } } },
    ]);
  });

  it('are refused where an encrypted value came without its row', () => {
    expect(() => openCells([{ step: { output: sealed } }], reads, cipher)).toThrow(
      '"output" of "step" was read without the row that it stands in.',
    );
  });
});

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { slowness, usualTimeOf, watchLoop } from '../../testing/event-loop.ts';
import { createRedactor } from './redaction.ts';

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const each = (text: string, write: (character: string) => string): string => Array.from(text, write).join('');
const inBytes = (text: string, write: (byte: number) => string): string =>
  [...Buffer.from(text, 'utf8')].map(write).join('');
const inBase64 = (before: string, text: string): string => Buffer.from(`${before}${text}`).toString('base64');

const inBase32 = (text: string): string => {
  const bits = inBytes(text, (byte) => byte.toString(2).padStart(8, '0'));
  return Array.from(
    bits.match(/.{1,5}/g) ?? [],
    (five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five.padEnd(5, '0'), 2)],
  ).join('');
};

/** How text is written where it does not stand as it is. */
const forms: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  JSON: (text) => JSON.stringify(text),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify({ text })),
  'JSON with every character escaped': (text) => each(text, (at) => `\\u${hex(at.charCodeAt(0), 4)}`),
  'JSON with slashes escaped': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'named and decimal entities': (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      .replaceAll('/', '&#47;')
      .replaceAll('=', '&equals;'),
  'hexadecimal entities': (text) => each(text, (at) => `&#X${hex(at.charCodeAt(0), 2).toUpperCase()};`),
  'a part of a URL': (text) => encodeURIComponent(text),
  'a form': (text) => new URLSearchParams({ text }).toString(),
  'percent signs in capitals': (text) => inBytes(text, (byte) => `%${hex(byte, 2).toUpperCase()}`),
  'percent signs in small letters': (text) => inBytes(text, (byte) => `%${hex(byte, 2)}`),
  'percent signs twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'base64, first of three': (text) => inBase64('abc', text),
  'base64, second of three': (text) => inBase64('a', `${text} and more`),
  'base64, third of three': (text) => inBase64('ab', `${text}!`),
  'base64 for URLs': (text) => Buffer.from(`?>${text}`).toString('base64url'),
  'base64 in lines': (text) => inBase64('x'.repeat(50), text).replaceAll(/.{76}/g, '$&\r\n'),
  'base64 in a URL': (text) => encodeURIComponent(inBase64('', text)),
  'base64 in base64': (text) => inBase64('a', inBase64('b', `"${text}"`)),
  'base64 of JSON': (text) => inBase64('', JSON.stringify({ token: text })),
  'base64 of Latin-1': (text) => Buffer.from(text, 'latin1').toString('base64'),
  'base64 of something packed': (text) => gzipSync(`{"token":"${text}"}`).toString('base64'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in capitals': (text) => Buffer.from(text, 'latin1').toString('hex').toUpperCase(),
  'hexadecimal in pairs': (text) => inBytes(text, (byte) => `${hex(byte, 2)}:`),
  'a list of bytes': (text) => JSON.stringify(Buffer.from(text)),
  'a list of bytes, a line each': (text) => JSON.stringify([...Buffer.from(text)], null, 2),
  'a list of hexadecimal bytes': (text) =>
    [...Buffer.from(text)].map((byte) => `0x${hex(byte, 2)}`).join(', '),
  'UTF-16': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
  'UTF-16, the high byte first': (text) => Buffer.from(text, 'utf16le').swap16().toString('latin1'),
  'base64 of UTF-16': (text) => Buffer.from(`x${text}`, 'utf16le').toString('base64'),
  'quoted-printable': (text) => inBytes(text, (byte) => `=${hex(byte, 2).toUpperCase()}`),
  'quoted-printable in lines': (text) =>
    text.replaceAll('=', '=3D').replaceAll(/(?:=3D|[^=]){7}/g, '$&=\r\n'),
  base32: (text) => inBase32(`ab${text}`),
};
const packings = { gzipSync, deflateSync, deflateRawSync, brotliCompressSync, zstdCompressSync };

/** Anything that a header may carry. */
const anySecret = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) },
      { weight: 1, arbitrary: fc.integer({ min: 0xa1, max: 0xff }) },
      { weight: 1, arbitrary: fc.constantFrom(...Buffer.from('+/=&<>"\'\\% ~')) },
    ),
    { minLength: 8, maxLength: 60 },
  )
  .map((codes) => String.fromCharCode(...codes).trim())
  .filter(({ length }) => length >= 8);
/** What stands around it: nothing that is part of the same code. */
const anyText = fc.stringMatching(/^[ "{},.a-z]{0,40}$/).map((text) => `${text} `);

describe('whatever a secret is', () => {
  it.each(Object.keys(forms))('it is found as %s', (name) => {
    const form = forms[name] ?? String;
    const property = fc.property(anySecret, anyText, anyText, (secret, before, after) => {
      // Of letters outside ASCII there are capitals of another length.
      fc.pre(name !== 'in capitals' || !/[\x80-\xff]/.test(secret));
      const written = form(secret);
      const redactor = createRedactor([secret]);
      const redacted = redactor.text(`${before}${written} ${after}`);
      expect(redacted).toContain('[secret]');
      expect(redacted).not.toContain(written);
      expect(redactor.text(redacted)).toBe(redacted);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it.each(Object.entries(packings))('a body packed by %s is withheld', async (_name, pack) => {
    const property = fc.asyncProperty(anySecret, anyText, async (secret, before) => {
      const packed = pack(Buffer.from(`${before}${secret}`));
      expect((await createRedactor([secret]).bytes(packed)).toString()).toBe('[secret]');
    });
    await fc.assert(property, { numRuns: 50 });
  });

  it('is taken out of JSON, names and numbers too, and what is beside it stays', async () => {
    const { json } = createRedactor(['123456789', 'abcdefgh']);
    expect(await json({ a: ['x abcdefgh y', 123_456_789, 12, null, true], abcdefgh: { b: 'c' } })).toEqual({
      a: ['x [secret] y', '[secret]', 12, null, true],
      '[secret]': { b: 'c' },
    });
  });
});

it.each<[title: string, secret: string, text: string]>([
  ['what a scheme stands before', 'Bearer abcdefgh-123', 'got abcdefgh-123'],
  [
    'the password of a pair',
    `Basic ${Buffer.from('ann:hunter2-hunter2').toString('base64')}`,
    'hunter2-hunter2',
  ],
  ['one of several', 'abcdefgh', 'a ABCDEFGH b'],
])('finds %s', (_title, secret, text) => {
  expect(createRedactor(['unrelated-one', secret]).text(text)).toContain('[secret]');
});

it('leaves alone what is no secret', async () => {
  const redactor = createRedactor(['Bearer zQ7-kW3_vX9.pL2']);
  const property = fc.property(fc.string({ maxLength: 200 }), (text) => {
    // Not the texts themselves: what differs would fill the screen.
    expect(redactor.text(text) === text).toBe(true);
  });
  fc.assert(property);
  const nobodys = createRedactor([]);
  expect([nobodys.text('a'), await nobodys.json({ a: 1 }), nobodys.reachBytes]).toEqual(['a', { a: 1 }, 0]);
});

test.each(
  Object.entries({
    prose: 'lorem ipsum "dolor" sit\\n amet %20 '.repeat(2_000),
    words: 'abcdefghijklmnop '.repeat(4_000),
    'a long code': Buffer.from('ab'.repeat(24_000)).toString('base64'),
    escapes: '\\\\%2541&amp;'.repeat(5_000),
    numbers: '115, 51 0x7f '.repeat(5_000),
    'numbers far apart': `1${' '.repeat(40)}`.repeat(1_500),
  }),
)('looking through 64 kB of %s is quick', async (_title, text) => {
  const secrets = Array.from({ length: 20 }, (_, index) => `Bearer token-${index}-${'x'.repeat(30)}`);
  const { text: redact } = createRedactor(secrets);
  expect(await usualTimeOf(() => redact(text))).toBeLessThan(1_000);
});

describe('what is made to be much work', () => {
  const secret = 's3cr3t-token-abcdef-0123456789';
  const redactor = createRedactor([secret, 'another-Secret/with+chars==']);
  const coded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  /** Some hundred characters that a megabyte comes out of. */
  const bomb = (index: number): string => coded(zstdCompressSync(`${index}${'ab '.repeat(300_000)}`));
  const bombs = Array.from({ length: 400 }, (_, index) => bomb(index)).join(' ');
  /** A megabyte of short codes of which none is text, and each begins as nothing that is packed. */
  const perhapsPacked = Array.from({ length: 40_000 }, (_, index) =>
    coded(Buffer.from(`\u0001 ${index} readable`, 'latin1')),
  ).join(' ');
  const words = Array.from({ length: 7_000 }, (_, index) => coded(Buffer.from(`these are words ${index}`)));

  it.each<[title: string, look: () => unknown]>([
    ['packed in little', () => redactor.text(bombs)],
    ['packed in little, a body', () => redactor.bytes(Buffer.from(bombs))],
    ['in what might be packed', () => redactor.text(perhapsPacked)],
    ['in many codes', () => redactor.text(words.join(' '))],
    ['in many numbers', () => redactor.json(Array.from({ length: 100_000 }, (_, index) => index))],
    ['in backslashes', () => redactor.text('\\'.repeat(262_144))],
    ['in letters that are a code', () => redactor.text('A'.repeat(262_144))],
    ['in codes within codes', () => redactor.text(coded(Buffer.from(words.join(' '))))],
  ])('takes no longer than there is of it: %s', async (_title, look) => {
    expect(await usualTimeOf(look)).toBeLessThan(1_500);
  });

  it.each<[title: string, text: string]>([
    ['packed in little', bombs],
    ['codes that might be packed', perhapsPacked.slice(0, 262_144)],
    ['backslashes', '\\'.repeat(262_144)],
    ['escapes of several notations', '\\\\%2541&amp;'.repeat(20_000)],
    ['letters that are a code', 'A'.repeat(262_144)],
    ['many codes', words.join(' ')],
  ])('keeps nobody else waiting, several at once: %s', async (_title, text) => {
    const { longestMs, value } = await watchLoop(() =>
      Promise.all([redactor.json({ text }), redactor.bytes(Buffer.from(text)), redactor.json([text])]),
    );
    expect(longestMs).toBeLessThan(200 * slowness());
    expect(value[0].text).toBe(value[2][0]);
  });

  const within = (length: number): string =>
    coded(
      Buffer.from(
        JSON.stringify({ page: coded(Buffer.from('Plain words, and no secret. '.repeat(length / 28))) }),
      ),
    );
  it.each<[title: string, text: string]>([
    [
      'a code in a code, beside escapes of several notations',
      `{"file":"${within(50_000)}","next":"/a%20b?x=1&amp;y=\\u0041"}`,
    ],
    [
      'many small packed pieces',
      Array.from({ length: 900 }, (_, index) => coded(gzipSync(`line ${index} of a log`))).join(' '),
    ],
  ])('leaves alone what anybody may see: %s', (_title, text) => {
    // Not the texts themselves: what differs would fill the screen.
    expect(redactor.text(text) === text).toBe(true);
  });

  it('hides nothing', () => {
    const among = words.with(5_000, coded(Buffer.from(`{"token":"${secret}"}`)));
    const shown = redactor.text(among.join(' ')).split(' ');
    expect(shown[5_000]).toBe('[secret]');
    expect(shown.filter((word) => word === '[secret]')).toHaveLength(1);
    // Where nobody can look any more, nothing is shown.
    const last = coded(gzipSync(`{"token":"${secret}"}`));
    expect(redactor.text(`${bombs} ${last}`)).not.toContain(last);
  });
});

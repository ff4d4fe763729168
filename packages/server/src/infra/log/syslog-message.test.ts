import { describe, expect, it } from 'vitest';
import { entryMessage, framed, syslogMessage, type SyslogOrigin } from './syslog-message.ts';

const origin: SyslogOrigin = {
  facility: 'local0',
  hostname: 'node 1\u0000',
  application: 'countersign',
  processId: 42,
  mostBytes: 1_024,
};
const time = '2026-11-27T23:00:00.000Z';
const lineOf = (entry: object, level = 'info'): string => `${JSON.stringify({ level, time, ...entry })}\n`;

/** A message by the grammar of RFC 5424, without structured data. */
const parse = (message: string) => {
  const read = /^<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) - ([ -~]*)$/.exec(message);
  if (!read) throw new Error(`Not a message: ${message}`);
  const [, priority, at, ...rest] = read;
  return { priority: Number(priority), at, header: rest.slice(0, 4), text: rest[4] ?? '' };
};

describe('a message of syslog', () => {
  it('has the header that its line says', () => {
    expect(parse(syslogMessage(lineOf({ msg: 'ready' }), origin))).toEqual({
      priority: 16 * 8 + 6,
      at: time,
      header: ['node1', 'countersign', '42', '-'],
      text: lineOf({ msg: 'ready' }).trim(),
    });
  });

  it.each([
    ['fatal', 2],
    ['error', 3],
    ['warn', 4],
    ['info', 6],
    ['debug', 7],
    ['trace', 7],
  ])('is as severe as %s', (level, severity) => {
    const { priority } = parse(syslogMessage(lineOf({}, level), { ...origin, facility: 'daemon' }));
    expect(priority).toBe(3 * 8 + severity);
  });

  it.each([
    ['line breaks', 'one\r\ntwo\u2028three'],
    ['NUL and other controls', 'a\u0000b\u001b[31m\u007f\u0085'],
    ['other scripts', 'Übergrößenträger 東京'],
    ['beyond the basic plane', 'a 🚀 and half a \ud83d one'],
    ['what looks like a frame', '12 <1>1 - - - - - -'],
  ])('gives back %s as they were', (_, msg) => {
    const { text } = parse(syslogMessage(lineOf({ msg }), origin));
    expect(JSON.parse(text)).toMatchObject({ msg });
  });

  it('is one message even of what is no JSON', () => {
    expect(parse(syslogMessage('not\njson\u0000', origin))).toMatchObject({
      at: '-',
      text: 'not\\u000ajson\\u0000',
    });
  });

  it.each(['x', '"', '\\', '🚀', '\u0000'])('of a very long line of %j, is its beginning in JSON', (unit) => {
    const line = lineOf({ msg: unit.repeat(50_000) }, 'error');
    const { priority, text } = parse(syslogMessage(line, origin));
    expect(priority).toBe(16 * 8 + 3);
    expect(text.length).toBeLessThanOrEqual(1_024);
    expect(text.length).toBeGreaterThan(500);
    const read = JSON.parse(text) as { start: string };
    expect(read).toMatchObject({ level: 'error', time, msg: 'a line too long for syslog' });
    expect(read.start.startsWith('{"level":"error"')).toBe(true);
  });

  it('is framed by the number of its bytes', () => {
    expect(framed('<14>1 é')).toBe('8 <14>1 é');
  });
});

describe('a message of an entry', () => {
  const entry = {
    seq: '7',
    at: time,
    type: 'task.submitted',
    summary: 'Ü\n',
    data: { text: 'x' },
    digest: 'ab',
  };

  it('has its type and time in the header, and all that the entry says', () => {
    const message = entryMessage(JSON.stringify(entry), origin);
    expect(message).toMatch(
      /^<133>1 2026-11-27T23:00:00\.000Z node1 countersign 42 task\.submitted - [ -~]*$/,
    );
    expect(JSON.parse(message.slice(message.indexOf('{')))).toEqual(entry);
  });

  it.each([5_000, 500_000])('of %i characters too many goes without what it said, and says so', (length) => {
    const long = { ...entry, data: { text: '東'.repeat(length) }, summary: '東'.repeat(length) };
    const message = entryMessage(JSON.stringify(long), origin);
    const text = message.slice(message.indexOf('{'));
    expect(text.length).toBeLessThanOrEqual(1_024);
    expect(JSON.parse(text)).toMatchObject({ seq: '7', digest: 'ab', dataLeftOut: true });
  });
});

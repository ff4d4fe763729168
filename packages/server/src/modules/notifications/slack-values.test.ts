import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { isFromSlack } from './slack-values.ts';

const secret = 'of the workspace';
const now = new Date('2026-11-27T08:00:00Z');
const timestamp = String(now.getTime() / 1000);
const body = 'payload=%7B%7D';
const right = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

const signedAt = (seconds: number, signed = body) => {
  const at = String(now.getTime() / 1000 + seconds);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${signed}`).digest('hex')}`;
  return { signature, timestamp: at };
};

it.each([
  [-301, false],
  [-299, true],
  [299, true],
  [301, false],
])('a request that was signed %i seconds from now is taken: %s', (seconds, isTaken) => {
  expect(isFromSlack(secret, { ...signedAt(seconds), body }, now)).toBe(isTaken);
});

it('takes the very bytes that were signed, and no time or version that was not', () => {
  const { signature } = signedAt(0);
  for (const altered of [
    { signature, timestamp, body: 'payload=%7b%7d' },
    { signature, timestamp, body: `${body} ` },
    { signature, timestamp: String(Number(timestamp) + 1), body },
    { signature, timestamp: `${timestamp}.0`, body },
    { signature, timestamp: 'NaN', body },
    { signature: signature.replace('v0=', 'v1='), timestamp, body },
    { signature: '', timestamp, body },
  ])
    expect(isFromSlack(secret, altered, now)).toBe(false);
});

it.each<[title: string, signature: string, isTaken: boolean]>([
  ['the right one', right, true],
  ['one of another length', `${right}0`, false],
  // As many characters as the right one, and more bytes.
  ['one that is no ASCII', `é${right.slice(1)}`, false],
  ['another one', right.replace(/.$/, (last) => (last === '0' ? '1' : '0')), false],
])('a request with %s', (_title, signature, isTaken) => {
  expect(isFromSlack(secret, { signature, timestamp, body }, now)).toBe(isTaken);
});

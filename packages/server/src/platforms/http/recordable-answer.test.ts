import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRedactor, type Redactor } from '../../infra/redaction.ts';
import { recordableAnswer } from './recordable-answer.ts';

const secret = 's3cr3t-token-abcdef';
const maxBytes = 1_000;
const redactor = createRedactor([secret]);

const answered = (text: string) => ({
  status: 200,
  headers: { 'content-encoding': 'gzip' },
  body: gzipSync(text),
  isTruncated: false,
  url: 'http://shop.test/',
});

test('wherever a secret stands in what was coded, nothing of it is left at the cut', async () => {
  for (let before = maxBytes - 2 * secret.length; before <= maxBytes + redactor.reachBytes; before += 1) {
    const text = `${'-'.repeat(before)}${secret}${'-'.repeat(2_000)}`;
    const { body, isTruncated } = await recordableAnswer(answered(text), redactor, maxBytes);
    expect(body.toString().replaceAll('[secret]', '')).toMatch(/^(?:-|\[[secrt]{0,6}$)*$/);
    expect(body.length).toBeLessThanOrEqual(maxBytes);
    expect(isTruncated).toBe(true);
  }
});

test('of much that was coded in little, no more is looked at than may be recorded', async () => {
  let lookedAt = 0;
  const counting: Redactor = {
    ...redactor,
    bytes: (given) => {
      lookedAt = given.length;
      return redactor.bytes(given);
    },
  };
  const { body, isTruncated } = await recordableAnswer(answered('\\'.repeat(1_000_000)), counting, maxBytes);
  expect([body.length, isTruncated]).toEqual([maxBytes, true]);
  expect(lookedAt).toBeLessThanOrEqual(maxBytes + redactor.reachBytes);
});

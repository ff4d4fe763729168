import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSecretRedactor } from './secret-redactor.ts';

const [one, other] = ['the-first-value', 'the-second-value'];

test('a value that was replaced is still taken out for a while, and then no more', async () => {
  const { text, know } = createSecretRedactor([one]);
  know([other], 50);
  expect(text(`${one} ${other}`)).toBe('[secret] [secret]');
  await sleep(60);
  know([other], 50);
  expect(text(`${one} ${other}`)).toBe(`${one} [secret]`);
});

test('a value that comes back is a secret again, and one of which nothing is kept is none', () => {
  const { text, know } = createSecretRedactor([one]);
  know([other], 60_000);
  know([one], 0);
  expect(text(one)).toBe('[secret]');
  expect(text(other)).toBe(other);
});

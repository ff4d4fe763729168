import { expect, test } from 'vitest';
import { createCountersign } from './client.ts';

const messageOf = (settings: Parameters<typeof createCountersign>[0]): string => {
  try {
    createCountersign(settings);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : 'no error';
  }
};
const url = 'http://127.0.0.1:1';

test('a key as a file has it is taken, with the line that it ends with', () => {
  expect(messageOf({ url, apiKey: 'csk_secret\n' })).toBe('');
});

test.each([
  ['two lines as a key', { url, apiKey: 'csk_secret\nother' }, 'visible ASCII'],
  ['a key with another sign', { url, apiKey: 'csk_secret\u2013' }, 'visible ASCII'],
  [
    'a password in the address',
    { url: 'https://me:csk_secret@example.com', apiKey: 'k' },
    'no name and password',
  ],
])('%s is refused, and not repeated in the error', (_title, settings, words) => {
  const message = messageOf(settings);
  expect(message).toContain(words);
  expect(message).not.toContain('csk_secret');
});

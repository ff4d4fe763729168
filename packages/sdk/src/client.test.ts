import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
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

test('a client closes while a server lets it in and says nothing', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const countersign = createCountersign({ url: `http://127.0.0.1:${port}`, apiKey: 'csk_secret' });
  const isLetIn = once(server, 'connection');
  const following = new AbortController();
  const followed = countersign.events({ after: '0', signal: following.signal }).next();
  const [socket] = (await isLetIn) as [{ destroy(): void }];
  const startedAt = performance.now();
  await countersign.close();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  following.abort();
  await followed.catch(() => undefined);
  socket.destroy();
  server.close();
});

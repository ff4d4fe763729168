import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { CoalescingSocket } from './coalesced-writes.ts';

test('the writes of one tick leave together and in order, also after the socket has connected', async () => {
  const received: Promise<string>[] = [];
  const server = createServer((peer) => received.push(text(peer))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = new CoalescingSocket();
  socket.write('before, ');
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');

  const kept: number[] = [];
  for (const word of ['one, ', 'two, ', 'three, ']) {
    socket.write(word);
    kept.push(socket.writableLength);
  }
  expect(kept).toEqual([5, 10, 17]);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(socket.writableLength).toBe(0);
  socket.end('last');
  await once(socket, 'close');
  expect(await received[0]).toBe('before, one, two, three, last');
  server.close();
});

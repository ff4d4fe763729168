import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import { freePort } from '@countersign/postgres/free-port';
import { expect, test } from 'vitest';
import { connectionReasonOf } from './connection-reasons.ts';

const refused = async (host: string): Promise<unknown> => {
  const socket = connect({ host, port: await freePort() });
  const [error] = (await once(socket, 'error')) as [unknown];
  return error;
};

test.each(['127.0.0.1', 'localhost'])('of %s, where nothing listens', async (host) => {
  expect(connectionReasonOf(await refused(host))).toBe('nothing listens there (ECONNREFUSED)');
});

test('of what it wraps, and of one who wrote their own code over it', async () => {
  const error = await refused('127.0.0.1');
  expect(connectionReasonOf(new Error('It failed.', { cause: error }))).toContain('ECONNREFUSED');
  expect(connectionReasonOf(Object.assign(error as Error, { code: 'ESOCKET' }))).toContain('ECONNREFUSED');
});

test('of every address that was tried: the message is empty, and the words are not', () => {
  const each = Object.assign(new Error('connect EHOSTUNREACH'), { code: 'EHOSTUNREACH' });
  expect(connectionReasonOf(new AggregateError([each], ''))).toBe(
    'there is no way to the host (EHOSTUNREACH)',
  );
});

test('of one who does not speak TLS, whatever else it speaks', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const [error] = (await once(connectByTls({ host: '127.0.0.1', port }), 'error')) as [unknown];
  server.close();
  expect(connectionReasonOf(error)).toMatch(/^it does not speak TLS there \([A-Z_]+\)$/);
});

test('of TLS that failed otherwise', () => {
  const code = 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION';
  const error = Object.assign(new Error('40BD:error:0A00042E:SSL routines:ssl3_read_bytes:rec.c:907:\n'), {
    code,
  });
  expect(connectionReasonOf(error)).toBe(`it agrees on no TLS with us (${code})`);
});

test('what nobody knows keeps its own words, which end no sentence', () => {
  expect(connectionReasonOf(new Error('Odd.'))).toBe('Odd');
  expect(connectionReasonOf(new Error(''))).toBe('it failed without a word');
});

import { once } from 'node:events';
import { connect } from 'node:net';
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

test('what nobody knows keeps its own words', () => {
  expect(connectionReasonOf(new Error('Odd.'))).toBe('Odd.');
  expect(connectionReasonOf(new Error(''))).toBe('it failed without a word');
});

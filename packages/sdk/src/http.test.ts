import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { answerQuestion, readCursor } from './documents.ts';
import { ask } from './http.ts';

const serve = async (answer: RequestListener) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connection: { url: `http://127.0.0.1:${port}`, apiKey: 'k', answeredWithinMs: 500 },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
const taken = JSON.stringify({ data: { eventCursor: '7' } });

test('a server that takes a request and says nothing is away, and is asked again', async () => {
  let asked = 0;
  await using server = await serve((_request, response) => {
    asked += 1;
    if (asked > 1) response.end(taken);
  });
  expect(await ask(server.connection, readCursor, {})).toEqual({ eventCursor: '7' });
});

test('who never answers is told of as away', async () => {
  await using server = await serve(() => undefined);
  await expect(ask(server.connection, readCursor, {})).rejects.toMatchObject({
    code: 'NETWORK_ERROR',
    retriable: true,
    message: expect.stringContaining('did not answer in time'),
  });
});

test('an answer that breaks off is no answer, and is asked for again', async () => {
  let asked = 0;
  await using server = await serve((_request, response) => {
    asked += 1;
    if (asked > 1) return void response.end(taken);
    response.writeHead(200, { 'content-length': taken.length });
    response.write(taken.slice(0, 9), () => response.destroy());
  });
  expect(await ask(server.connection, readCursor, {})).toEqual({ eventCursor: '7' });
});

test('who gives up is told so at once, also while the answer is read', async () => {
  const gone = new AbortController();
  await using server = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': taken.length });
    response.write(taken.slice(0, 9), () => gone.abort(new Error('I have gone.')));
  });
  await expect(ask(server.connection, readCursor, {}, gone.signal)).rejects.toThrow('I have gone.');
});

test('a moment to come back at is kept, as a date too', async () => {
  let moment: string | null = null;
  let earlyMs = Number.NaN;
  await using server = await serve((_request, response) => {
    if (moment !== null) {
      earlyMs = Date.parse(moment) - Date.now();
      return void response.end(taken);
    }
    moment = new Date(Date.now() + 2_000).toUTCString();
    response.writeHead(503, { 'retry-after': moment }).end();
  });
  const connection = { ...server.connection, answeredWithinMs: 10_000 };
  expect(await ask(connection, readCursor, {})).toEqual({ eventCursor: '7' });
  expect(earlyMs).toBeLessThan(50);
});

test.each([
  ['whose answer broke off', (response: ServerResponse) => response.destroy(), 1],
  ['that a gateway gave up', (response: ServerResponse) => response.writeHead(504).end(), 1],
  ['that the server had no time for', (response: ServerResponse) => response.writeHead(503).end(), 2],
])('a request %s is sent again only where it was not taken', async (_words, fail, times) => {
  let asked = 0;
  await using server = await serve((_request, response) => {
    asked += 1;
    if (asked === 1) fail(response);
    else response.end(taken);
  });
  const connection = { ...server.connection, answeredWithinMs: 10_000 };
  const input = { taskId: 'a-task', answer: 'Yes.' };
  await ask(connection, answerQuestion, { input }, undefined, true).catch(() => undefined);
  expect(asked).toBe(times);
});

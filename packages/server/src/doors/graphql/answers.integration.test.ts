import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, keys, startTestServer, type TestServer } from '../../../testing/http-server.ts';
import { openRawSocket, type RawSocket } from '../../../testing/raw-socket.ts';

const answer = 100_000;
const perPrincipal = 250_000;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ answerLimits: { answer, perPrincipal, total: 400_000 } });
});
afterAll(() => server[Symbol.asyncDispose]());

const enter = async (to = server): Promise<RawSocket> => {
  const socket = await openRawSocket(to.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${keys.admin}` } });
  await socket.next();
  return socket;
};
const operation = (id: string, query: string, variables?: object) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});
const long = (length: number) => ({ name: 'x'.repeat(length) });
const greeting = 'query ($name: String) { greeting(name: $name) }';
const twelve = `query ($name: String) { ${Array.from({ length: 12 }, (_, i) => `g${i}: greeting(name: $name)`).join(' ')} }`;

/** Asks, and never reads. */
const askAndSleep = async ({ http }: TestServer, query: string, variables: object): Promise<Socket> => {
  const socket = connect(http.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  const body = JSON.stringify({ query, variables });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${keys.admin}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return socket;
};

describe('an answer', () => {
  it('has as much room as it may have', async () => {
    const { body } = await ask(server.url, greeting, { variables: long(answer - 100) });
    expect(String(body.data?.greeting)).toHaveLength(answer - 100 + 'Hello, '.length);
  });

  const refused = {
    data: null,
    errors: [
      {
        message: expect.stringContaining('larger than') as string,
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      },
    ],
  };
  const refuses = async (to: TestServer, query: string, variables: object): Promise<void> => {
    const { body } = await ask(to.url, query, { variables });
    expect(body).toMatchObject(refused);
    expect(body.errors).toHaveLength(1);
    const socket = await enter(to);
    socket.send(operation('1', query, variables));
    const { type, payload } = await socket.next();
    expect(type).toBe('next');
    expect(payload).toMatchObject(refused);
    socket.client.terminate();
  };

  it.each([
    ['one value', greeting, long(answer + 1)],
    ['the same value by many names', twelve, long(answer / 10)],
  ])(
    'is refused as a whole, over HTTP as over a socket, where it would be larger: %s',
    (_what, query, variables) => refuses(server, query, variables),
  );

  it('is refused once, though many of its fields had no room', async () => {
    await using small = await startTestServer({ answerLimits: { answer: 100 } });
    await refuses(
      small,
      `{ ${Array.from({ length: 15 }, (_, i) => `n${i}: node { id child { id } }`).join(' ')} }`,
      {},
    );
  });

  it('says of a mutation that it was done', async () => {
    const query = 'mutation ($text: String!) { write(text: $text) }';
    const { body } = await ask(server.url, query, { variables: { text: 'y'.repeat(answer) } });
    expect(body.errors?.[0]?.message).toContain('was done');
    expect(server.observed.written.at(-1)).toHaveLength(answer);
  });
});

describe('answers that nobody reads', () => {
  it('take no more room than their principal has, and nothing from others', async () => {
    await using hungry = await startTestServer({
      answerLimits: { answer: 8_000_000, perPrincipal: 9_000_000, total: 20_000_000 },
    });
    const sleepers = await Promise.all(
      Array.from({ length: 5 }, () => askAndSleep(hungry, twelve, long(600_000))),
    );
    const large = () => ask(hungry.url, twelve, { variables: long(600_000) });
    await vi.waitFor(
      async () => {
        expect((await large()).body).toMatchObject({
          data: null,
          errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', retriable: true } }],
        });
      },
      { timeout: 20_000, interval: 50 },
    );
    const other = await ask(hungry.url, twelve, { key: keys.agent, variables: long(600_000) });
    expect(other.body.errors).toBeUndefined();
    for (const socket of sleepers) socket.destroy();
    await vi.waitFor(async () => expect((await large()).body.errors).toBeUndefined(), {
      timeout: 20_000,
      interval: 50,
    });
  });
});

describe('many subscriptions that hear of the same', () => {
  it('are told all of it, each in order, though each message takes the room of many', async () => {
    const socket = await enter();
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    for (const id of ids) socket.send(operation(id, 'subscription { flood(count: 5, size: 60000) }'));
    const told = new Map<string, string[]>();
    for (let complete = 0; complete < ids.length;) {
      const { id = '', type, payload } = await socket.next();
      const { errors } = (payload ?? {}) as { errors?: unknown };
      expect(errors).toBeUndefined();
      told.set(id, [...(told.get(id) ?? []), type]);
      if (type === 'complete') complete += 1;
    }
    for (const types of told.values()) expect(types).toEqual([...Array<string>(5).fill('next'), 'complete']);
    socket.client.terminate();
  });

  it('wait for room that others take at the moment, since nobody asks for an event again', async () => {
    await using hungry = await startTestServer({
      answerLimits: { answer: 8_000_000, perPrincipal: 9_000_000, total: 20_000_000 },
    });
    const sleepers: Socket[] = [];
    const isFull = () =>
      vi.waitFor(
        async () => {
          const { body } = await ask(hungry.url, greeting, { variables: long(3_000_000) });
          // A sleeper that came while this was answered had no room for itself.
          if (!body.errors) sleepers.push(await askAndSleep(hungry, twelve, long(600_000)));
          expect(body.errors?.[0]?.extensions?.code).toBe('RATE_LIMIT_EXCEEDED');
        },
        { timeout: 30_000, interval: 100 },
      );
    await isFull();
    const socket = await enter(hungry);
    socket.send(operation('1', 'subscription { flood(count: 1, size: 3000000) }'));
    socket.send(operation('2', '{ greeting }'));
    const { id } = await socket.next();
    expect(id).toBe('2');
    for (const sleeper of sleepers) sleeper.destroy();
    for (let told = await socket.next(); ; told = await socket.next()) {
      if (told.id !== '1') continue;
      expect(told).toMatchObject({ type: 'next', payload: { data: { flood: 'x'.repeat(3_000_000) } } });
      break;
    }
    socket.client.terminate();
  });
});

import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ask, keys, startTestServer, type TestServer } from '../../../testing/http-server.ts';
import {
  openRawSocket,
  type Message,
  type RawSocket,
  type RawSocketOptions,
} from '../../../testing/raw-socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    recheckMs: 50,
    socketLimits: {
      operationsPerSocket: 5,
      perPrincipal: 20,
      maxBufferedBytes: 256 * 1024,
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 5 });
const init = (key: string | null): unknown => ({
  type: 'connection_init',
  ...(key !== null && { payload: { authorization: `Bearer ${key}` } }),
});
const subscribe = (id: string, query: string, variables?: object): unknown => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});
/** A socket that was let in. */
const enter = async (key = keys.admin, options?: RawSocketOptions, to = server): Promise<RawSocket> => {
  const socket = await openRawSocket(to.url, options);
  socket.send(init(key));
  expect(await socket.next()).toEqual({ type: 'connection_ack' });
  return socket;
};
const leave = async ({ client, closed }: RawSocket): Promise<void> => {
  client.close(1000);
  await closed;
};

describe('graphql-transport-ws', () => {
  it('runs nothing before the acknowledgement: 4401', async () => {
    const socket = await openRawSocket(server.url);
    socket.send(subscribe('1', 'mutation { write(text: "unauthorized") }'));
    expect((await socket.closed).code).toBe(4401);
    expect(server.observed.written).not.toContain('unauthorized');
  });

  it('takes one initialisation: 4429', async () => {
    const socket = await enter();
    socket.send(init(keys.admin));
    expect((await socket.closed).code).toBe(4429);
  });

  it('waits for it, and not long: 4408', async () => {
    await using impatient = await startTestServer({ socketLimits: { initTimeoutMs: 150 } });
    const socket = await openRawSocket(impatient.url);
    expect((await socket.closed).code).toBe(4408);
  });

  it.each([
    ['no JSON', '{"type":'],
    ['no message', '{"type":"connection_init","payload":7}'],
    ['an unknown type', '{"type":"start"}'],
    ['no query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a message of the server', '{"type":"next","id":"1","payload":{"data":null}}'],
  ])('takes nothing that is %s: 4400', async (_, text) => {
    const socket = await enter();
    socket.send(text);
    expect((await socket.closed).code).toBe(4400);
  });

  it('takes an id once at a time: 4409', async () => {
    const socket = await enter();
    socket.send(subscribe('1', 'subscription { silence }'));
    await socket.next();
    socket.send(subscribe('1', '{ viewerName }'));
    expect((await socket.closed).code).toBe(4409);
  });

  it('speaks no other protocol: 4406', async () => {
    const socket = await openRawSocket(server.url, { protocol: '' });
    expect((await socket.closed).code).toBe(4406);
    await expect(openRawSocket(server.url, { protocol: 'graphql-ws' })).rejects.toThrow('no subprotocol');
  });

  it('answers a ping', async () => {
    const socket = await enter();
    socket.send({ type: 'ping', payload: { at: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    await leave(socket);
  });

  it('tells every event of a subscription in order, then that it is complete', async () => {
    const socket = await enter();
    socket.send(subscribe('1', 'subscription ($n: Int!) { ticks(count: $n) }', { n: 100 }));
    for (let tick = 1; tick <= 100; tick += 1) {
      expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { ticks: tick } } });
    }
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    await leave(socket);
  });

  it('ends a source when the client has enough, and when it goes', async () => {
    const socket = await enter();
    const ended = server.observed.ended.length;
    socket.send(subscribe('1', 'subscription { flood(count: 1000000, size: 10) }'));
    await socket.next();
    socket.send({ id: '1', type: 'complete' });
    await until(() => expect(server.observed.ended.length).toBe(ended + 1));
    socket.send(subscribe('2', 'subscription { flood(count: 1000000, size: 10) }'));
    await socket.next();
    socket.client.terminate();
    await until(() => expect(server.observed.ended.length).toBe(ended + 2));
  });

  it('tells what is being done for a client that it has gone', async () => {
    const socket = await enter();
    const begun = server.observed.slow.length;
    socket.send(subscribe('1', '{ untilLeft }'));
    await until(() => expect(server.observed.slow.length).toBe(begun + 1));
    expect(server.observed.left).toEqual([]);
    socket.client.terminate();
    await until(() => expect(server.observed.left).toEqual(['admin']));
  });

  it('serves the usual client', async () => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${keys.agent}` },
    });
    const results: unknown[] = [];
    for await (const { data } of client.iterate({ query: 'subscription { ticks(count: 3) }' }))
      results.push(data);
    expect(results).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }]);
    await client.dispose();
  });
});

describe('who opens a socket', () => {
  it.each([
    ['nothing', null],
    ['a wrong key', 'nobody'],
  ])('is turned away with %s: 4401', async (_, key) => {
    const socket = await openRawSocket(server.url);
    socket.send(init(key));
    expect((await socket.closed).code).toBe(4401);
  });

  it('may come by the cookie of the console, from the console', async () => {
    const headers = { cookie: `cs_session=${keys.session}`, origin: server.url };
    const socket = await openRawSocket(server.url, { headers });
    socket.send(init(null));
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send(subscribe('1', '{ viewerName }'));
    expect(await socket.next()).toMatchObject({ payload: { data: { viewerName: 'admin' } } });
    await leave(socket);
  });

  it('may not bring that cookie from another page', async () => {
    const headers = { cookie: `cs_session=${keys.session}`, origin: 'https://evil.example' };
    await expect(openRawSocket(server.url, { headers })).rejects.toThrow('refused with 403');
  });

  it('is told to come back where nobody can tell who it is: 1013', async () => {
    const socket = await openRawSocket(server.url);
    socket.send(init('outage'));
    expect(await socket.closed).toEqual({ code: 1013, reason: 'Try again later' });
  });

  it('is turned away once its credentials are revoked: 4403', async () => {
    const socket = await enter(keys.agent);
    server.revoked.add(keys.agent);
    expect((await socket.closed).code).toBe(4403);
    server.revoked.delete(keys.agent);
  });

  it('opens only so many: 4430', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => enter(keys.agent)));
    const oneTooMany = await openRawSocket(server.url);
    oneTooMany.send(init(keys.agent));
    expect((await oneTooMany.closed).code).toBe(4430);
    await leave(await enter(keys.admin));
    await Promise.all(sockets.map(leave));
  });
});

describe('a socket that has not said who it is', () => {
  const opened = async (to: TestServer, count: number): Promise<RawSocket[]> =>
    Promise.all(Array.from({ length: count }, () => openRawSocket(to.url)));

  it('is one of so many from an address, until it says so or goes', async () => {
    await using crowded = await startTestServer({
      socketLimits: { unknownPerAddress: 3, initTimeoutMs: 60_000 },
    });
    const [known, going, ...others] = await opened(crowded, 3);
    await expect(openRawSocket(crowded.url)).rejects.toThrow('refused with 429');
    known?.send(init(keys.agent));
    await known?.next();
    const next = await openRawSocket(crowded.url);
    await expect(openRawSocket(crowded.url)).rejects.toThrow('refused with 429');
    going?.client.terminate();
    await until(() => expect(crowded.graphql.sockets.size).toBe(3));
    others.push(await openRawSocket(crowded.url));
    for (const { client } of [next, ...others]) client.terminate();
  });

  it('is one of so many in all', async () => {
    await using crowded = await startTestServer({ socketLimits: { unknown: 2, initTimeoutMs: 60_000 } });
    await opened(crowded, 2);
    await expect(openRawSocket(crowded.url)).rejects.toThrow('refused with 429');
  });

  it.each([
    ['whole', (text: string) => text],
    ['that never ends', (text: string) => text.slice(0, -1)],
  ])('sends no large message: %s', async (_what, cut) => {
    const socket = await openRawSocket(server.url);
    const message = JSON.stringify({ type: 'connection_init', payload: { x: 'x'.repeat(100_000) } });
    socket.client.send(cut(message), { fin: cut('ab') === 'ab' });
    expect((await socket.closed).code).toBe(1006);
  });
});

describe('messages that have not arrived whole', () => {
  it('take so much room and no more of one principal', async () => {
    await using small = await startTestServer({
      socketLimits: { pendingBytes: { each: 200_000, total: 1_000_000 } },
    });
    const sockets = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const socket = await openRawSocket(small.url);
        socket.send(init(keys.agent));
        await socket.next();
        return socket;
      }),
    );
    for (const { client } of sockets) client.send('x'.repeat(90_000), { fin: false });
    await until(() => expect(small.graphql.sockets.size).toBe(2));
    const other = await openRawSocket(small.url);
    other.send(init(keys.admin));
    await other.next();
    for (let count = 0; count < 10; count += 1) {
      other.send(subscribe('1', '{ viewerName }', { unused: 'x'.repeat(100_000) }));
      expect(await other.next()).toMatchObject({ type: 'next' });
      await other.next();
    }
    for (const { client } of [...sockets, other]) client.terminate();
  });
});

describe('an operation over a socket', () => {
  it('is a query or a mutation too', async () => {
    const socket = await enter(keys.agent);
    socket.send(subscribe('1', 'mutation { write(text: "by socket") }'));
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { write: 'by socket' } } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    await leave(socket);
  });

  it.each([
    ['SCHEMA_VALIDATION_FAILED', '{ viewerNames }'],
    ['SCHEMA_VALIDATION_FAILED', '{'],
    ['SCHEMA_VALIDATION_FAILED', 'subscription ($n: Boolean = true) { ticks(count: 1) @include(if: $n) }'],
    ['SCHEMA_VALIDATION_FAILED', 'query A { viewerName } query B { viewerName }'],
    ['QUERY_TOO_COMPLEX', `{ ${'viewerName '.repeat(1000)} }`],
    ['QUERY_TOO_COMPLEX', `{ node { ${'child { '.repeat(12)}id${' }'.repeat(12)} } }`],
    ['AUTHORIZATION_FAILED', '{ __schema { types { name } } }'],
  ])('is refused as over HTTP, with %s: %s', async (code, query) => {
    const socket = await enter(keys.agent);
    socket.send(subscribe('1', query));
    const { type, payload } = await socket.next();
    expect(type).toBe('error');
    expect(payload).toMatchObject([{ extensions: { code } }]);
    expect(JSON.stringify(payload)).not.toContain('Did you mean');
    const overHttp = await ask(server.url, query, { key: keys.agent });
    expect(overHttp.body.errors?.[0]?.extensions.code).toBe(code);
    await leave(socket);
  });

  it('hides what nobody expected, in results and in the stream', async () => {
    const socket = await enter();
    socket.send(subscribe('1', '{ viewerName boom }'));
    const result = await socket.next();
    expect(result.payload).toMatchObject({
      data: { viewerName: 'admin', boom: null },
      errors: [{ path: ['boom'], extensions: { code: 'INTERNAL_ERROR' } }],
    });
    await socket.next();
    socket.send(subscribe('2', 'subscription { failing }'));
    expect(await socket.next()).toMatchObject({ payload: { data: { failing: 1 } } });
    const end = await socket.next();
    expect(end).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'INTERNAL_ERROR' } }],
    });
    expect(JSON.stringify([result, end])).not.toMatch(/hunter2|postgresql/);
    expect(server.log.some((line) => line.includes('/var/lib/postgresql'))).toBe(true);
    await leave(socket);
  });

  it('is one of so many per socket', async () => {
    const socket = await enter();
    for (let id = 1; id <= 5; id += 1) {
      socket.send(subscribe(String(id), 'subscription { silence }'));
      await socket.next();
    }
    socket.send(subscribe('6', '{ viewerName }'));
    expect(await socket.next()).toMatchObject({
      id: '6',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', retriable: true } }],
    });
    await leave(socket);
  });
});

describe('what many are told of an event', () => {
  const pieces = ['first', 'second', 'third'];
  /** Everything that each of them is told, by id. */
  const readAll = async (readers: readonly (readonly [id: string, key: string])[], fields: string) => {
    server.observed.told.length = 0;
    const sockets = await Promise.all(
      readers.map(async ([id, key]) => {
        const socket = await enter(key);
        socket.send(subscribe(id, `subscription { news(readers: ${readers.length}) { ${fields} } }`));
        return socket;
      }),
    );
    return Promise.all(
      sockets.map(async (socket) => {
        const told: Message[] = [];
        while (told.at(-1)?.type !== 'complete') told.push(await socket.next());
        await leave(socket);
        return told;
      }),
    );
  };
  const next = (id: string, news: object) => ({ id, type: 'next', payload: { data: { news } } });

  it('is made once where they ask the same', async () => {
    const told = await readAll(
      [
        ['one', keys.admin],
        ['"two"', keys.admin],
        ['three', keys.admin],
      ],
      'text __typename ...Text } } fragment Text on News { ... on News { text',
    );
    for (const [index, id] of ['one', '"two"', 'three'].entries())
      expect(told[index]).toEqual([
        ...pieces.map((text) => next(id, { text, __typename: 'News' })),
        { id, type: 'complete' },
      ]);
    expect(server.observed.told).toEqual(pieces);
  });

  it('is made for each whose it is, where it depends on them', async () => {
    const told = await readAll(
      [
        ['one', keys.admin],
        ['two', keys.agent],
        ['three', keys.agent],
      ],
      'text reader',
    );
    const readers = ['admin', 'agent', 'agent'];
    for (const [index, reader] of readers.entries())
      expect(told[index]?.slice(0, 3)).toEqual(
        pieces.map((text) => next(['one', 'two', 'three'][index] ?? '', { text, reader })),
      );
  });

  it('is their own where it is long', async () => {
    const [told] = await readAll([['one', keys.admin]], 'text long');
    expect(told).toHaveLength(4);
    // Tried once, and not again.
    expect(server.observed.told).toEqual(['first', ...pieces]);
  });
});

describe('a reader that is too slow', () => {
  it('gets all of a burst that it reads', async () => {
    const socket = await enter();
    let bytes = 0;
    socket.client.on('message', (data) => (bytes += (data as Buffer).length));
    socket.send(subscribe('1', 'subscription { flood(count: 2000, size: 10000) }'));
    await until(() => expect(bytes).toBeGreaterThan(2000 * 10_000));
    await leave(socket);
  });

  it.each([
    ['one answer greater than what may wait for it', 1, 4_000_000],
    ['answers that together are greater than that', 5, 200_000],
  ])('is not whoever gets %s', async (_, count, size) => {
    const socket = await enter();
    const ids = Array.from({ length: count }, (_unused, index) => String(index));
    for (const id of ids) socket.send(subscribe(id, `subscription { flood(count: 1, size: ${size}) }`));
    const kinds: string[] = [];
    while (kinds.length < 2 * count) kinds.push((await socket.next()).type);
    expect(kinds.filter((kind) => kind === 'complete')).toHaveLength(count);
    await leave(socket);
  });

  it('is closed with a code of its own, and its source ends', async () => {
    await using impatient = await startTestServer({
      socketLimits: { maxBufferedBytes: 256 * 1024, maxFlushMs: 300 },
    });
    const socket = await enter(keys.admin, {}, impatient);
    socket.send(subscribe('1', 'subscription { flood(count: 100000, size: 100000) }'));
    await socket.next();
    socket.client.pause();
    await until(() => expect(impatient.observed.ended).toEqual(['flood']));
    socket.client.resume();
    const { code } = await socket.closed;
    expect([4413, 1006]).toContain(code);
    expect(socket.received.length).toBeLessThan(1000);
  });
});

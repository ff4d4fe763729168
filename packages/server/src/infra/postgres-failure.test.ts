import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createPostgresPool, PostgresClient } from '@countersign/postgres/postgres-client';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from './database.ts';
import { createLogger } from './logger.ts';

/** A message of PostgreSQL's protocol from the server. */
const message = (type: string, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const authenticated = message('R', int32(0));
const ready = message('Z', 'I');
const fatal = message(
  'E',
  'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0',
);

/** A PostgreSQL that lets everybody in and dies at once: it sends `chunks`, each as a packet, and hangs up. */
const dyingServer = async (chunks: readonly Buffer[]) => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      void (async () => {
        for (const chunk of chunks) await new Promise((sent) => socket.write(chunk, sent));
        socket.end();
      })();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: `postgresql://someone:secret@127.0.0.1:${port}/anything`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
process.on('uncaughtException', note);

afterEach(() => {
  expect(unhandled.splice(0)).toEqual([]);
});

const everyUse = async (connectionString: string): Promise<void> => {
  await using database = createDatabase({
    connectionString,
    poolSize: 2,
    logger: createLogger({ level: 'silent' }),
  });
  const client = new PostgresClient({ connectionString });
  const pool = createPostgresPool({ connectionString, max: 2 });
  const uses = [
    database.query('SELECT 1'),
    database.transaction((tx) => tx.query('SELECT 1')),
    database.listen('channel', () => undefined),
    client.connect().then(() => client.query('SELECT 1')),
    pool.query('SELECT 1'),
    pool.connect().then(async (taken) => {
      await taken.query('SELECT 1').finally(() => {
        taken.release();
      });
    }),
  ];
  const outcomes = await Promise.allSettled(uses);
  expect(outcomes.map(({ status }) => status)).toEqual(uses.map(() => 'rejected'));
  await client.end().catch(() => undefined);
  await pool.end();
};

describe('a server that dies as it lets us in', () => {
  it('ends no process when it says so in the same packet', async () => {
    await using server = await dyingServer([Buffer.concat([authenticated, ready, fatal])]);
    await everyUse(server.connectionString);
  });

  it('ends no process wherever its packets end', async () => {
    const whole = Buffer.concat([authenticated, ready, fatal]);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: whole.length }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const edges = [0, ...places.toSorted((a, b) => a - b), whole.length];
        const chunks = edges.slice(1).map((end, index) => whole.subarray(edges[index], end));
        await using server = await dyingServer(chunks);
        await everyUse(server.connectionString);
      }),
      { numRuns: 25 },
    );
  });
});

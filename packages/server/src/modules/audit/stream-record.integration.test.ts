import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { freePort } from '@countersign/postgres/free-port';
import { afterEach, describe, expect, test } from 'vitest';
import { agent, authority, forged, server } from '../../../testing/tls-parties.ts';
import { anErrand } from '../../../testing/task-inputs.ts';
import { until } from '../../../testing/until.ts';
import { createWorld, type World } from '../../../testing/world.ts';
import { systemClock } from '../../infra/clock.ts';
import { createSyslog } from '../../infra/log/syslog.ts';
import { entryMessage } from '../../infra/log/syslog-message.ts';
import { createLogger } from '../../infra/logger.ts';
import { createAuditStreamStore } from '../../record/audit-stream-store.ts';
import { createStreamWatch, startRecordStream } from './stream-record.ts';

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of stack.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

interface Message {
  readonly header: string;
  readonly entry: { readonly seq: string; readonly type: string; readonly digest: string };
}

/** By RFC 5425: its length in bytes, a space, and so many bytes. */
const messagesIn = (bytes: Buffer): Message[] => {
  const messages: Message[] = [];
  for (let rest = bytes; ;) {
    const head = /^([1-9]\d*) /.exec(rest.toString('latin1', 0, 12));
    const end = head ? head[0].length + Number(head[1]) : Number.POSITIVE_INFINITY;
    if (!head || rest.length < end) return messages;
    const [, header = '', text = ''] =
      /^(<\d{1,3}>1 \S+ \S+ \S+ \d+ \S+ -) (.*)$/s.exec(rest.toString('utf8', head[0].length, end)) ?? [];
    messages.push({ header, entry: JSON.parse(text) as Message['entry'] });
    rest = rest.subarray(end);
  }
};

/** Asks for a certificate; reads nothing while it is deaf. */
const startReceiver = async (at?: number) => {
  const port = at ?? (await freePort());
  const streams: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const options = { ...server, ca: authority, requestCert: true, rejectUnauthorized: true } as const;
  const listening = createServer({ ...options, minVersion: 'TLSv1.3' }, (socket) => {
    const chunks: Buffer[] = [];
    streams.push(chunks);
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', (bytes: Buffer) => chunks.push(bytes));
  });
  listening.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  const breaks = (): void => sockets.forEach((socket) => socket.destroy());
  const receiver = {
    port,
    messages: () => streams.flatMap((chunks) => messagesIn(Buffer.concat(chunks))),
    connections: () => streams.length,
    breaks,
    async [Symbol.asyncDispose]() {
      breaks();
      if (!listening.listening) return;
      listening.close();
      await once(listening, 'close');
    },
  };
  stack.push(receiver);
  return receiver;
};

const streamOf = (world: World, port: number, settleMs = 60_000, party = agent) => {
  const store = createAuditStreamStore(world.services.database);
  const name = `127.0.0.1:${port}`;
  const settings = {
    ...({ host: 'localhost', port, isEncrypted: true, facility: 'local3', maxBytes: 8_192 } as const),
    ...{ authoritiesFile: authority, certificateFile: party.cert, keyFile: party.key },
  };
  const stream = startRecordStream({
    store,
    name,
    open: (onClose) => createSyslog(settings, entryMessage, onClose),
    readTo: world.services.reader.position,
    settleMs,
    logger: createLogger({ level: 'silent' }),
  });
  return {
    watch: createStreamWatch(store, name, systemClock),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};

const comesTrue = async (is: () => Promise<boolean>): Promise<void> => {
  await until(
    async () => (await is()) || undefined,
    () => `it is never so: ${is.toString()}`,
  );
};

const recorded = async (world: World): Promise<readonly string[]> => {
  const rows = await world.owner.query<{ seq: bigint }>('SELECT seq FROM event ORDER BY seq');
  return rows.map(({ seq }) => String(seq));
};
const work = async (world: World): Promise<void> => {
  await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
};
const seqsOf = (messages: readonly Message[]): readonly string[] => messages.map(({ entry }) => entry.seq);
const hasAll = async (world: World, messages: () => readonly Message[]): Promise<void> => {
  await comesTrue(async () => {
    const got = new Set(seqsOf(messages()));
    return (await recorded(world)).every((seq) => got.has(seq));
  });
};

describe('a receiver of the record', () => {
  test('gets every entry from the first one on, in order, as messages of syslog over TLS', async () => {
    await using world = await createWorld();
    await work(world);
    const receiver = await startReceiver();
    await using stream = streamOf(world, receiver.port);
    await hasAll(world, receiver.messages);
    await work(world);
    await hasAll(world, receiver.messages);
    const messages = receiver.messages();
    expect(seqsOf(messages)).toEqual(await recorded(world));
    const submitted = messages.find(({ entry }) => entry.type === 'task.submitted');
    // local3 and notice: 19 * 8 + 5.
    expect(submitted?.header).toMatch(
      /^<157>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ countersign \d+ task\.submitted -$/,
    );
    expect(submitted?.entry).toMatchObject({
      tenantId: world.tenantId,
      actorId: world.agent.principal.id,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await comesTrue(async () => (await stream.watch.lagMs()) === 0);
    expect(receiver.connections()).toBe(1);
  });

  test('that breaks off gets again what it may not have read, and misses nothing', async () => {
    await using world = await createWorld();
    await work(world);
    const receiver = await startReceiver();
    await using _stream = streamOf(world, receiver.port);
    await hasAll(world, receiver.messages);
    const had = receiver.messages().length;
    receiver.breaks();
    await work(world);
    const later = () => receiver.messages().slice(had);
    await hasAll(world, later);
    expect(seqsOf(later())).toEqual(await recorded(world));
  });

  test('that is away is waited for, and another process goes on where one stopped', async () => {
    await using world = await createWorld();
    const first = await startReceiver();
    const before = streamOf(world, first.port, 0);
    await work(world);
    await hasAll(world, first.messages);
    // The next round knows that it has arrived.
    await comesTrue(async () => {
      const [row] = await world.owner.query<{ isKept: boolean }>(
        'SELECT seq >= (SELECT max(seq) FROM event) AS "isKept" FROM audit_stream',
      );
      return row?.isKept === true;
    });
    await before[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    const had = new Set(await recorded(world));
    await work(world);
    await using stream = streamOf(world, first.port, 0);
    await comesTrue(async () => (await stream.watch.lagMs()) > 1_000);
    const again = await startReceiver(first.port);
    await comesTrue(async () => {
      const got = new Set(seqsOf(again.messages()));
      return (await recorded(world)).every((seq) => had.has(seq) || got.has(seq));
    });
    expect(seqsOf(again.messages()).filter((seq) => had.has(seq))).toEqual([]);
  });

  test('gets each entry from one process at a time', async () => {
    await using world = await createWorld();
    await work(world);
    const receiver = await startReceiver();
    await using _one = streamOf(world, receiver.port);
    await using _other = streamOf(world, receiver.port);
    await hasAll(world, receiver.messages);
    await work(world);
    await hasAll(world, receiver.messages);
    expect(seqsOf(receiver.messages())).toEqual(await recorded(world));
  });

  test('gets nothing from whom its authority did not vouch for', async () => {
    await using world = await createWorld();
    await work(world);
    const receiver = await startReceiver();
    await using stream = streamOf(world, receiver.port, 60_000, forged);
    await comesTrue(async () => (await stream.watch.lagMs()) > 1_500);
    expect(receiver.messages()).toEqual([]);
  });
});

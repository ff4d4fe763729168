import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { freePort } from '@countersign/postgres/free-port';
import { afterEach, expect, test } from 'vitest';
import { clusterTls } from '../../../testing/tls.ts';
import { agent, authority, server } from '../../../testing/tls-parties.ts';
import { createLogger } from '../logger.ts';
import { createLogOutput, type LogDestinations } from './log-output.ts';
import type { LogNews } from './log-outlet.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Takes messages by their lengths, as RFC 5425 has them, until one is none. */
const framesOf = (bytes: Buffer): string[] => {
  const frames: string[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const [head, length = ''] = /^([1-9]\d*) /.exec(rest.toString('latin1', 0, 12)) ?? [];
    if (head === undefined) throw new Error(`No frame: ${rest.toString('latin1', 0, 40)}`);
    const end = head.length + Number(length);
    if (rest.length < end) break;
    frames.push(rest.toString('utf8', head.length, end));
    rest = rest.subarray(end);
  }
  return frames;
};

const aReceiver = async (tls: TlsOptions | null, at?: number) => {
  const port = at ?? (await freePort());
  const streams: Buffer[] = [];
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    const index = streams.push(Buffer.alloc(0)) - 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      streams[index] = Buffer.concat([streams[index] ?? Buffer.alloc(0), bytes]);
    });
  };
  const listening: Server = tls ? createTlsServer(tls, take) : createServer(take);
  listening.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!listening.listening) return;
    listening.close();
    await once(listening, 'close');
  };
  ends.push(stop);
  const entries = () =>
    streams.flatMap(framesOf).map((frame) => {
      const text = /^<\d+>1 \S+ \S+ countersign \d+ - - (.*)$/.exec(frame)?.[1];
      return JSON.parse(text ?? 'null') as { msg: string };
    });
  return {
    port,
    messages: () => entries().map(({ msg }) => msg),
    connections: () => streams.length,
    stop,
  };
};

const nothing: LogDestinations = { stdout: false, file: null, syslog: null };
const syslogAt = (port: number, more: object = {}): LogDestinations => ({
  ...nothing,
  syslog: {
    ...{ host: '127.0.0.1', port, isEncrypted: true, facility: 'local0', maxBytes: 8_192 },
    authoritiesFile: clusterTls.cert,
    ...more,
  },
});

const aLog = (destinations: LogDestinations) => {
  const news: Parameters<LogNews>[0][] = [];
  const output = createLogOutput(destinations, 500, (each) => news.push(each));
  const end = () => output[Symbol.asyncDispose]();
  ends.push(end);
  const logger = createLogger({
    level: 'info',
    destination: output,
    redact: (line) => line.replaceAll('canary', '[crm]'),
  });
  return { logger, output, news, end };
};

test('entries come over TLS, whole, in order and without secrets, and the rest of them at the end', async () => {
  const receiver = await aReceiver(clusterTls);
  const { logger, output, end } = aLog(syslogAt(receiver.port));
  const texts = ['one\ntwo', 'nul \u0000', '東京 🚀', 'x'.repeat(5_000), 'a canary', 'password'];
  for (const text of texts) logger.info({ password: 'canary' }, text);
  await end();
  await expect.poll(receiver.messages).toEqual(texts.map((text) => text.replace('canary', '[crm]')));
  expect(output.dropped().get('syslog')).toBe(0);
});

test('nothing is sent to whom nobody vouches for', async () => {
  const receiver = await aReceiver(clusterTls);
  const { logger, news, output, end } = aLog(syslogAt(receiver.port, { authoritiesFile: authority }));
  logger.info('for nobody else');
  await expect.poll(() => news.length).toBe(1);
  expect(String(news[0]?.error)).toMatch(/certificate/);
  await end();
  expect(receiver.messages()).toEqual([]);
  expect(output.dropped().get('syslog')).toBe(1);
});

test('a receiver that asks for a certificate is shown ours', async () => {
  const receiver = await aReceiver({ ...server, ca: authority, requestCert: true, rejectUnauthorized: true });
  const ours = { authoritiesFile: authority, certificateFile: agent.cert, keyFile: agent.key };
  const { logger } = aLog(syslogAt(receiver.port, { ...ours, host: 'localhost' }));
  logger.info('it is me');
  await expect.poll(receiver.messages).toEqual(['it is me']);
});

test('a receiver that went away and came back gets what was said meanwhile', async () => {
  const first = await aReceiver(clusterTls);
  const { logger, news } = aLog(syslogAt(first.port));
  logger.info('before');
  await expect.poll(first.messages).toEqual(['before']);
  await first.stop();
  await expect
    .poll(() => {
      logger.info('meanwhile');
      return news.length;
    })
    .toBe(1);
  logger.info('the last one');
  const second = await aReceiver(clusterTls, first.port);
  await expect.poll(() => second.messages().at(-1)).toBe('the last one');
  expect(news.at(-1)).toEqual({ destination: 'syslog', isBack: true, dropped: 0 });
});

test('another destination counts from the change on, and the one before still gets what it has', async () => {
  const [one, other] = [await aReceiver(clusterTls), await aReceiver(null)];
  const { logger, output } = aLog(syslogAt(one.port));
  logger.info('for one');
  output.change(syslogAt(other.port, { isEncrypted: false }));
  logger.info('for the other');
  output.change(syslogAt(other.port, { isEncrypted: false }));
  logger.info('on the same connection');
  await expect.poll(one.messages).toEqual(['for one']);
  await expect.poll(other.messages).toEqual(['for the other', 'on the same connection']);
  expect(other.connections()).toBe(1);
});

test('a file is rotated by its size, so many are kept, and nobody else may read them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-log-'));
  ends.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'logs', 'server.log');
  const { logger, end } = aLog({ ...nothing, file: { path, maxBytes: 65_536, keep: 2 } });
  const count = 3_000;
  for (let index = 0; index < count; index += 1) logger.info({ index }, 'x'.repeat(100));
  await end();
  expect((await readdir(join(folder, 'logs'))).sort()).toEqual([
    'server.log',
    'server.log.1',
    'server.log.2',
  ]);
  const texts = await Promise.all([`${path}.2`, `${path}.1`, path].map((name) => readFile(name, 'utf8')));
  const indexes = texts
    .join('')
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as { index: number }).index);
  expect(indexes).toEqual(indexes.map((_, place) => count - indexes.length + place));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that cannot be written is told, and written once it can', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-log-'));
  ends.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'server.log');
  const { logger, news, end } = aLog({
    ...nothing,
    file: { path: join(path, 'x.log'), maxBytes: 2_000, keep: 1 },
  });
  const { logger: inTheWay, end: endOther } = aLog({ ...nothing, file: { path, maxBytes: 2_000, keep: 1 } });
  inTheWay.info('a file where a folder should be');
  await endOther();
  logger.info('said');
  await expect.poll(() => news.length).toBe(1);
  await rm(path);
  await expect.poll(() => news.at(-1)).toEqual({ destination: 'file', isBack: true, dropped: 0 });
  await end();
  expect(await readFile(join(path, 'x.log'), 'utf8')).toContain('"msg":"said"');
});

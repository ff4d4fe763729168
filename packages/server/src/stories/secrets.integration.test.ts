import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createLogger } from '../infra/logger.ts';
import { createRedactor } from '../infra/redaction.ts';
import { createMonitoring, type Monitoring } from '../monitoring.ts';

/** What no sink may hold; long enough to stand across whatever is cut. */
const canary = `canary-"Zq7/${'k3+W='.repeat(8)}end`;
const secret = `Bearer ${canary}`;

let world: World;
let origin: string;
let answer: (echo: string, request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  request.resume();
  answer(request.headers.authorization ?? '', request, response);
});
const stack = new AsyncDisposableStack();
const log: string[] = [];
let monitoring: Monitoring;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = stack.use(
    await createWorld({
      guards: { http: { breaker: { opensAt: 1_000_000, probeAfterMs: 1_000 } } },
      secrets: { crm: { value: secret, origins: [origin] } },
      logLevel: 'trace',
      log: (line) => void log.push(line),
    }),
  );
  const logger = createLogger({ level: 'silent' });
  monitoring = createMonitoring(world.config, logger, world.services, () => 0, stack);
});
afterAll(async () => {
  await stack.disposeAsync();
  server.closeAllConnections();
  server.close();
});

const aRequest = (method: string): TaskInput => ({
  goal: 'Ask it',
  actions: [
    {
      type: 'http.request',
      params: { method, url: `${origin}/things`, secretHeaders: { Authorization: 'crm' } },
    },
  ],
  retry: { maxRetries: 1, initialDelayMs: 1 },
});

/** All that is stored, as text: every table of the application. */
const everythingStored = async (): Promise<string> => {
  const tables = await world.owner.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const dumps = await Promise.all(
    tables.map(({ name }) => world.owner.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  );
  return dumps.flatMap((rows) => rows.map(({ row }) => row)).join('\n');
};

type Way = readonly [way: string, answer: typeof answer];
const base64 = (text: string): string => Buffer.from(`x${text}`).toString('base64');
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const ways: readonly Way[] = [
  ['in a body', (echo, _, response) => response.end(`you sent ${echo}`)],
  ['in JSON', (echo, _, response) => response.end(JSON.stringify({ you: { sent: echo } }))],
  ['in base64', (echo, _, response) => response.end(base64(echo))],
  ['packed', (echo, _, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(echo))],
  ['packed, unsaid', (echo, _, response) => response.end(gzipSync(echo))],
  ['in a header', (echo, _, response) => response.setHeader('x-echo', encodeURIComponent(echo)).end()],
  ['in a header’s name', (_echo, _, response) => response.setHeader('x-canary-k3', canary).end()],
  ['across the cut', (echo, _, response) => response.end(`${'.'.repeat(65_536 - 20)}${echo}`)],
  [
    'across the cut, behind much that is taken out',
    (echo, _, response) => response.end(`${echo.repeat(1_500).slice(0, 65_536)}${echo}`.slice(0, 66_000)),
  ],
  ['in a refusal', (echo, _, response) => response.writeHead(400).end(`${'.'.repeat(480)}${echo}`)],
  ['in what broke', (echo, _, response) => response.writeHead(500).end(`<p>${percent(echo)}</p>`)],
  [
    'where it points',
    (echo, _, response) => response.writeHead(307, { location: `/other?${percent(echo)}` }).end(),
  ],
  [
    'where it says that a thing is',
    (echo, request, response) =>
      request.method === 'POST'
        ? response.writeHead(201, { location: `/things/${percent(echo)}` }).end()
        : response.writeHead(404).end(),
  ],
];

/** Whether any part of it that tells something is left. */
const leaks = (text: string): boolean =>
  [
    canary,
    JSON.stringify(canary).slice(1, -1),
    canary.slice(0, 16),
    'k3+W=k3+W=',
    percent(canary.slice(4, 20)),
  ]
    .flatMap((part) => [part, base64(part).slice(4, -4), encodeURIComponent(part)])
    .some((part) => text.toLowerCase().includes(part.toLowerCase()));

test.each(ways)('a secret that a platform gives back %s reaches no sink', async (_way, answers) => {
  answer = answers;
  for (const method of ['POST', 'GET']) {
    const task = await world.agent.submits(aRequest(method));
    if (task.status === 'AWAITING_APPROVAL') await world.approver.approves(task);
    await world.reaches(task, 'SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION');
  }
  expect(leaks(await everythingStored())).toBe(false);
  expect(leaks(log.join('\n'))).toBe(false);
  expect(leaks(await monitoring.registry.render())).toBe(false);
});

test('a read that is sent on to a place with the secret in it does not record that place', async () => {
  answer = (echo, request, response) =>
    request.url === '/things'
      ? response.writeHead(302, { location: `/other?was=${encodeURIComponent(echo || secret)}` }).end()
      : response.end('here');
  const task = await world.agent.submits(aRequest('GET'));
  await world.reaches(task, 'SUCCEEDED');
  const stored = await everythingStored();
  expect(stored).toContain('/other?was=[secret]');
  expect(leaks(stored)).toBe(false);
});

test('no line of the log holds a secret, whatever is to be logged', () => {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
    redact: createRedactor([secret]).text,
  });
  logger.error({ err: new Error(`it said ${secret}`, { cause: new Error(canary) }) }, `again: ${canary}`);
  logger.warn({ far: { too: { deep: { to: { be: { named: [percent(secret)] } } } } } }, base64(secret));
  expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object']);
  expect(leaks(lines.join('\n'))).toBe(false);
});

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startConfiguredServer, type ConfiguredServer } from '../../testing/configured-server.ts';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { programOf } from '../../testing/programs.ts';
import * as parties from '../../testing/tls-parties.ts';
import { until } from '../../testing/until.ts';

const { agent, authority, forged, indirect, otherAuthority, renewed, stranger } = parties;
const uri = 'URI:spiffe://example.com/agent';

let folder: string;
let server: ConfiguredServer;
let port: number;

const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const settings = (more: object = {}): object => ({
  server: {
    tls: {
      certificateFile: join(folder, 'tls.crt'),
      keyFile: join(folder, 'tls.key'),
      clients: {
        authoritiesFile: join(folder, 'clients.crt'),
        services: [{ certificate: uri, tenant: 'default', principal: 'demo-agent' }],
      },
      ...more,
    },
  },
});

beforeAll(async () => {
  server = await startConfiguredServer({
    secrets: {},
    settings(home) {
      folder = home;
      put('tls.crt', parties.server.cert);
      put('tls.key', parties.server.key);
      put('clients.crt', authority + parties.root);
      return settings();
    },
  });
  port = Number(new URL(server.url).port);
});
afterAll(() => server[Symbol.asyncDispose]());

const handshake = async (options: ConnectionOptions = {}): Promise<X509Certificate> => {
  const socket = connect({ host: 'localhost', port, ca: authority, ...options });
  try {
    await once(socket, 'secureConnect');
    return new X509Certificate(socket.getPeerX509Certificate()?.raw ?? '');
  } finally {
    socket.destroy();
  }
};

const viewerQuery = '{ viewer { principal { name } } }';
const asks = async (
  agentOptions: ConnectionOptions | Agent,
  headers: Record<string, string> = {},
): Promise<{ status: number; who: string | undefined; answer: IncomingMessage }> => {
  const through = agentOptions instanceof Agent ? agentOptions : new Agent(agentOptions);
  const sent = request({
    host: 'localhost',
    port,
    ca: authority,
    agent: through,
    path: '/graphql',
    method: 'POST',
  });
  sent.setHeader('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
  sent.end(JSON.stringify({ query: viewerQuery }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = JSON.parse(await text(answer)) as { data?: { viewer: { principal: { name: string } } } };
  if (!(agentOptions instanceof Agent)) through.destroy();
  return { status: answer.statusCode ?? 0, who: body.data?.viewer.principal.name, answer };
};

const reloaded = async (count: number, words: string): Promise<void> => {
  server.signals();
  const said = () => server.log().split(words).length - 1;
  await until(
    () => said() >= count || undefined,
    () => `no reload: ${server.log()}`,
  );
};

test('it speaks TLS 1.3 alone, and says that it does', async () => {
  expect(server.log()).toContain('is ready at https://localhost:');
  expect((await handshake()).fingerprint256).toBe(new X509Certificate(parties.server.cert).fingerprint256);
  await expect(handshake({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert|protocol version/i);
  const { answer, status } = await asks({ ca: authority });
  expect(status).toBe(401);
  expect(answer.headers['strict-transport-security']).toContain('max-age=');
  await expect(fetch(server.url)).rejects.toThrow();
});

test('a program is who its certificate says, where its authority is ours and the name is one of ours', async () => {
  expect(await asks({ ...agent })).toMatchObject({ status: 200, who: 'demo-agent' });
  // By way of an intermediate that comes along.
  expect(await asks({ ...indirect })).toMatchObject({ status: 200, who: 'demo-agent' });
  expect(await asks({ ...stranger })).toMatchObject({ status: 401 });
  expect(await asks({ ...forged })).toMatchObject({ status: 401 });
  // Whoever shows a key is the key's, and a wrong one is not made up for.
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  expect(await asks({ ...agent }, bearer(server.keys.adminKey))).toMatchObject({
    status: 200,
    who: 'Operator',
  });
  expect(await asks({ ...agent }, bearer('cs_guess'))).toMatchObject({ status: 401 });
  // A page of another origin gets nothing done with what a browser has.
  expect(await asks({ ...agent }, { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  expect(await asks({ ca: authority }, bearer(server.keys.agentKey))).toMatchObject({ who: 'demo-agent' });
});

test('a socket is let in by a certificate too', async () => {
  const greeted = async (party: { cert: string; key: string; origin?: string }): Promise<string> => {
    const url = `wss://localhost:${port}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { ca: authority, ...party });
    try {
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init' }));
      return await new Promise((resolve) => {
        socket.once('message', (data: Buffer) => resolve(data.toString()));
        socket.once('close', (code) => resolve(String(code)));
      });
    } finally {
      socket.close();
    }
  };
  expect(await greeted(agent)).toContain('connection_ack');
  expect(await greeted(stranger)).toBe('4401');
  expect(await greeted(indirect)).toContain('connection_ack');
  // A page of another origin gets nothing done with what a browser has.
  await expect(greeted({ ...agent, origin: 'https://evil.example' })).rejects.toThrow('403');
  expect(await greeted({ ...agent, origin: `https://localhost:${port}` })).toContain('connection_ack');
});

test('a reload takes a renewed certificate and cuts nobody off; one that does not fit is refused', async () => {
  const kept = new Agent({ keepAlive: true, maxSockets: 1, ca: authority, ...agent });
  const keptIndirect = new Agent({ keepAlive: true, maxSockets: 1, ca: authority, ...indirect });
  expect(await asks(kept)).toMatchObject({ status: 200 });
  expect(await asks(keptIndirect)).toMatchObject({ status: 200 });
  const wrongs = 'the configuration has faults';
  put('tls.crt', renewed.cert);
  await reloaded(1, wrongs);
  expect(server.log()).toContain('is not the key of certificateFile');
  expect((await handshake()).fingerprint256).toBe(new X509Certificate(parties.server.cert).fingerprint256);

  put('tls.key', renewed.key);
  server.signals();
  await until(
    async () =>
      (await handshake()).fingerprint256 === new X509Certificate(renewed.cert).fingerprint256 || undefined,
    () => `the certificate stayed: ${server.log()}`,
  );
  const [one] = Object.values(kept.freeSockets).flat();
  expect(await asks(kept)).toMatchObject({ status: 200 });
  expect(Object.values(kept.freeSockets).flat()[0]).toBe(one);

  // One authority fewer: whose word it was is not known of one of them, and it is known again by another connection.
  put('clients.crt', parties.root);
  server.signals();
  await until(
    async () => (await asks(kept)).status === 401 || undefined,
    () => 'who is no longer vouched for still comes in',
  );
  await until(
    async () => (await asks(keptIndirect)).status === 200 || undefined,
    () => 'who is vouched for is shut out for good',
  );
  // Nobody vouches for it any more, whenever it was connected.
  put('clients.crt', otherAuthority);
  server.signals();
  await until(
    async () => (await asks(keptIndirect)).status === 401 || undefined,
    () => 'who is no longer vouched for still comes in',
  );
  expect(await asks({ ...agent })).toMatchObject({ status: 401 });
  expect(await asks({ ...forged })).toMatchObject({ status: 200 });
  kept.destroy();
  keptIndirect.destroy();
});

test('a health check by the same configuration asks over https, and one by another finds nobody', async () => {
  const health = (...words: string[]): Promise<{ code: unknown; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...inheritedEnvironment(), PORT: String(port) };
      execFile(process.execPath, [programOf('cli'), 'health', ...words], { env }, (error, out, err) => {
        resolve({ code: error?.code ?? 0, out, err });
      });
    });
  expect(await health('--config', server.file)).toEqual({
    code: 0,
    out: `https://localhost:${port}/livez answers.\n`,
    err: '',
  });
  expect(await health()).toEqual({
    code: 1,
    out: '',
    err: `http://localhost:${port}/livez does not answer.\n`,
  });
});

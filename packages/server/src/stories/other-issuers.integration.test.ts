import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  discoverOAuthProtectedResourceMetadata,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { openRawSocket } from '../../testing/raw-socket.ts';
import { testConfig } from '../../testing/test-config.ts';
import { clientId, issuerCertificates, startTestIssuer, type TestIssuer } from '../../testing/test-issuer.ts';
import { forgedTokens } from '../../testing/token-corpus.ts';
import { createApp, type App } from '../app.ts';
import { withoutLimits } from '../config/limit-settings.ts';
import { createLogger } from '../infra/logger.ts';

const stack = new AsyncDisposableStack();
let issuer: TestIssuer;
let app: App;

beforeAll(async () => {
  issuer = stack.use(await startTestIssuer());
  const database = stack.use(await createTestDatabase());
  const home = await mkdtemp(join(tmpdir(), 'countersign-issuers-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const service = {
    issuer: issuer.url,
    audience: ['our-api', 'https://countersign.acme.example/mcp'],
    jwksUrl: `${issuer.url}/keys`,
    algorithms: ['ES256' as const],
    clockToleranceMs: 1_000,
    refetchEveryMs: 60_000,
    tenant: 'acme',
    services: [{ claims: { sub: 'ci:site:*', env: 'main' }, principal: 'pipeline' }],
  };
  const signIn = {
    issuer: issuer.url,
    clientId,
    label: 'Acme',
    scopes: ['openid'],
    tenant: 'acme',
    nameClaim: 'email',
    groupsClaim: 'groups',
    roles: { approvers: ['APPROVER' as const], admins: ['ADMIN' as const] },
    groups: { approvers: 'sre' },
    sessionMs: 3_600_000,
    adoptsByName: false,
  };
  const base = testConfig(database.connectionString, home);
  const egress = {
    ...base.executors.egress,
    allowedInternalHosts: [new URL(issuer.url).host],
    certificateAuthorities: { [issuer.url]: issuerCertificates },
  };
  const config = {
    ...base,
    executors: { ...base.executors, egress },
    // Whoever comes with that many tokens is slowed down, which is a story of its own.
    http: {
      ...base.http,
      limits: {
        ...withoutLimits,
        rates: { ...withoutLimits.rates, failures: { limit: 1_000, windowMs: 60_000 } },
      },
    },
    identity: { issuers: [service], signIn },
  };
  app = stack.use(await createApp(config, createLogger({ level: 'silent' }), {}));
  const { id: tenantId } = await app.access.ensureTenant('acme');
  const ada = await app.access.ensurePrincipal({ tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] });
  await app.access.ensurePrincipal({
    ...{ tenantId, type: 'SERVICE', name: 'pipeline', roles: ['SUBMITTER'], ownerId: ada.id },
  });
});
afterAll(() => stack.disposeAsync());

const whoAmI = async (headers: Record<string, string>) => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ viewer { principal { name roles groups } } }' }),
  });
  const body = (await response.json()) as {
    data?: { viewer: { principal: object } };
    errors?: { extensions: { code: string } }[];
  };
  return {
    status: response.status,
    who: body.data?.viewer.principal,
    code: body.errors?.[0]?.extensions.code,
  };
};
const withToken = (token: string) => whoAmI({ authorization: `Bearer ${token}` });

test('an MCP client learns from the refusal who issues tokens, and one of those lets it in', async () => {
  const refused = await fetch(`${app.url}/mcp`, { method: 'POST' });
  expect(refused.status).toBe(401);
  const where = `${app.url}/.well-known/oauth-protected-resource`;
  expect(refused.headers.get('www-authenticate')).toBe(`Bearer resource_metadata="${where}/mcp"`);
  // Nobody else has to know: the other doors ask for a key as they did.
  const elsewhere = await fetch(`${app.url}/graphql`, { method: 'POST' });
  expect(elsewhere.headers.get('www-authenticate')).toBe('Bearer');
  expect(await (await fetch(where)).json()).toMatchObject({ resource: `${app.url}/mcp` });
  expect(await discoverOAuthProtectedResourceMetadata(`${app.url}/mcp`)).toEqual({
    resource: `${app.url}/mcp`,
    resource_name: 'Countersign',
    authorization_servers: [issuer.url],
    bearer_methods_supported: ['header'],
  });

  const claims = { sub: 'ci:site:7', env: 'main' };
  const connect = async (audience: string): Promise<string[]> => {
    const client = new Client({ name: 'an-agent', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const token = await issuer.sign(claims, audience);
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', app.url), {
        authProvider: { token: async () => token },
      }),
    );
    const { tools } = await client.listTools();
    await client.close();
    return tools.map(({ name }) => name);
  };
  expect(await connect('https://countersign.acme.example/mcp')).toContain('submit_task');
  // A token that was made for another resource is no token here.
  await expect(connect('https://elsewhere.example/mcp')).rejects.toThrow();
});

test('a service calls with a token of an issuer that configuration names, and with no other', async () => {
  const claims = { sub: 'ci:site:42', env: ['main', 'x'] };
  const pipeline = { name: 'pipeline', roles: ['SUBMITTER'] };
  expect((await withToken(await issuer.sign(claims, 'our-api'))).who).toMatchObject(pipeline);

  const good = await issuer.sign({ ...claims, tid: 'acme' }, 'our-api');
  // Whose tenant it is says configuration, and no token.
  expect((await withToken(await issuer.sign({ ...claims, tid: 'another' }, 'our-api'))).who).toMatchObject(
    pipeline,
  );
  const wrong = [
    ...Object.values(await forgedTokens(good, issuer.publicKey())),
    await issuer.sign(claims, 'another-api'),
    await issuer.sign({ ...claims, iss: 'https://evil.example' }, 'our-api'),
    await issuer.sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 }, 'our-api'),
    await issuer.sign({ ...claims, sub: 'ci:other:42' }, 'our-api'),
    await issuer.sign({ ...claims, env: 'dev' }, 'our-api'),
  ];
  const answers = await Promise.all(wrong.map((token) => withToken(token)));
  expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 401));

  // However many unknown keys are named, the issuer is asked for its keys no more often.
  await issuer.rotate();
  const asked = issuer.keyRequests();
  const unknown = await Promise.all(
    [1, 2, 3].map(async () => withToken(await issuer.sign(claims, 'our-api'))),
  );
  expect(unknown.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(issuer.keyRequests() - asked).toBe(0);
});

/** A browser without a page: it keeps what it is given, and goes where it is sent. */
const signInAs = async (person: object, tamper: (back: URL) => URL = (back) => back) => {
  issuer.person = { sub: 'ann@issuer', email: 'ann@acme.example', ...person };
  const begun = await fetch(`${app.url}/session/begin`, { redirect: 'manual' });
  const attempt = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const back = tamper(issuer.sendBack(begun.headers.get('location') ?? ''));
  const ended = await fetch(back, { redirect: 'manual', headers: { cookie: attempt } });
  const session = ended.headers.getSetCookie().find((cookie) => cookie.startsWith('cs_session='));
  return {
    cookie: session?.split(';')[0] ?? '',
    flags: session,
    to: ended.headers.get('location'),
    back,
    attempt,
  };
};

test('a person signs in at their issuer, may what their groups say, and is out when that ends', async () => {
  expect(await (await fetch(`${app.url}/session/ways`)).json()).toMatchObject({ issuer: 'Acme' });
  const ann = await signInAs({ groups: ['approvers', 'cooks'] });
  expect(ann.flags).toMatch(/HttpOnly; SameSite=Strict/);
  const asApprover = { name: 'ann@acme.example', roles: ['APPROVER'], groups: ['sre'] };
  expect((await whoAmI({ cookie: ann.cookie })).who).toMatchObject(asApprover);

  // What came back once is good for nothing more, nor for a browser that did not begin, nor with another state.
  for (const headers of [{ cookie: ann.attempt }, {}]) {
    const again = await fetch(ann.back, { redirect: 'manual', headers: { ...headers } });
    expect(again.headers.get('location')).toBe('/sign-in?refused=AUTHENTICATION_FAILED');
  }
  const changed = await signInAs({}, (back) => (back.searchParams.set('state', 'mine'), back));
  expect(changed).toMatchObject({ cookie: '', to: '/sign-in?refused=AUTHENTICATION_FAILED' });
  // Nobody becomes an administrator by having her name at the issuer.
  expect((await signInAs({ sub: 'x', email: 'Ada', groups: ['admins'] })).to).toBe(
    '/sign-in?refused=NOT_ELIGIBLE',
  );

  const socket = await openRawSocket(app.url, { headers: { cookie: ann.cookie, origin: app.url } });
  socket.send({ type: 'connection_init' });
  expect(await socket.next()).toEqual({ type: 'connection_ack' });
  const word = (token: string) =>
    fetch(`${app.url}/session/ended`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) });
  expect((await word(await issuer.sign({ sub: 'ann@issuer' }))).status).toBe(400);
  expect((await whoAmI({ cookie: ann.cookie })).status).toBe(200);
  expect((await word(await issuer.logoutToken('ann@issuer'))).status).toBe(200);
  expect(await socket.closed).toMatchObject({ code: 4403 });
  expect((await whoAmI({ cookie: ann.cookie })).status).toBe(401);

  const back = await signInAs({ groups: ['admins'] });
  expect((await whoAmI({ cookie: back.cookie })).who).toMatchObject({ roles: ['ADMIN'], groups: [] });
  expect((await signInAs({ groups: [] })).to).toBe('/sign-in?refused=AUTHORIZATION_FAILED');
  expect((await whoAmI({ cookie: back.cookie })).status).toBe(401);
});

test('where an issuer is away nobody is let in by it, and they are told so', async () => {
  const cut = (back: URL): URL => ((issuer.isAway = true), back);
  const ann = await signInAs({ groups: ['approvers'] }, cut);
  issuer.isAway = false;
  expect(ann).toMatchObject({ cookie: '', to: '/sign-in?refused=SERVICE_DOWN' });
});

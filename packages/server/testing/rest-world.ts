import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrincipalType, Role } from '@countersign/shared';
import { expect } from 'vitest';
import { createApp, type App } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { withoutLimits, type HttpLimits } from '../src/config/limit-settings.ts';
import type { OpenApi } from '../src/doors/rest/openapi.ts';
import { createLogger } from '../src/infra/logger.ts';
import { value } from './access-node.ts';
import { createNoopExecutor } from './executors/noop-executor.ts';
import { createTestDatabase } from './postgres.ts';
import { testConfig } from './test-config.ts';

/** Required, since what its types say of an import is not what an import gives. */
const { default: Responses } = createRequire(import.meta.url)('openapi-response-validator') as {
  readonly default: new (document: object) => {
    validateResponse(status: string, body: unknown): { readonly errors: readonly unknown[] } | undefined;
  };
};

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** `undefined` leaves a header out. */
export type SentHeaders = Readonly<Record<string, string | undefined>>;

export interface Sent {
  readonly headers?: SentHeaders;
  readonly body?: string | object;
}

/** Whoever calls, by their key. */
export interface RestCaller {
  readonly key: string;
  readonly id: string;
  /** Every answer is held against the document. */
  call(method: 'GET' | 'POST', path: string, sent?: Sent): Promise<RestAnswer>;
  /** The other door, at the same server. @throws where it tells of errors. */
  graphql(query: string, variables?: object): Promise<Record<string, unknown>>;
}

/** One server with people and an agent, and its REST door. */
export interface RestWorld extends AsyncDisposable {
  readonly app: App;
  readonly document: OpenApi;
  readonly tenantId: string;
  /** Submits; Olga answers for it. */
  readonly agent: RestCaller;
  readonly olga: RestCaller;
  /** May decide in DEVELOPMENT and STAGING. */
  readonly ann: RestCaller;
  readonly operator: RestCaller;
  readonly admin: RestCaller;
  /** Another process of the same installation, which takes submissions in. */
  startAnother(settings: Partial<Config>): Promise<App>;
  /** What the document says against an answer. */
  faultsOf(method: string, path: string, answer: RestAnswer): unknown[];
}

export const createRestWorld = async (
  policyData: (home: string) => Promise<string>,
  limits: HttpLimits = withoutLimits,
  /** What is configured of platforms. */
  settings: Partial<Config['executors']> = {},
  backup: Partial<Config['backup']> = {},
): Promise<RestWorld> => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const home = await mkdtemp(join(tmpdir(), 'countersign-rest-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const config = testConfig(database.connectionString, home, {
    policyData: await policyData(home),
    // A slow machine loses no lease: what is told is the same each time.
    leaseMs: 60_000,
  });
  const start = (more: Partial<Config> = {}): Promise<App> =>
    createApp(
      {
        ...config,
        http: { ...config.http, limits },
        executors: { ...config.executors, ...settings },
        backup: { ...config.backup, ...backup },
        ...more,
      },
      createLogger({ level: 'fatal' }),
      { moreExecutors: [createNoopExecutor()] },
    );
  const app = stack.use(await start());
  const { id: tenantId } = await app.access.ensureTenant('here');
  const document = (await (await fetch(`${app.url}/openapi.json`)).json()) as OpenApi;
  const faultsOf = createContract(document);

  const caller = async (
    name: string,
    type: PrincipalType,
    roles: Role[],
    ownerId?: string,
  ): Promise<RestCaller> => {
    const principal = { tenantId, type, name, roles, ...(ownerId !== undefined && { ownerId }) };
    const { id } = await app.access.ensurePrincipal(principal);
    const { secret: key } = value(await app.access.issueApiKey(tenantId, { principalId: id, name: 'rest' }));
    const call: RestCaller['call'] = async (method, path, { headers = {}, body } = {}) => {
      const response = await fetch(`${app.url}${path}`, {
        method,
        headers: sendable({
          authorization: `Bearer ${key}`,
          'x-tenant-id': tenantId,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        }),
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? {} : JSON.parse(text)) as RestAnswer['body'],
      };
      expect(faultsOf(method, path, answer)).toEqual([]);
      return answer;
    };
    const graphql: RestCaller['graphql'] = async (query, variables = {}) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data: Record<string, unknown>;
        errors?: readonly { readonly message: string }[];
      };
      if (errors) throw new Error(errors.map(({ message }) => message).join(' '));
      return data;
    };
    return { key, id, call, graphql };
  };
  const olga = await caller('Olga', 'HUMAN', ['VIEWER']);
  const people = {
    olga,
    agent: await caller('builder', 'AGENT', ['SUBMITTER'], olga.id),
    ann: await caller('Ann', 'HUMAN', ['VIEWER', 'APPROVER']),
    operator: await caller('Otto', 'HUMAN', ['OPERATOR']),
    admin: await caller('Ada', 'HUMAN', ['ADMIN']),
  };
  const whole = stack.move();
  return {
    app,
    document,
    tenantId,
    ...people,
    startAnother: (more) => start({ role: 'api', ...more }),
    faultsOf,
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};

const sendable = (headers: SentHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );

interface DocumentedAnswer {
  readonly content?: Readonly<Record<string, object>>;
}

const createContract = (document: OpenApi): RestWorld['faultsOf'] => {
  const validators = new Map<string, InstanceType<typeof Responses>>();
  /** Made once: to read the whole document takes longer than any answer. */
  const validatorOf = (key: string, status: number, told: DocumentedAnswer | undefined) => {
    const known = validators.get(key);
    if (known) return known;
    const made = new Responses({ responses: { [status]: told }, components: document.components });
    validators.set(key, made);
    return made;
  };
  /** The address of the document that a path is one of. */
  const templateOf = (path: string): string => {
    const parts = path.replace(/\?.*/s, '').split('/');
    const fits = (wanted: string[]): boolean =>
      wanted.length === parts.length &&
      wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
    return Object.keys(document.paths).find((template) => fits(template.split('/'))) ?? path;
  };
  return (method, path, { status, headers, body }) => {
    const { responses } = document.paths[templateOf(path)]![method.toLowerCase()] as {
      responses: Record<string, DocumentedAnswer>;
    };
    const told = responses[status] ?? (status < 500 ? responses['4XX'] : responses['default']);
    const [type] = Object.keys(told?.content ?? {});
    const given = headers.get('content-type');
    const isTyped = type === undefined ? given === null : given?.startsWith(type) === true;
    const validator = validatorOf(`${method} ${templateOf(path)} ${status}`, status, told);
    const found = type === undefined ? undefined : validator.validateResponse(String(status), body);
    const isUnknown = status < 400 && responses[status] === undefined;
    return [
      ...(isTyped ? [] : [`${status} is ${given}`]),
      ...(isUnknown ? [`${status} is not told of`] : []),
      ...(found?.errors ?? []),
    ];
  };
};

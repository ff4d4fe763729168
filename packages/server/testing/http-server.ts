import { addAbortListener } from 'node:events';
import { buildSchema, GraphQLError, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { accepted, refusal, refused } from '../src/domain/errors.ts';
import type { Caller, Principal } from '../src/domain/principal.ts';
import type { RequestContext } from '../src/doors/graphql/context.ts';
import { defaultAnswerLimits, type AnswerLimits } from '../src/doors/graphql/answers.ts';
import { meterFields } from '../src/doors/graphql/schema/metered-fields.ts';
import type { SameForAll } from '../src/doors/graphql/shared-texts.ts';
import { createGraphqlServer, type GraphqlServer } from '../src/doors/graphql/server.ts';
import { defaultSocketLimits, type SocketLimits } from '../src/doors/graphql/websocket.ts';
import type { Authenticate } from '../src/doors/http/credentials.ts';
import { createRateLimits, defaultRateLimits, type RateLimitsConfig } from '../src/doors/http/rate-limits.ts';
import { defaultBodyLimits } from '../src/doors/http/body-room.ts';
import { openGates, type GateSettings } from '../src/doors/http/gates.ts';
import { createHttpServer, type HttpServer, type HttpServerDeps } from '../src/doors/http/server.ts';
import { createStandings } from '../src/doors/shared/standing.ts';
import { createLogger } from '../src/infra/logger.ts';
import { ofTheMachine, signedIn } from './signed-in.ts';

/** Everything that a schema can do to the server that carries it. */
const typeDefinitions = /* GraphQL */ `
  enum Unit {
    SECONDS
    MINUTES
  }
  input Filter {
    unit: Unit
    text: String
  }
  type Node {
    id: ID!
    child: Node
    friends: [Node!]!
  }
  type Query {
    viewerName: String!
    requestId: String!
    greeting(name: String): String!
    count(filter: Filter): Int!
    required(id: ID!): String!
    node: Node
    boom: String
    refused: String
    broken: String!
    slow(ms: Int!): String!
    untilLeft: String!
  }
  type Mutation {
    write(text: String!): String!
  }
  type Subscription {
    ticks(count: Int!): Int!
    flood(count: Int!, size: Int!): String!
    silence: Int!
    failing: Int!
    news(readers: Int!): News!
  }
  type News {
    text: String!
    reader: String!
    long: String!
  }
`;

type Resolver = (source: unknown, args: never, context: RequestContext) => unknown;

const node = { id: '1', child: () => node, friends: () => [node, node] };

export interface Observed {
  /** Names of subscriptions whose source was told to end. */
  readonly ended: string[];
  readonly written: string[];
  /** Names of those whose question was still open when they left. */
  readonly left: string[];
  /** The times, in milliseconds, that slow answers were asked to take. */
  readonly slow: number[];
  /** What of news was made an answer, each time that it was. */
  readonly told: string[];
}

const createTestSchema = (observed: Observed): GraphQLSchema => {
  const schema = buildSchema(typeDefinitions);
  const define = (type: GraphQLObjectType | null | undefined, resolvers: Record<string, Resolver>): void => {
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = type?.getFields()[name];
      if (!field) throw new Error(`The test schema has no ${name}.`);
      field.resolve = resolve as typeof field.resolve & Resolver;
    }
  };
  define(schema.getQueryType(), {
    viewerName: (_source, _args, { viewer }) => viewer.name,
    requestId: (_source, _args, { requestId }) => requestId,
    greeting: (_source, { name }: { name?: string }) => `Hello, ${name ?? 'world'}`,
    count: () => 1,
    required: (_source, { id }: { id: string }) => id,
    node: () => node,
    boom: () => {
      throw new Error('connect to postgres://me:hunter2@db failed');
    },
    refused: () => {
      throw new GraphQLError('That is not yours.', { extensions: { code: 'AUTHORIZATION_FAILED' } });
    },
    broken: () => null,
    slow: async (_source, { ms }: { ms: number }) => {
      observed.slow.push(ms);
      await new Promise((resolve) => setTimeout(resolve, ms).unref());
      return 'done';
    },
    untilLeft: async (_source, _args, { viewer, signal }) => {
      observed.slow.push(0);
      await new Promise<void>((resolve) => {
        if (signal)
          addAbortListener(signal, () => {
            resolve();
          });
      });
      observed.left.push(viewer.name);
      return 'left';
    },
  });
  define(schema.getMutationType(), {
    write: (_source, { text }: { text: string }) => {
      observed.written.push(text);
      return text;
    },
  });
  const news = schema.getType('News');
  if (!isObjectType(news)) throw new Error('The test schema has no news.');
  news.extensions = { isSameForAll: true } satisfies SameForAll;
  define(news, {
    text: ({ text }: { text: string }) => {
      observed.told.push(text);
      return text;
    },
    reader: (_source, _args, { viewer }) => viewer.name,
    long: () => 'x'.repeat(40_000),
  } as Record<string, Resolver>);
  defineSubscriptions(schema, observed);
  meterFields(schema);
  return schema;
};

/** The same three pieces for all readers, once so many are there. */
const createNews = () => {
  let arrived = 0;
  let pieces = Promise.withResolvers<readonly object[]>();
  return (readers: number): Promise<readonly object[]> => {
    const { promise, resolve } = pieces;
    arrived += 1;
    if (arrived === readers) {
      resolve(['first', 'second', 'third'].map((text) => ({ news: { text } })));
      arrived = 0;
      pieces = Promise.withResolvers();
    }
    return promise;
  };
};

interface SourceArgs {
  readonly count: number;
  readonly size: number;
  readonly readers: number;
}

const defineSubscriptions = (schema: GraphQLSchema, observed: Observed): void => {
  const readNews = createNews();
  const sources: Record<string, (args: SourceArgs) => AsyncGenerator> = {
    async *news({ readers }) {
      yield* await readNews(readers);
    },
    async *ticks({ count }) {
      for (let tick = 1; tick <= count; tick += 1) yield await Promise.resolve({ ticks: tick });
    },
    async *flood({ count, size }) {
      try {
        for (let sent = 0; sent < count; sent += 1) yield await Promise.resolve({ flood: 'x'.repeat(size) });
      } finally {
        observed.ended.push('flood');
      }
    },
    async *silence() {
      try {
        yield { silence: 0 };
        await new Promise((resolve) => setTimeout(resolve, 600_000).unref());
      } finally {
        observed.ended.push('silence');
      }
    },
    async *failing() {
      yield await Promise.resolve({ failing: 1 });
      throw new Error('the log at /var/lib/postgresql is gone');
    },
  };
  for (const [name, source] of Object.entries(sources)) {
    const field = schema.getSubscriptionType()?.getFields()[name];
    if (!field) throw new Error(`The test schema has no ${name}.`);
    field.subscribe = (_source, args) => source(args as SourceArgs);
  }
};

export const keys = { admin: 'key-admin', agent: 'key-agent', session: 'session-admin' };

const principal = (id: string, roles: Principal['roles']): Caller =>
  signedIn({ ...ofTheMachine, id, tenantId: 'tenant', type: 'HUMAN', name: id, roles });
const admin = principal('admin', ['ADMIN']);
const agent = principal('agent', ['SUBMITTER']);

export interface TestServer extends AsyncDisposable {
  readonly http: HttpServer;
  readonly graphql: GraphqlServer;
  readonly url: string;
  readonly observed: Observed;
  /** Lines of the log, as text. */
  readonly log: string[];
  /** A revoked one is nobody's any more. */
  readonly revoked: Set<string>;
}

export interface TestServerOptions extends Partial<
  Pick<HttpServerDeps, 'webRoot' | 'isEncrypted' | 'host' | 'port' | 'origins' | 'bodyLimits' | 'tls'>
> {
  readonly gates?: Partial<GateSettings>;
  readonly metricsPath?: string;
  readonly socketLimits?: Partial<SocketLimits>;
  readonly answerLimits?: Partial<AnswerLimits>;
  readonly rateLimits?: Partial<RateLimitsConfig>;
  /** How often the credentials of open sockets are looked at. */
  readonly recheckMs?: number;
  /** False: as much of the agent's waits as may. */
  readonly hasRoom?: boolean;
}

/** A real server on a free port with a small schema; nothing behind it. */
export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const observed: Observed = { ended: [], written: [], left: [], slow: [], told: [] };
  const log: string[] = [];
  const revoked = new Set<string>();
  const logger = createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } });
  const rateLimits = createRateLimits({ ...defaultRateLimits, ...options.rateLimits });

  const authenticate: Authenticate = ({ authorization, sessionToken }) => {
    const presented = authorization?.replace(/^Bearer /, '') ?? sessionToken ?? '';
    if (presented === 'outage') return Promise.reject(new Error('the database at db:5432 is away'));
    if (revoked.has(presented)) return Promise.resolve(null);
    const isAdmin = presented === keys.admin || (authorization === undefined && presented === keys.session);
    return Promise.resolve(isAdmin ? admin : presented === keys.agent ? agent : null);
  };
  const standings = createStandings({
    authenticate,
    remainingMs: () => Promise.resolve(null),
    ...(options.recheckMs !== undefined && { recheckMs: options.recheckMs }),
    logger,
  });
  const graphql = await createGraphqlServer({
    schema: createTestSchema(observed),
    contextFor: (viewer, { requestId, traceparent, signal }) => ({ viewer, requestId, traceparent, signal }),
    authenticate,
    standings,
    consume: (viewer, network, cost) => rateLimits.take(viewer, network, cost).waitMs,
    introspection: ({ roles }) => roles.includes('ADMIN'),
    socketLimits: { ...defaultSocketLimits, ...options.socketLimits },
    answerLimits: { ...defaultAnswerLimits, ...options.answerLimits },
    logger,
  });
  const gates = openGates(options.gates);
  const http = await createHttpServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    graphql,
    authenticate,
    rateLimits,
    line: { isFull: ({ id }) => options.hasRoom === false && id === agent.id },
    logger,
    webRoot: options.webRoot ?? null,
    isEncrypted: options.isEncrypted ?? false,
    bodyLimits: options.bodyLimits ?? defaultBodyLimits,
    origins: options.origins ?? [],
    tls: options.tls ?? null,
    gates: () => gates,
    metricsPath: options.metricsPath ?? '/metrics',
    session: {
      signIn: (token) =>
        Promise.resolve(
          token === 'one-time'
            ? accepted({ sessionToken: keys.session, expiresAt: new Date(Date.now() + 60_000) })
            : refused(refusal('AUTHENTICATION_FAILED', 'This sign-in link was used already.')),
        ),
      signOut: (token) => Promise.resolve(void revoked.add(token)),
    },
    probes: {
      healthz: (isTrusted) =>
        Promise.resolve({ status: 200, body: { status: 'healthy', ...(isTrusted && { details: [] }) } }),
      readyz: (isTrusted) =>
        Promise.resolve({ status: 200, body: { status: 'ready', ...(isTrusted && { details: [] }) } }),
      livez: () => Promise.resolve({ status: 200, body: { status: 'live' } }),
    },
    metrics: {
      contentType: 'text/plain; version=0.0.4',
      render: () => Promise.resolve('up 1\n'),
      openMetrics: {
        contentType: 'application/openmetrics-text; version=1.0.0',
        render: () => Promise.resolve('up 1\n# EOF\n'),
      },
    },
  });
  return {
    http,
    graphql,
    url: http.url,
    observed,
    log,
    revoked,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await graphql[Symbol.asyncDispose]();
      standings[Symbol.dispose]();
    },
  };
};

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Record<string, unknown>;
    }[];
  };
}

/** One operation over HTTP, as an agent sends it. */
export const ask = async (
  url: string,
  query: string,
  {
    key = keys.admin,
    variables,
    headers,
  }: { key?: string | null; variables?: object; headers?: Record<string, string> } = {},
): Promise<GraphqlAnswer> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text) as GraphqlAnswer['body'],
  };
};

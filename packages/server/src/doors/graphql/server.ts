import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled as withoutCacheControl,
  ApolloServerPluginLandingPageDisabled as withoutLandingPage,
  ApolloServerPluginSchemaReportingDisabled as withoutSchemaReporting,
  ApolloServerPluginUsageReportingDisabled as withoutUsageReporting,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Caller } from '../../domain/principal.ts';
import type { Logger } from '../../infra/logger.ts';
import { createTurns, type Turns } from '../../infra/turns.ts';
import { traceparentOf } from '../http/trace-context.ts';
import { whenClosed } from '../http/when-closed.ts';
import {
  answerOf,
  createAnswers,
  insteadOfAnswer,
  viewerWith,
  type Answer,
  type AnswerLimits,
} from './answers.ts';
import type { RequestContext } from './context.ts';
import { createErrorMask } from './error-masking.ts';
import { documentRefusal, introspectionRefusal, rateRefusal, subscriptionRefusal } from './errors.ts';
import { createLimitsRule, defaultGraphqlLimits, introspects, type GraphqlLimits } from './limits.ts';
import { createCostOf, type CostOf } from './operation-cost.ts';
import { schemaText } from './schema/schema-text.ts';
import { createGraphqlSockets, type GraphqlSockets, type SocketsDeps } from './websocket.ts';

/** What is known of a call before its operation is. */
export interface RequestInfo {
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Aborts once nobody waits for the answer. */
  readonly signal: AbortSignal;
}

export interface GraphqlServerDeps extends Pick<
  SocketsDeps,
  'authenticate' | 'standings' | 'consume' | 'socketLimits'
> {
  readonly schema: GraphQLSchema;
  readonly contextFor: (viewer: Caller, info: RequestInfo) => RequestContext;
  readonly logger: Logger;
  /** Whether this viewer may read the schema itself. */
  readonly introspection: (viewer: Caller) => boolean;
  readonly limits?: GraphqlLimits;
  readonly answerLimits?: AnswerLimits;
}

/** One schema over HTTP and over graphql-transport-ws, under the same limits and with the same errors. */
export interface GraphqlServer extends AsyncDisposable {
  /** Answers a request whose caller is known, and which was counted once. */
  handle(viewer: Caller, request: FastifyRequest, reply: FastifyReply, charge: Charge): Promise<unknown>;
  /** The schema as a document; null for whom it is not. */
  schemaFor(viewer: Caller): string | null;
  readonly sockets: GraphqlSockets;
}

/** Counts what an operation costs besides; how long to wait first, or null to go on. */
export type Charge = (more: number) => number | null;

interface Scope extends RequestInfo {
  readonly viewer: Caller;
  readonly charge: Charge;
  /** A fault of the document or its variables, found before anything ran. */
  hasDocumentFault: boolean;
  isMutation: boolean;
}
type Scopes = AsyncLocalStorage<Scope>;

export const createGraphqlServer = async (deps: GraphqlServerDeps): Promise<GraphqlServer> => {
  const limits = deps.limits ?? defaultGraphqlLimits;
  const logger = deps.logger.child({ part: 'graphql' });
  const mask = createErrorMask(logger);
  const scopes: Scopes = new AsyncLocalStorage();
  const answers = createAnswers(deps.answerLimits);
  const writing = createTurns(1);
  const costOf = createCostOf(deps.schema);
  const rules = {
    parseOptions: { maxTokens: limits.maxTokens },
    limitsRule: createLimitsRule(limits),
    validationOptions,
  };

  const apollo = new ApolloServer<RequestContext>({
    ...fixedOptions,
    schema: deps.schema,
    logger,
    parseOptions: rules.parseOptions,
    validationRules: [rules.limitsRule],
    formatError: (formatted, error) => mask(toGraphqlError(error, formatted.message), requestIdOf(scopes)),
    plugins: [
      ...withoutExtras,
      createRequestPlugin(scopes, deps.introspection, costOf),
      createAnswerPlugin(writing, (error) => mask(error, requestIdOf(scopes))),
    ],
  });
  await apollo.start();
  const answer = fastifyApolloHandler(apollo, { context: contextIn(scopes, deps) });

  return {
    async handle(viewer, request, reply, charge) {
      // No page of others can make a browser send a key, so nothing has to be asked for before.
      if (request.headers.authorization !== undefined) request.headers['apollo-require-preflight'] = 'true';
      const told = answers.open(viewer);
      endWithReply(reply, told);
      const scope: Scope = {
        viewer: viewerWith(viewer, told),
        charge,
        requestId: request.id,
        traceparent: traceparentOf(request),
        signal: goneOf(reply),
        hasDocumentFault: false,
        isMutation: false,
      };
      const body = await scopes.run(scope, () =>
        givingBack(reply, told, async () => answer.call(request.server, request, reply)),
      );
      if (scope.hasDocumentFault) correctStatus(reply);
      // A new key or link may be in it, beside what the caller chose: compressed, its length would tell of it.
      if (scope.isMutation) request.headers['x-no-compression'] = 'true';
      return body;
    },
    schemaFor: createSchemaFor(deps),
    sockets: createGraphqlSockets({ ...deps, ...rules, costOf, answers, writing, logger, mask }),
    async [Symbol.asyncDispose]() {
      await apollo.stop();
    },
  };
};

/** Printed for whoever asks first: a start need not wait for it. */
const createSchemaFor = ({
  schema,
  introspection,
}: Pick<GraphqlServerDeps, 'schema' | 'introspection'>): GraphqlServer['schemaFor'] => {
  let printed: string | undefined;
  return (viewer) => (introspection(viewer) ? (printed ??= schemaText(schema)) : null);
};

/** No name that the caller does not know, and no list of a hundred faults. */
const validationOptions = { hideSuggestions: true, maxErrors: 10 };

const fixedOptions = {
  // Apollo would otherwise read NODE_ENV, and show stacks where it is not "production".
  nodeEnv: 'production',
  csrfPrevention: true,
  allowBatchedHttpRequests: false,
  persistedQueries: false,
  introspection: true,
  hideSchemaDetailsFromClientErrors: true,
  includeStacktraceInErrorResponses: false,
  stopOnTerminationSignals: false,
  validationOptions,
} as const;

const withoutExtras = [
  withoutCacheControl(),
  withoutLandingPage(),
  withoutSchemaReporting(),
  withoutUsageReporting(),
];

const scopeOf = (scopes: Scopes): Scope => {
  const scope = scopes.getStore();
  if (!scope) throw new Error('A GraphQL request came past its handler.');
  return scope;
};

const contextIn =
  (scopes: Scopes, { contextFor }: Pick<GraphqlServerDeps, 'contextFor'>) =>
  (): Promise<RequestContext> => {
    const scope = scopeOf(scopes);
    return Promise.resolve(contextFor(scope.viewer, scope));
  };

const requestIdOf = (scopes: Scopes): string => scopes.getStore()?.requestId ?? 'unknown';

const toGraphqlError = (error: unknown, message: string): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError(message, { originalError: error instanceof Error ? error : new Error(String(error)) });

const documentFaults = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

const createRequestPlugin = (
  scopes: Scopes,
  mayIntrospect: (viewer: Caller) => boolean,
  costOf: CostOf,
): ApolloServerPlugin<RequestContext> => ({
  // A rule of graphql-js throws, instead of reporting, where a subscription includes by a variable.
  unexpectedErrorProcessingRequest: ({ error }) =>
    error instanceof GraphQLError ? Promise.reject(documentRefusal(error)) : Promise.resolve(),
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation, document, request, contextValue }) {
        const isReadingSchema = operation !== undefined && introspects(operation, document);
        if (isReadingSchema && !mayIntrospect(contextValue.viewer)) throw introspectionRefusal();
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw subscriptionRefusal();
        const more = operation === undefined ? 0 : costOf(document, operation, request.variables) - 1;
        const waitMs = more > 0 ? scopeOf(scopes).charge(more) : null;
        if (waitMs !== null) throw rateRefusal(waitMs);
        scopeOf(scopes).isMutation = operation?.operation === OperationTypeNode.MUTATION;
        return Promise.resolve();
      },
      didEncounterErrors({ errors }) {
        const isFault = errors.some((error) => documentFaults.has(String(error.extensions.code)));
        if (isFault) scopeOf(scopes).hasDocumentFault = true;
        return Promise.resolve();
      },
    }),
});

/** Replaces an answer that was given up, and lets others have their turn before a large one is written. */
const createAnswerPlugin = (
  writing: Turns,
  mask: (error: GraphQLError) => GraphQLFormattedError,
): ApolloServerPlugin<RequestContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      async willSendResponse({ response, contextValue: { viewer }, operation }) {
        const answer = answerOf(viewer);
        const refusal = answer?.refusal();
        if (refusal) {
          const isMutation = operation?.operation === OperationTypeNode.MUTATION;
          const singleResult = { data: null, errors: [mask(insteadOfAnswer(refusal, isMutation))] };
          response.body = { kind: 'single', singleResult };
        } else if (answer?.isLarge() === true) await writing.run(viewer.id, () => nextTurn());
      },
    }),
});

/** How long a large answer may wait to be read. */
const unreadMs = 60_000;

/** What is taken after the caller has left is given back by nobody else. */
const givingBack = async (
  { raw }: FastifyReply,
  told: Answer,
  work: () => Promise<unknown>,
): Promise<unknown> => {
  try {
    return await work();
  } finally {
    if (raw.closed) told.release();
  }
};

/** Aborts once the caller has gone, or has the answer. */
const goneOf = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  whenClosed(reply, () => {
    gone.abort();
  });
  return gone.signal;
};

const endWithReply = (reply: FastifyReply, answer: Answer): void => {
  const cut = setTimeout(() => {
    if (reply.raw.writableEnded) reply.raw.destroy();
  }, unreadMs);
  cut.unref();
  whenClosed(reply, () => {
    clearTimeout(cut);
    answer.release();
  });
};

/**
 * GraphQL over HTTP gives such a fault 400 as `application/graphql-response+json`, yet 200 as plain
 * `application/json`, where a client cannot tell our 400 from a proxy's. Apollo says 400 for both.
 */
const correctStatus = (reply: FastifyReply): void => {
  const isPlainJson = String(reply.getHeader('content-type')).startsWith('application/json');
  if (reply.statusCode === 400 && isPlainJson) reply.code(200);
};

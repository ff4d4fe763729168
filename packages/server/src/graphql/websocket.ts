import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, GraphQLError, GraphQLSchema } from 'graphql';
import {
  handleProtocols,
  makeServer,
  type Context,
  type ServerOptions,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Principal } from '../domain/principal.ts';
import type { Authenticate, Credentials } from '../http/credentials.ts';
import type { Logger } from '../infra/logger.ts';
import type { RequestContext } from './context.ts';
import type { MaskError } from './error-masking.ts';
import { codedError } from './errors.ts';
import { closeCodes, createConnection, type Connection } from './websocket-connection.ts';
import { createOperationReader, type DocumentRules } from './websocket-operations.ts';

export interface SocketLimits {
  readonly perPrincipal: number;
  readonly operationsPerSocket: number;
  /** Of one message from a client. */
  readonly maxMessageBytes: number;
  /** What waits for a slow reader before its socket is closed. */
  readonly maxBufferedBytes: number;
  /** How long one message may wait for a slow reader before its socket is closed. */
  readonly maxFlushMs: number;
  readonly initTimeoutMs: number;
  /** A socket whose client answers no ping for this long is ended. */
  readonly pingIntervalMs: number;
  /** How often the credentials of open sockets are looked at again. */
  readonly recheckMs: number;
}

export const defaultSocketLimits: SocketLimits = {
  perPrincipal: 2000,
  operationsPerSocket: 100,
  maxMessageBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 1024 * 1024,
  maxFlushMs: 10_000,
  initTimeoutMs: 3000,
  pingIntervalMs: 12_000,
  recheckMs: 30_000,
};

export interface SocketsDeps {
  readonly authenticate: Authenticate;
  /** Counts one operation against its caller; how long to wait first, or null to go on. */
  readonly consume: (viewer: Principal) => Promise<{ readonly retryAfterMs: number } | null>;
  readonly socketLimits?: SocketLimits;
}

export interface SocketCaller {
  /** Of the console's cookie, where the upgrade may use it. */
  readonly sessionToken: string | undefined;
  readonly onWrongCredentials: () => void;
}

/** graphql-transport-ws. Close codes beyond the protocol's own are in `closeCodes`. */
export interface GraphqlSockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: SocketCaller): void;
  readonly size: number;
  /** Looks at the credentials of all open sockets now, because some may have ended. */
  recheck(): void;
  /** Closes every socket with 1001 and takes no new one; those still open at the deadline are cut. */
  close(deadlineMs: number): Promise<void>;
}

interface Deps extends SocketsDeps, DocumentRules {
  readonly schema: GraphQLSchema;
  readonly contextFor: (
    viewer: Principal,
    info: { readonly requestId: string; readonly traceparent: string | null },
  ) => RequestContext;
  readonly introspection: (viewer: Principal) => boolean;
  readonly mask: MaskError;
  readonly logger: Logger;
}

interface Session {
  readonly caller: SocketCaller;
  connection: Connection | null;
  credentials: Credentials;
  viewer: Principal | null;
}
type Socket = Context<Record<string, unknown>, Session>;

export const createGraphqlSockets = (deps: Deps): GraphqlSockets => {
  const { authenticate, logger, socketLimits: limits = defaultSocketLimits } = deps;
  const sessions = new Set<Session>();
  const protocol = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: createDoorkeeper(authenticate, sessions, limits),
    ...createOperations(deps, limits),
  });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });
  const recheck = (): void => {
    recheckSessions(sessions, authenticate).catch((error: unknown) => {
      logger.warn({ err: error }, 'the credentials of open sockets could not be looked at');
    });
  };
  // Expiry has no fact that would tell of it.
  const rechecking = setInterval(recheck, limits.recheckMs);
  rechecking.unref();

  return {
    upgrade(request, socket, head, caller) {
      server.handleUpgrade(request, socket, head, (client) => {
        const state: Session = { caller, connection: null, credentials: {}, viewer: null };
        sessions.add(state);
        state.connection = createConnection({ client, socket, limits, logger });
        const closed = protocol.opened(state.connection, state);
        client.once('close', (code, reason) => {
          sessions.delete(state);
          closed(code, String(reason)).catch((error: unknown) => {
            logger.error({ err: error }, 'what a socket left open could not be ended');
          });
        });
      });
    },
    get size() {
      return server.clients.size;
    },
    recheck,
    async close(deadlineMs) {
      clearInterval(rechecking);
      for (const client of server.clients) client.close(closeCodes.goingAway, 'Going away');
      const cut = setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, deadlineMs);
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      clearTimeout(cut);
    },
  };
};

const createDoorkeeper =
  (authenticate: Authenticate, sessions: ReadonlySet<Session>, limits: SocketLimits) =>
  async ({ extra, connectionParams }: Socket): Promise<boolean> => {
    const given = connectionParams?.authorization ?? connectionParams?.Authorization;
    const { sessionToken } = extra.caller;
    extra.credentials = {
      sessionToken,
      ...(given !== undefined && { authorization: typeof given === 'string' ? given : '' }),
    };
    const viewer = await authenticate(extra.credentials);
    if (!viewer) {
      if (given !== undefined || sessionToken !== undefined) extra.caller.onWrongCredentials();
      extra.connection?.close(closeCodes.unauthorized, 'Unauthorized');
      return false;
    }
    const open = [...sessions].filter((session) => session.viewer?.id === viewer.id).length;
    if (open >= limits.perPrincipal) {
      extra.connection?.close(closeCodes.tooManySockets, 'Too many sockets');
      return false;
    }
    extra.viewer = viewer;
    return true;
  };

/** A key that was revoked or a session that ended closes its sockets. */
const recheckSessions = async (sessions: ReadonlySet<Session>, authenticate: Authenticate): Promise<void> => {
  const known = [...sessions].filter(({ viewer }) => viewer !== null);
  const byCredentials = Map.groupBy(known, ({ credentials }) => JSON.stringify(credentials));
  for (const sharers of byCredentials.values()) {
    const [first] = sharers;
    const viewer = first ? await authenticate(first.credentials) : null;
    for (const session of sharers) {
      if (viewer) session.viewer = viewer;
      else session.connection?.close(closeCodes.forbidden, 'These credentials are no longer valid');
    }
  }
};

type Hooks = Pick<ServerOptions<Record<string, unknown>, Session>, 'onSubscribe' | 'onNext' | 'onError'>;

const createOperations = (deps: Deps, limits: SocketLimits): Hooks => {
  const { schema, contextFor, consume, introspection, mask } = deps;
  const readOperation = createOperationReader(schema, deps);
  const requestIds = new WeakMap<SubscribePayload, string>();
  const idOf = (payload: SubscribePayload): string => requestIds.get(payload) ?? 'unknown';

  const prepare = async (
    socket: Socket,
    payload: SubscribePayload,
    requestId: string,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { viewer } = socket.extra;
    if (!viewer) throw new Error('An operation came from a socket that nobody let in.');
    if (Object.keys(socket.subscriptions).length > limits.operationsPerSocket) {
      return [
        codedError(
          'RATE_LIMIT_EXCEEDED',
          `One socket runs ${limits.operationsPerSocket} operations at most.`,
        ),
      ];
    }
    const wait = await consume(viewer);
    if (wait) {
      const message = 'Too many requests. Wait, then try again.';
      return [
        codedError('RATE_LIMIT_EXCEEDED', message, { extensions: { retryAfterMs: wait.retryAfterMs } }),
      ];
    }
    const operation = readOperation(payload.query, payload.operationName ?? undefined, introspection(viewer));
    if (!('document' in operation)) return operation;
    return {
      schema,
      document: operation.document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: contextFor(viewer, { requestId, traceparent: null }),
      hideSuggestions: true,
    };
  };

  return {
    onSubscribe(socket, _id, payload) {
      const requestId = randomUUID();
      requestIds.set(payload, requestId);
      return prepare(socket, payload, requestId);
    },
    onNext(_socket, _id, payload, _args, { errors, data, extensions }) {
      if (!errors) return undefined;
      return {
        ...(data !== undefined && { data }),
        errors: errors.map((error) => mask(error, idOf(payload))),
        ...(extensions && { extensions }),
      };
    },
    onError: (_socket, _id, payload, errors) => errors.map((error) => mask(error, idOf(payload))),
  };
};

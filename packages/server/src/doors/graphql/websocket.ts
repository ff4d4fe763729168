import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  getOperationAST,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { handleProtocols, makeServer, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Caller } from '../../domain/principal.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Turns } from '../../infra/turns.ts';
import { insteadOfAnswer, viewerWith, type Answer, type Answers } from './answers.ts';
import type { RequestContext } from './context.ts';
import type { MaskError } from './error-masking.ts';
import { codedError, rateRefusal } from './errors.ts';
import { createSubscribe, type WayOut } from './events-in-turn.ts';
import type { CostOf } from './operation-cost.ts';
import { closeCodes, createConnection } from './websocket-connection.ts';
import {
  createDoor,
  type DoorDeps,
  type DoorLimits,
  type Session,
  type Socket,
  type SocketCaller,
} from './websocket-door.ts';
import { createOperationReader, type DocumentRules, type Operation } from './websocket-operations.ts';

export interface SocketLimits extends DoorLimits {
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
}

export const defaultSocketLimits: SocketLimits = {
  perPrincipal: 2000,
  unknownPerAddress: 256,
  unknown: 1024,
  maxInitBytes: 16 * 1024,
  pendingBytes: { each: 32 * 1024 * 1024, total: 128 * 1024 * 1024 },
  operationsPerSocket: 100,
  maxMessageBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 1024 * 1024,
  maxFlushMs: 10_000,
  initTimeoutMs: 3000,
  pingIntervalMs: 12_000,
};

export interface SocketsDeps extends Pick<DoorDeps, 'authenticate' | 'standings'> {
  /** Counts so much against a caller and where it comes from; milliseconds to wait first, or null to go on. */
  readonly consume: (viewer: Caller, network: string, cost: number) => number | null;
  readonly socketLimits?: SocketLimits;
}

/** graphql-transport-ws. Close codes beyond the protocol's own are in `closeCodes`. */
export interface GraphqlSockets {
  /** False where as many from there as may have not said yet who they are. */
  hasRoomFor(network: string): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: SocketCaller): void;
  readonly size: number;
  /** Closes every socket with 1001 and takes no new one; those still open at the deadline are cut. */
  close(deadlineMs: number): Promise<void>;
}

interface Deps extends SocketsDeps, DocumentRules {
  readonly answers: Answers;
  /** Of those who have large answers to write. */
  readonly writing: Turns;
  readonly costOf: CostOf;
  readonly schema: GraphQLSchema;
  readonly contextFor: (
    viewer: Caller,
    info: {
      readonly requestId: string;
      readonly traceparent: string | null;
      readonly signal: AbortSignal;
    },
  ) => RequestContext;
  readonly introspection: (viewer: Caller) => boolean;
  readonly mask: MaskError;
  readonly logger: Logger;
}

export const createGraphqlSockets = (deps: Deps): GraphqlSockets => {
  const { logger, socketLimits: limits = defaultSocketLimits } = deps;
  const door = createDoor({ ...deps, limits });
  const protocol = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: door.letIn,
    ...createOperations(deps, limits),
  });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });

  return {
    hasRoomFor: door.hasRoomFor,
    upgrade(request, socket, head, caller) {
      server.handleUpgrade(request, socket, head, (client) => {
        const connection = createConnection({ client, socket, limits, logger });
        const session = door.knock(caller, connection, socket, client);
        const closed = protocol.opened(connection, session);
        client.once('close', (code, reason) => {
          door.leave(session);
          closed(code, String(reason)).catch((error: unknown) => {
            logger.error({ err: error }, 'what a socket left open could not be ended');
          });
        });
      });
    },
    get size() {
      return server.clients.size;
    },
    async close(deadlineMs) {
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

type Hooks = Pick<
  ServerOptions<Record<string, unknown>, Session>,
  'onSubscribe' | 'subscribe' | 'onNext' | 'onError' | 'onComplete'
>;

const createOperations = (deps: Deps, limits: SocketLimits): Hooks => {
  const { schema, contextFor, mask, answers, writing } = deps;
  const read = createChargedReader(deps, limits);
  const requestIds = new WeakMap<SubscribePayload, string>();
  const idOf = (payload: SubscribePayload): string => requestIds.get(payload) ?? 'unknown';
  const opened = new WeakMap<SubscribePayload, Answer>();
  const waysOut = createWaysOut();

  const prepare = (
    socket: Socket,
    id: string,
    payload: SubscribePayload,
    requestId: string,
  ): ExecutionArgs | readonly GraphQLError[] => {
    const { viewer } = socket.extra;
    if (!viewer) throw new Error('An operation came from a socket that nobody let in.');
    const operation = read(socket, viewer, payload);
    if (!('document' in operation)) return operation;
    const answer = answers.open(viewer);
    opened.set(payload, answer);
    socket.extra.answers.add(answer);
    const { signal } = socket.extra.gone;
    const contextValue = contextFor(viewerWith(viewer, answer), { requestId, traceparent: null, signal });
    waysOut.note(contextValue, socket.extra, id);
    return {
      schema,
      document: operation.document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue,
      hideSuggestions: true,
    };
  };
  const subscribe = createSubscribe(waysOut.of);

  return {
    onSubscribe(socket, id, payload) {
      requestIds.set(payload, randomUUID());
      return prepare(socket, id, payload, idOf(payload));
    },
    subscribe: (args) => subscribe(args as Parameters<typeof subscribe>[0]),
    onNext: async ({ extra }, _id, payload, { document, operationName }, result) => {
      const answer = opened.get(payload);
      const refusal = answer?.refusal();
      const masked = (error: GraphQLError) => mask(error, idOf(payload));
      if (refusal) {
        return {
          data: null,
          errors: [masked(insteadOfAnswer(refusal, isMutation(document, operationName)))],
        };
      }
      if (answer?.isLarge() === true) await writing.run(extra.viewer?.id ?? '', () => nextTurn());
      return withErrors(result, masked);
    },
    onError: (_socket, _id, payload, errors) => errors.map((error) => mask(error, idOf(payload))),
    onComplete({ extra }, _id, payload) {
      const answer = opened.get(payload);
      answer?.release();
      if (answer) extra.answers.delete(answer);
    },
  };
};

/** Where the answers of a subscription leave, by its context. */
const createWaysOut = () => {
  const ways = new WeakMap<RequestContext, WayOut>();
  return {
    note(context: RequestContext, { line, connection }: Session, id: string): void {
      const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
      ways.set(context, { line, send: (result) => connection.send(`${head}${result}}`) });
    },
    of(this: void, context: RequestContext): WayOut {
      const way = ways.get(context);
      if (!way) throw new Error('A subscription came by no socket.');
      return way;
    },
  };
};

/** Reads an operation and counts it, or tells why not. */
const createChargedReader = (deps: Deps, limits: SocketLimits) => {
  const { schema, consume, costOf, introspection } = deps;
  const readOperation = createOperationReader(schema, deps);
  return (
    socket: Socket,
    viewer: Caller,
    { query, operationName, variables }: SubscribePayload,
  ): Operation | readonly GraphQLError[] => {
    const { network } = socket.extra.caller;
    const tooMany = excessOf(socket, limits) ?? chargeFor(consume, viewer, network, 1);
    if (tooMany) return [tooMany];
    const operation = readOperation(query, operationName ?? undefined, introspection(viewer));
    if (!('document' in operation)) return operation;
    const more = costOf(operation.document, operation.node, variables) - 1;
    const tooDear = chargeFor(consume, viewer, network, more);
    return tooDear ? [tooDear] : operation;
  };
};

const chargeFor = (
  consume: SocketsDeps['consume'],
  viewer: Caller,
  network: string,
  cost: number,
): GraphQLError | null => {
  const waitMs = cost > 0 ? consume(viewer, network, cost) : null;
  return waitMs === null ? null : rateRefusal(waitMs);
};

const isMutation = (document: DocumentNode, name: string | null | undefined): boolean =>
  getOperationAST(document, name)?.operation === OperationTypeNode.MUTATION;

type Loosely<Result> = { [Key in keyof Result]: Result[Key] | undefined };
type Mask = (error: GraphQLError) => GraphQLFormattedError;

/** Undefined where there is nothing to mask: then the result goes out as it is. */
const withErrors = ({ errors, data, extensions }: Loosely<ExecutionResult>, mask: Mask) =>
  errors && {
    ...(data !== undefined && { data }),
    errors: errors.map(mask),
    ...(extensions && { extensions }),
  };

/** Why one more operation is too many for this socket. */
const excessOf = ({ subscriptions }: Socket, { operationsPerSocket }: SocketLimits): GraphQLError | null =>
  Object.keys(subscriptions).length > operationsPerSocket
    ? codedError('RATE_LIMIT_EXCEEDED', `One socket runs ${operationsPerSocket} operations at most.`)
    : null;

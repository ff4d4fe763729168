import type { Duplex } from 'node:stream';
import type { Context } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Caller } from '../../domain/principal.ts';
import type { Authenticate, Credentials } from '../http/credentials.ts';
import { createRoom, type RoomLimits } from '../../infra/room.ts';
import { createTurns, type Turns } from '../../infra/turns.ts';
import type { EndOfStanding, Standings } from '../shared/standing.ts';
import type { Answer } from './answers.ts';
import { closeCodes, type Connection } from './websocket-connection.ts';

export interface SocketCaller {
  /** Where it comes from: whoever has one address of a network may have all of it. */
  readonly network: string;
  /** Of the console's cookie, where the upgrade may use it. */
  readonly sessionToken: string | undefined;
  /** Of the connection's other end. */
  readonly certificate?: Credentials['certificate'];
  readonly onWrongCredentials: () => void;
}

/** One socket, from its handshake on. */
export interface Session {
  readonly caller: SocketCaller;
  readonly connection: Connection;
  credentials: Credentials;
  /** Null until it has said who it is. */
  viewer: Caller | null;
  /** Of its operations. */
  readonly answers: Set<Answer>;
  /** Aborts once nobody listens there any more. */
  readonly gone: AbortController;
  /** Of its subscriptions: one event at a time is on its way. */
  readonly line: Turns;
  /** Watches its credentials. */
  standing: Disposable | undefined;
  /** Bytes of a message that has not arrived whole yet. */
  pending: number;
}

export type Socket = Context<Record<string, unknown>, Session>;

export interface DoorLimits {
  readonly perPrincipal: number;
  /** Sockets from one network, and from all, that have not said yet who they are. */
  readonly unknownPerAddress: number;
  readonly unknown: number;
  /** Bytes that such a socket may send. */
  readonly maxInitBytes: number;
  /** Bytes of messages that have not arrived whole yet, of one principal and of all. */
  readonly pendingBytes: RoomLimits;
}

export interface DoorDeps {
  readonly authenticate: Authenticate;
  readonly standings: Pick<Standings, 'watch'>;
  readonly limits: DoorLimits;
}

/** Who may have a socket, and until when. */
export interface Door {
  hasRoomFor(network: string): boolean;
  knock(caller: SocketCaller, connection: Connection, socket: Duplex, client: WebSocket): Session;
  /** At the protocol's initialisation. */
  letIn(this: void, socket: Socket): Promise<boolean>;
  leave(session: Session): void;
}

export const createDoor = (deps: DoorDeps): Door => {
  const { authenticate, standings, limits } = deps;
  const sessions = new Set<Session>();
  const unknown = createRoom({ each: limits.unknownPerAddress, total: limits.unknown });
  const arrivals = createArrivals(limits);
  const close = (session: Session, code: keyof typeof closeCodes, reason: string): false => {
    session.connection.close(closeCodes[code], reason);
    return false;
  };

  return {
    hasRoomFor(network) {
      if (!unknown.take({ id: network }, 1)) return false;
      unknown.giveBack({ id: network }, 1);
      return true;
    },
    knock(caller, connection, socket, client) {
      const session = newSession(caller, connection);
      sessions.add(session);
      unknown.take({ id: caller.network }, 1);
      arrivals.watch(session, socket, client);
      return session;
    },
    async letIn(socket) {
      const session = socket.extra;
      session.credentials = credentialsOf(socket);
      const viewer = await authenticate(session.credentials);
      if (!viewer) {
        const { authorization, sessionToken } = session.credentials;
        if (authorization !== undefined || sessionToken !== undefined) session.caller.onWrongCredentials();
        return close(session, 'unauthorized', 'Unauthorized');
      }
      const open = [...sessions].filter((other) => other.viewer?.id === viewer.id).length;
      if (open >= limits.perPrincipal) return close(session, 'tooManySockets', 'Too many sockets');
      // It may have left while we asked who it is.
      if (!sessions.has(session)) return false;
      unknown.giveBack({ id: session.caller.network }, 1);
      session.viewer = viewer;
      session.standing = standings.watch({
        credentials: session.credentials,
        viewer,
        end: (why) => {
          close(session, ...closeFor[why]);
        },
        renew: (now) => (session.viewer = now),
      });
      return true;
    },
    leave(session) {
      sessions.delete(session);
      session.gone.abort();
      if (!session.viewer) unknown.giveBack({ id: session.caller.network }, 1);
      session.standing?.[Symbol.dispose]();
      arrivals.forget(session);
      session.answers.forEach((answer) => {
        answer.release();
      });
    },
  };
};

const newSession = (caller: SocketCaller, connection: Connection): Session => ({
  caller,
  connection,
  credentials: {},
  viewer: null,
  answers: new Set(),
  gone: new AbortController(),
  line: createTurns(1),
  standing: undefined,
  pending: 0,
});

/** Of the protocol's initialisation and of the console's cookie. */
const credentialsOf = ({ extra: { caller }, connectionParams }: Socket): Credentials => {
  const given = connectionParams?.authorization ?? connectionParams?.Authorization;
  return {
    sessionToken: caller.sessionToken,
    certificate: caller.certificate,
    ...(given !== undefined && { authorization: typeof given === 'string' ? given : '' }),
  };
};

/** Streams that began with other roles would go on with them, so they begin anew. */
const closeFor: Record<EndOfStanding, [code: keyof typeof closeCodes, reason: string]> = {
  ENDED: ['forbidden', 'These credentials are no longer valid'],
  CHANGED: ['goingAway', 'Your roles changed: connect again'],
  UNKNOWN: ['tryAgainLater', 'Try again later'],
};

/** Bounds what sockets send before it is a message: little from strangers, and so much of each principal. */
const createArrivals = ({ maxInitBytes, pendingBytes }: DoorLimits) => {
  const room = createRoom(pendingBytes);
  const forget = (session: Session): void => {
    if (session.viewer) room.giveBack(session.viewer, session.pending);
    session.pending = 0;
  };
  return {
    forget,
    watch(session: Session, socket: Duplex, client: WebSocket): void {
      let isKnown = false;
      // Before ws reads it, which may find a whole message.
      socket.prependListener('data', ({ length }: Buffer) => {
        if (session.viewer && !isKnown) [isKnown, session.pending] = [true, 0];
        if (isKnown && session.viewer && room.take(session.viewer, length)) session.pending += length;
        else if (isKnown || (session.pending += length) > maxInitBytes) client.terminate();
      });
      client.on('message', () => {
        if (isKnown) forget(session);
      });
    },
  };
};

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { inexactNumber, inexactWords } from '../../domain/exact-number.ts';
import { coalesceWrites } from '../../infra/coalesced-writes.ts';
import type { Logger } from '../../infra/logger.ts';

/** Codes that we close with beyond those that graphql-transport-ws closes with itself. */
export const closeCodes = {
  /** The server stops: connect again, elsewhere if you can. */
  goingAway: 1001,
  /** We could not tell who you are or what you sent: try again later. */
  tryAgainLater: 1013,
  badRequest: 4400,
  unauthorized: 4401,
  /** The credentials were valid once. */
  forbidden: 4403,
  /** You read more slowly than we have to tell: connect again and go on from your last cursor. */
  slowReader: 4413,
  /** This principal has as many sockets as it may have. */
  tooManySockets: 4430,
} as const;

interface ConnectionDeps {
  readonly client: WebSocket;
  /** What carries the client's frames. */
  readonly socket: Duplex;
  readonly limits: {
    readonly maxBufferedBytes: number;
    readonly maxFlushMs: number;
    readonly pingIntervalMs: number;
  };
  readonly logger: Logger;
}

export interface Connection extends ProtocolSocket {
  close(code?: number, reason?: string): void;
}

/** Up to this in all, a message is handed on without waiting until it has left. */
const freelyBufferedBytes = 64 * 1024;
/** How long a client may take to answer our close. */
const closeTimeoutMs = 2000;

export const createConnection = ({ client, socket, limits, logger }: ConnectionDeps): Connection => {
  const close = (code?: number, reason?: string): void => {
    if (client.readyState === client.CLOSED) return;
    client.close(code, reason);
    const cut = setTimeout(() => {
      client.terminate();
    }, closeTimeoutMs);
    client.once('close', () => {
      clearTimeout(cut);
    });
  };
  const closeSlowReader = (): void => {
    close(closeCodes.slowReader, 'Too slow: resume from your last cursor');
  };
  client.on('error', (error) => {
    logger.debug({ err: error }, 'a socket failed');
    client.terminate();
  });
  keepAlive(client, limits.pingIntervalMs);
  const closed = new Promise<void>((resolve) => {
    client.once('close', () => {
      resolve();
    });
  });
  const turn = createTurn();
  const coalesced = coalesceWrites(socket);

  return {
    protocol: client.protocol,
    close,
    send(data) {
      // Whoever has more to tell waits until the close has ended it.
      if (client.readyState !== client.OPEN) return closed;
      // What we keep ourselves says nothing about how fast the client reads.
      if (client.bufferedAmount > freelyBufferedBytes) coalesced.flush();
      if (client.bufferedAmount > limits.maxBufferedBytes) {
        closeSlowReader();
        return closed;
      }
      if (client.bufferedAmount + data.length <= freelyBufferedBytes) {
        coalesced.begin();
        client.send(data, ignoreOutcome);
        return turn.take();
      }
      return flush(client, data, limits.maxFlushMs, closeSlowReader);
    },
    onMessage(handle) {
      client.on('message', (data) => {
        // ws gives a Buffer here: it is told to join fragments and not to split.
        const text = (data as Buffer).toString();
        const decimal = inexactNumber(text);
        if (decimal !== null) return close(closeCodes.badRequest, inexactWords(decimal));
        handle(text).catch((error: unknown) => {
          const isUnexpected =
            error instanceof Error && error.message.startsWith('Unexpected message of type');
          if (isUnexpected) return close(closeCodes.badRequest, 'Unexpected message');
          logger.error({ err: error }, 'a message from a socket could not be handled');
          close(closeCodes.tryAgainLater, 'Try again later');
        });
      });
    },
  };
};

/** A message that did not leave says so by the socket's own error or close. */
const ignoreOutcome = (): void => undefined;

/** Resolves when the message has left, so that whoever makes the next one waits as long as the reader does. */
const flush = (client: WebSocket, data: string, maxFlushMs: number, onSlow: () => void): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(onSlow, maxFlushMs);
  client.send(data, () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
};

/** As many messages of one socket may leave before every other socket gets its turn. */
const messagesPerTurn = 64;

/** A source that always has more would otherwise keep the event loop, for as long as the kernel takes all. */
const createTurn = (): { take(): Promise<void> | undefined } => {
  let taken = 0;
  let next: Promise<void> | undefined;
  return {
    take() {
      taken += 1;
      next ??= nextTurn().then(() => {
        taken = 0;
        next = undefined;
      });
      return taken > messagesPerTurn ? next : undefined;
    },
  };
};

/** A client that has vanished says nothing: only an answer to a ping shows that it is there. */
const keepAlive = (client: WebSocket, intervalMs: number): void => {
  let isAnswered = true;
  const timer = setInterval(() => {
    if (!isAnswered) {
      client.terminate();
      return;
    }
    isAnswered = false;
    client.ping();
  }, intervalMs);
  client.on('pong', () => {
    isAnswered = true;
  });
  client.once('close', () => {
    clearInterval(timer);
  });
};

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastifyCookie } from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import type { GraphqlSockets } from '../graphql/websocket.ts';
import { comesFromUs, sessionCookie } from './credentials.ts';
import { graphqlPath } from './http-errors.ts';
import type { NetworkOf } from './client-network.ts';
import type { RateLimits } from './rate-limits.ts';

interface UpgradeDeps {
  readonly sockets: GraphqlSockets;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly origins: readonly string[];
  readonly isStopping: () => boolean;
}

/** Websockets on the path of GraphQL. A browser's cookie counts only from a page of ours. */
export const handleUpgrades = (app: FastifyInstance, deps: UpgradeDeps): void => {
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      upgrade(deps, request, socket, head);
    } catch {
      socket.destroy();
    }
  });
};

const upgrade = (deps: UpgradeDeps, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const network = deps.networkOf(request);
  const sessionToken = fastifyCookie.parse(request.headers.cookie ?? '')[sessionCookie];
  const refusal = refusalOf(deps, request, sessionToken !== undefined) ?? crowdRefusal(deps, network);
  if (refusal !== null) {
    socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  deps.sockets.upgrade(request, socket, head, {
    network,
    sessionToken,
    onWrongCredentials: () => {
      deps.rateLimits.noteFailure(network);
    },
  });
};

const refusalOf = (
  { origins, isStopping }: UpgradeDeps,
  request: IncomingMessage,
  hasCookie: boolean,
): string | null => {
  if (request.url?.split('?')[0] !== graphqlPath) return '404 Not Found';
  if (isStopping()) return '503 Service Unavailable';
  return hasCookie && !comesFromUs(request.headers, origins) ? '403 Forbidden' : null;
};

const crowdRefusal = ({ sockets, rateLimits }: UpgradeDeps, network: string): string | null => {
  const { waitMs } = rateLimits.enter(network);
  if (waitMs !== null)
    return `429 Too Many Requests\r\nRetry-After: ${Math.max(1, Math.ceil(waitMs / 1000))}`;
  return sockets.hasRoomFor(network) ? null : '429 Too Many Requests\r\nRetry-After: 3';
};

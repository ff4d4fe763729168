import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastifyCookie } from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import type { GraphqlSockets } from '../graphql/websocket.ts';
import { comesFromUs, sessionCookie } from './credentials.ts';
import { graphqlPath } from './http-errors.ts';
import type { NetworkOf } from './client-network.ts';
import { clientCertificateOf } from './tls-listener.ts';
import type { RateLimits } from './rate-limits.ts';

interface UpgradeDeps {
  readonly sockets: GraphqlSockets;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly origins: readonly string[];
  readonly isClosing: () => boolean;
}

/** Websockets on the path of GraphQL. What a browser has of its own accord, a cookie or a certificate, counts only from a page of ours. */
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
  const certificate = clientCertificateOf(request.socket);
  const isKnown = sessionToken !== undefined || certificate !== undefined;
  const refusal = refusalOf(deps, request, isKnown) ?? crowdRefusal(deps, network);
  if (refusal !== null) {
    socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  deps.sockets.upgrade(request, socket, head, {
    network,
    sessionToken,
    certificate,
    onWrongCredentials: () => {
      deps.rateLimits.noteFailure(network);
    },
  });
};

const refusalOf = (
  { origins, isClosing }: UpgradeDeps,
  request: IncomingMessage,
  isKnown: boolean,
): string | null => {
  if (request.url?.split('?')[0] !== graphqlPath) return '404 Not Found';
  if (isClosing()) return '503 Service Unavailable';
  return isKnown && !comesFromUs(request.headers, origins) ? '403 Forbidden' : null;
};

const crowdRefusal = ({ sockets, rateLimits }: UpgradeDeps, network: string): string | null => {
  const { waitMs } = rateLimits.enter(network);
  if (waitMs !== null)
    return `429 Too Many Requests\r\nRetry-After: ${Math.max(1, Math.ceil(waitMs / 1000))}`;
  return sockets.hasRoomFor(network) ? null : '429 Too Many Requests\r\nRetry-After: 3';
};

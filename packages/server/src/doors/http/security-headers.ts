import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** `'self'` covers our websocket in today's browsers, and not in all of them that people still use. */
const ownSockets = (request: IncomingMessage, scheme: 'ws' | 'wss'): string =>
  request.headers.host === undefined ? "'self'" : `${scheme}://${request.headers.host}`;

/** Everything from our own origin, nothing inline but styles, nobody around us in a frame. */
export const addSecurityHeaders = async (app: FastifyInstance, isEncrypted: boolean): Promise<void> => {
  const scheme = isEncrypted ? 'wss' : 'ws';
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", (request) => ownSockets(request, scheme)],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: isEncrypted,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Over plain http browsers ignore it with a complaint, save on localhost.
    crossOriginOpenerPolicy: isEncrypted,
    originAgentCluster: isEncrypted,
  });
};

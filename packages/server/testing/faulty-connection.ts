import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Faults {
  /** Those requests are cut off before the server hears of them. */
  readonly isCutAt?: (request: IncomingMessage) => boolean;
  /** The answers to those break off. */
  readonly breaksAt?: (request: IncomingMessage) => boolean;
  /** Those are never answered. */
  readonly isSilentAt?: (request: IncomingMessage) => boolean;
  /** What the server is asked instead. */
  readonly asks?: (url: string) => string;
}

const passedOn = ['authorization', 'content-type', 'idempotency-key', 'x-tenant-id'];

/** A server behind a connection with faults. */
export const startFaultyConnection = async (
  toUrl: string,
  { isCutAt, breaksAt, isSilentAt, asks = (url) => url }: Faults,
) => {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const { method = 'GET', url = '', headers } = request;
      const body = method === 'POST' ? { body: await text(request) } : {};
      if (isCutAt?.(request)) return void request.socket.destroy();
      if (isSilentAt?.(request)) return;
      const sent = new Headers();
      for (const name of passedOn) if (typeof headers[name] === 'string') sent.set(name, headers[name]);
      const answer = await fetch(`${toUrl}${asks(url)}`, { method, headers: sent, ...body });
      if (breaksAt?.(request)) request.socket.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    pass().catch(() => request.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

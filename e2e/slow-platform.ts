import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A platform that answers nobody before it is told to, and then always the same. */
export const startSlowPlatform = async (status = 200, body = 'late') => {
  const asked = Promise.withResolvers<void>();
  const answers = Promise.withResolvers<void>();
  const server: Server = createServer((_request, response) => {
    asked.resolve();
    void answers.promise.then(() =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    isAsked: asked.promise,
    answer: answers.resolve,
    [Symbol.asyncDispose]: async () => {
      answers.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

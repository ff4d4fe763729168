import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BearingProxy extends AsyncDisposable {
  readonly url: string;
}

/** Hands every request on as it came, with a key besides: for programs that can be given none. */
export const startBearingProxy = async (target: string, key: string): Promise<BearingProxy> => {
  const { hostname, port } = new URL(target);
  const server = createServer((asked, answered) => {
    const onwards = request(
      {
        ...{ hostname, port, path: asked.url, method: asked.method },
        headers: { ...asked.headers, authorization: `Bearer ${key}` },
      },
      (answer) => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(answered);
      },
    );
    asked.pipe(onwards);
    onwards.on('error', () => answered.destroy());
    answered.on('close', () => onwards.destroy());
  });
  server.listen(0, '127.0.0.1');
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

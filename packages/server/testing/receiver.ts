import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An address outside that takes what is posted to it, as somebody's endpoint does. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; by default 204. Null answers nothing at all. */
  answers(how: (request: Received) => ReceiverAnswer | null): void;
}

export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  let answer: (request: Received) => ReceiverAnswer | null = () => ({ status: 204 });
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const taken = { headers: request.headers, body };
        received.push(taken);
        const said = answer(taken);
        if (said) response.writeHead(said.status, said.headers).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    answers: (how) => void (answer = how),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Asked {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: { readonly cursor?: string; readonly name?: string; readonly arguments?: object };
}

/** Gives a result, or answers by itself. */
export type Answering = (asked: Asked, response: ServerResponse) => object | undefined;

/** Somebody else's MCP server of 2025, which answers its tools as a test says. */
export interface OtherMcpServer extends AsyncDisposable {
  readonly url: string;
  /** What it was asked, by method. */
  readonly asked: readonly string[];
  answers(answering: Answering): void;
}

const greeting = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'other', version: '1' },
};

export const startOtherMcpServer = async (first: Answering): Promise<OtherMcpServer> => {
  let answering = first;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      if (request.method !== 'POST') return void response.writeHead(405).end();
      const message = (await json(request)) as Asked;
      if (message.id === undefined) return void response.writeHead(202).end();
      asked.push(message.method);
      const say = (told: object): void => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...told }));
      };
      if (message.method === 'initialize') return void say({ result: greeting });
      if (message.method === 'server/discover')
        return void say({ error: { code: -32_601, message: 'Method not found' } });
      const result = answering(message, response);
      if (result) say({ result });
    };
    serve().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    asked,
    answers(next) {
      answering = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

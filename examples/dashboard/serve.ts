import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/dashboard.js': ['dashboard.js', 'text/javascript; charset=utf-8'],
};

export interface DashboardSettings {
  /** Where Countersign is: http://localhost:4000. */
  readonly url: string;
  /** Of the person who looks: it stays here, and the page never has it. */
  readonly apiKey: string;
}

/** Serves the page on this machine, and passes on what it asks of `/api`. */
export const serveDashboard = async ({ url, apiKey }: DashboardSettings, port: number): Promise<Server> => {
  const authorization = `Bearer ${apiKey}`;
  const passOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers } = request;
    const left = new AbortController();
    response.once('close', () => {
      left.abort();
    });
    const lastEventId = headers['last-event-id'];
    const answer = await fetch(new URL(request.url ?? '', url), {
      method,
      headers: {
        authorization,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...(typeof lastEventId === 'string' && { 'last-event-id': lastEventId }),
      },
      ...(method === 'POST' && { body: await text(request) }),
      signal: left.signal,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.flushHeaders();
    if (answer.body) await pipeline(Readable.fromWeb(answer.body), response, { signal: left.signal });
    else response.end();
  };
  const tellWho = async (response: ServerResponse): Promise<void> => {
    const answer = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { principal { id name } } }' }),
    });
    const { data } = (await answer.json()) as { data: { viewer: { principal: object } } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(data.viewer.principal));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    // Whoever can have a browser ask here would ask as the person whose key it is.
    const isOurs = ['same-origin', 'none'].includes(request.headers['sec-fetch-site'] ?? 'none');
    const [file, type] = files[pathname] ?? [];
    if (!isOurs) response.writeHead(403).end();
    else if (pathname.startsWith('/api/')) await passOn(request, response);
    else if (pathname === '/me') await tellWho(response);
    else if (file === undefined || type === undefined) response.writeHead(404).end();
    else
      response
        .setHeader('content-type', type)
        .end(await readFile(join(import.meta.dirname, 'page', file), 'utf8'));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

if (import.meta.main) {
  const { COUNTERSIGN_URL: url = 'http://localhost:4000', COUNTERSIGN_API_KEY: apiKey = '' } = process.env;
  await serveDashboard({ url, apiKey }, 3_000);
  console.log('http://localhost:3000');
}

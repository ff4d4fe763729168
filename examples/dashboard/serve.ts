import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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

/** What a page is told; a browser runs none of it. */
const passedTypes = /^(?:application\/(?:problem\+)?json|text\/event-stream)\b/;

/** What is asked of us by the name that we are at; else somebody's name was made to lead here, or we are to ask somebody else. */
const targetOf = ({
  url = '',
  headers: { host = '' },
  socket: { localPort },
}: IncomingMessage): URL | null => {
  if (host !== `localhost:${localPort}` && host !== `127.0.0.1:${localPort}`) return null;
  const origin = `http://${host}`;
  const target = URL.parse(url, origin);
  return target?.origin === origin ? target : null;
};

/** Serves the page on this machine, and passes on what it reads of `/api`. */
export const serveDashboard = async ({ url, apiKey }: DashboardSettings, port: number): Promise<Server> => {
  const { origin } = new URL(url);
  const passOn = async (
    { pathname, search }: URL,
    { headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const left = new AbortController();
    response.once('close', () => {
      left.abort();
    });
    const lastEventId = headers['last-event-id'];
    const answer = await fetch(new URL(pathname + search, origin), {
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(typeof lastEventId === 'string' && { 'last-event-id': lastEventId }),
      },
      redirect: 'error',
      signal: left.signal,
    });
    const type = answer.headers.get('content-type') ?? '';
    if (answer.status !== 204 && !passedTypes.test(type)) {
      response.writeHead(502).end();
      return;
    }
    response.writeHead(answer.status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
    response.flushHeaders();
    if (answer.body) await pipeline(Readable.fromWeb(answer.body), response, { signal: left.signal });
    else response.end();
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = targetOf(request);
    // Whoever can have a browser ask here would ask as the person whose key it is.
    const isOurs = ['same-origin', 'none'].includes(request.headers['sec-fetch-site'] ?? 'none');
    const [file, type] = files[target?.pathname ?? ''] ?? [];
    if (!target || !isOurs) response.writeHead(403).end();
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else if (target.pathname.startsWith('/api/')) await passOn(target, request, response);
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

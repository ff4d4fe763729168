import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLedgerPlatform, type LedgerPlatform, type LedgerPlatformOptions } from './ledger-platform.ts';
import { answer, bodyOf } from './planned-failure.ts';

/*
 * The ledgers of all worlds of a run, each with an address of its own, in one process: a process for each would be a
 * third of what a world costs. `POST /ledgers` opens one, `DELETE /ledgers {url}` ends it.
 */
const ledgers = new Map<string, LedgerPlatform>();

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  if (request.method === 'POST') {
    const ledger = await createLedgerPlatform(body as LedgerPlatformOptions);
    ledgers.set(ledger.url, ledger);
    answer(response, 201, { url: ledger.url });
    return;
  }
  const { url } = body as { url: string };
  await ledgers.get(url)?.[Symbol.asyncDispose]();
  ledgers.delete(url);
  answer(response, 200, {});
};

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
process.stdin.once('end', () => process.exit()).resume();
process.once('SIGTERM', () => process.exit());

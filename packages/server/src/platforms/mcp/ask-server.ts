import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { callClient, type ClientCall, type ClientContext } from '../kit/guarded-fetch.ts';
import { secretOf, type McpDownstream } from './servers.ts';
import type { McpCallSetup } from './tool-call.ts';

/** A conversation with a server, each part of it over the guarded way out. */
export interface Conversation {
  readonly ask: <Value>(work: (client: Client) => Promise<Value>, call: ClientCall) => Promise<Value>;
}

/** Pages of a list of tools: a server that always has one more is left then. */
const mostPages = 20;

/** Speaks by the protocol's own client. It declares nothing that a server could ask it for. */
export const askServer = async <Value>(
  { url, headers: given }: McpDownstream,
  secrets: McpCallSetup['secrets'],
  context: ClientContext,
  work: (conversation: Conversation) => Promise<Value>,
): Promise<Value> => {
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const secret = secretOf(value);
      return [name, secret ? `${secret.before}${secrets.reveal(secret.name)}` : value];
    }),
  );
  const way: { fetch: typeof globalThis.fetch } = { fetch: () => Promise.reject(new Error('Not yet.')) };
  const client = new Client(
    { name: 'countersign', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities: {}, listMaxPages: mostPages },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: (address, init) => way.fetch(address, init),
    requestInit: { headers },
    reconnectionOptions: {
      ...{ maxRetries: 0, initialReconnectionDelay: 1_000 },
      ...{ maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 },
    },
  });
  const ask: Conversation['ask'] = (part, call) =>
    callClient(
      context,
      (fetch) => {
        way.fetch = fetch;
        return part(client);
      },
      call,
    );
  try {
    // To come to an understanding changes nothing there.
    await ask(() => client.connect(transport, { signal: context.signal }), { isRead: true });
    return await work({ ask });
  } finally {
    await client.close();
  }
};

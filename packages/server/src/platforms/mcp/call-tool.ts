import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { ApplyContext } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { callClient } from '../kit/guarded-fetch.ts';
import { findTool, secretOf } from './servers.ts';
import type { McpCallInput, McpCallOutput, McpCallSetup } from './tool-call.ts';

const maxResponseBytes = 524_288;
const longestWords = 2_000;

const answerSchema = z.object({
  content: z.array(z.json()).default([]),
  structuredContent: z.json().default(null),
  isError: z.boolean().default(false),
});

/** Calls by the protocol's own client over the guarded way out. It declares nothing that a server could ask it for. */
export const callTool = async (
  { servers, secrets }: McpCallSetup,
  input: McpCallInput,
  context: ApplyContext,
): Promise<McpCallOutput> => {
  const { found, fault } = findTool(servers, input);
  // Configuration may have changed since the plan.
  if (!found) throw new ExecutorError('POLICY_DENIED', fault.message, { effect: 'NONE' });
  const { server, reads } = found;
  const headers = Object.fromEntries(
    Object.entries(server.headers).map(([name, value]) => {
      const secret = secretOf(value);
      return [name, secret ? `${secret.before}${secrets.reveal(secret.name)}` : value];
    }),
  );
  const way: { fetch: typeof globalThis.fetch } = { fetch: () => Promise.reject(new Error('Not yet.')) };
  const client = new Client(
    { name: 'countersign', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities: {} },
  );
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: (url, init) => way.fetch(url, init),
    requestInit: { headers },
    reconnectionOptions: {
      ...{ maxRetries: 0, initialReconnectionDelay: 1_000 },
      ...{ maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 },
    },
  });
  try {
    // To come to an understanding changes nothing there.
    await callClient(
      context,
      (fetch) => {
        way.fetch = fetch;
        return client.connect(transport, { signal: context.signal });
      },
      { isRead: true },
    );
    const answer = await callClient(
      context,
      (fetch) => {
        way.fetch = fetch;
        return asked(client, input, context.signal, reads);
      },
      { isRead: reads, maxResponseBytes },
    );
    return outputOf(answerSchema.parse(answer), reads, secrets.redactor.json);
  } finally {
    await client.close();
  }
};

const asked = async (
  client: Client,
  { tool, arguments: given }: McpCallInput,
  signal: AbortSignal,
  reads: boolean,
): Promise<unknown> => {
  try {
    return await client.callTool({ name: tool, arguments: given }, { signal, timeout: 60_000 });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const effect = reads || neverRun.has(error.code) ? 'NONE' : 'UNKNOWN';
    throw new ExecutorError(
      'PLATFORM_REJECTED',
      `The server refused the call: ${error.message.slice(0, longestWords)}`,
      { effect, retriable: false, cause: error },
    );
  }
};

/** Unknown methods, tools and arguments are refused before anything is done. */
const neverRun: ReadonlySet<number> = new Set([-32_601, -32_602]);

const outputOf = (
  { content, structuredContent, isError }: z.output<typeof answerSchema>,
  reads: boolean,
  redact: <Value>(value: Value) => Value,
): McpCallOutput => {
  if (isError)
    throw new ExecutorError(
      'PLATFORM_REJECTED',
      `The tool failed: ${JSON.stringify(redact(content)).slice(0, longestWords)}`,
      { effect: reads ? 'NONE' : 'UNKNOWN', retriable: false },
    );
  return redact({ content, structuredContent });
};

import { z } from 'zod';
import type { Countersign } from './client.ts';
import { jsonIn } from './http.ts';
import { CountersignError } from './types.ts';

const listSchema = z.object({
  result: z.object({ tools: z.array(z.object({ name: z.string() })) }),
});

const answeredWithinMs = 30_000;

/**
 * Whether the server's MCP door has a tool of this name for this key: another server's name may begin with ours, so the
 * beginning of what an agent calls says nothing.
 */
export const createDoorTools = (
  mcp: Countersign['mcp'],
): ((name: string, signal: AbortSignal) => Promise<boolean>) => {
  let known: ReadonlySet<string> = new Set();
  return async (name, signal) => {
    // Other servers behind the door may have come to have more.
    if (!known.has(name)) known = await listTools(mcp(), signal);
    return known.has(name);
  };
};

const listTools = async (
  { url, headers }: ReturnType<Countersign['mcp']>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> => {
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(answeredWithinMs)]),
  });
  const text = await answer.text();
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const [, data = ''] = isStream ? (/^data: ?(\{.*)$/m.exec(text) ?? []) : ['', text];
  const told = answer.ok ? listSchema.safeParse(jsonIn(data)) : null;
  if (!told?.success)
    throw new CountersignError(
      `HTTP_${answer.status}`,
      `${new URL(url).host} does not say which tools it has.`,
      true,
    );
  return new Set(told.data.result.tools.map(({ name }) => name));
};

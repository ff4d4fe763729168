import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';

/**
 * Stands in for the program that the Claude Agent SDK starts: it speaks the SDK's control protocol, has the model's one
 * call decided by the SDK's hooks, does what they let through at the MCP server that it was given, and ends with what
 * the model is told.
 */
const callSchema = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.record(z.string(), z.unknown()),
});
const verdictSchema = z.object({
  hookSpecificOutput: z
    .object({
      permissionDecision: z.enum(['allow', 'deny']),
      permissionDecisionReason: z.string(),
      updatedInput: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
const serversSchema = z.record(
  z.string(),
  z.object({ url: z.string().optional(), headers: z.record(z.string(), z.string()).optional() }),
);
const lineSchema = z.looseObject({
  type: z.string(),
  request_id: z.string().optional(),
  request: z.looseObject({ subtype: z.string(), hooks: z.unknown().optional() }).optional(),
  response: z.looseObject({ request_id: z.string(), response: z.unknown().optional() }).optional(),
});

const call = callSchema.parse(JSON.parse(process.env['SCRIPTED_CALL'] ?? ''));
let mcpServers: z.output<typeof serversSchema> = {};

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const callMcp = async (input: Record<string, unknown>): Promise<unknown> => {
  const [, server = '', name = ''] = call.tool.split('__');
  const { url, headers = {} } = mcpServers[server] ?? {};
  if (url === undefined) return `${server} is no server that can be reached.`;
  const client = new Client({ name: 'scripted', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    return (await client.callTool({ name, arguments: input })).structuredContent;
  } finally {
    await client.close();
  }
};

const hookSchema = z.object({
  PreToolUse: z.array(z.object({ hookCallbackIds: z.array(z.string()), onFailure: z.string().optional() })),
});
let hook: string | undefined;

const decided = async (answer: unknown): Promise<void> => {
  const { hookSpecificOutput: verdict } = verdictSchema.parse(answer);
  const told =
    verdict?.permissionDecision === 'deny'
      ? verdict.permissionDecisionReason
      : JSON.stringify(await callMcp(verdict?.updatedInput ?? call.input));
  const counts = { duration_ms: 1, duration_api_ms: 1, num_turns: 1, total_cost_usd: 0, usage: {} };
  const ids = { session_id: 'scripted', uuid: crypto.randomUUID() };
  say({
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: told,
    permission_denials: [],
    ...counts,
    ...ids,
  });
  process.exit(0);
};

createInterface({ input: process.stdin }).on('line', (text) => {
  const { type, request_id: id, request, response } = lineSchema.parse(JSON.parse(text));
  if (type === 'control_request' && id !== undefined) {
    if (request?.subtype === 'initialize') {
      mcpServers = serversSchema.parse(request['mcpServers']);
      const [matcher] = hookSchema.parse(request.hooks).PreToolUse;
      if (matcher?.onFailure === 'block') [hook] = matcher.hookCallbackIds;
    }
    const ready = {
      commands: [],
      models: [],
      account: {},
      hooks_applied: true,
      hook_on_failure_supported: true,
      mcp_servers_applied: true,
    };
    say({ type: 'control_response', response: { subtype: 'success', request_id: id, response: ready } });
  }
  if (type === 'user') {
    const use = { tool_name: call.tool, tool_input: call.input, tool_use_id: call.id };
    const input = {
      hook_event_name: 'PreToolUse',
      session_id: 'scripted',
      transcript_path: '',
      cwd: '',
      ...use,
    };
    const asked = { subtype: 'hook_callback', callback_id: hook, input, tool_use_id: call.id };
    say({ type: 'control_request', request_id: 'hook', request: asked });
  }
  if (type === 'control_response' && response?.request_id === 'hook') void decided(response.response);
});

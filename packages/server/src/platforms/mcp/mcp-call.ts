import { quoted } from '@countersign/shared';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { callTool } from './call-tool.ts';
import { connectionsOf } from './list-tools.ts';
import { findTool, secretOf } from './servers.ts';
import { inputSchema, type McpCallInput, type McpCallOutput, type McpCallSetup } from './tool-call.ts';

/** A second call may be a second effect: no server of the protocol promises otherwise. */
const traits: ActionTraits = {
  name: 'mcp.call',
  version: 1,
  platform: 'mcp',
  category: 'WRITE',
  idempotency: 'NONE',
  reversible: false,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/**
 * One call of a tool of another MCP server. What that server says of its tools is not trusted: they write, and cannot
 * be undone, unless configuration says that one only looks.
 */
export const createMcpCall = ({
  servers,
  secrets,
}: McpCallSetup): ActionExecutor<McpCallInput, McpCallOutput> => ({
  traits,
  description: 'Calls a tool of an MCP server that configuration names, and records its answer.',
  input: inputSchema,
  check: (input) => {
    const { fault } = findTool(servers, input);
    return fault ? [fault] : [];
  },
  traitsFor: (input) => (findTool(servers, input).found?.reads ? { category: 'READ' } : {}),
  endpointOf: ({ server }) => (Object.hasOwn(servers, server) ? (servers[server]?.url ?? '') : ''),
  callsBack: (input) => findTool(servers, input).found?.callsBack ?? false,
  connections: connectionsOf({ servers, secrets }),
  // Planning asks nothing of the server: a look at its tools would be its own word again.
  plan: async (input) => {
    const { found, fault } = findTool(servers, input);
    if (!found)
      return refused(
        refusal('POLICY_DENIED', fault.message, { details: { kind: 'FAULTS', faults: [fault] } }),
      );
    const { url, headers } = found.server;
    const of = Object.values(headers).flatMap((value) => secretOf(value)?.name ?? []);
    return accepted({
      summary: `${found.reads ? 'Ask' : 'Call'} ${quoted(input.tool)} of the MCP server ${quoted(input.server)}`,
      targets: [
        { kind: 'tool', name: `${input.server}/${input.tool}` },
        ...[...new Set(of)].map((secret) => ({ kind: 'secret', name: secret })),
      ],
      precondition: null,
      diffs: [
        {
          type: 'HTTP_REQUEST',
          method: 'POST',
          url,
          headers: Object.entries(headers).map(([header, value]) => {
            const secret = secretOf(value);
            return { name: header, value: secret?.name ?? value, isSecret: secret !== null };
          }),
          body: JSON.stringify({ tool: input.tool, arguments: input.arguments }, null, 2),
        },
      ],
      findings: [],
    });
  },
  apply: (input, context) => callTool({ servers, secrets }, input, context),
  // Its answer is all that it says: what a tool did cannot be read back by any rule of the protocol.
  verify: async () => {},
});

import { definePlatform } from '../contract/platform.ts';
import { createMcpCall } from './mcp-call.ts';
import { secretsOf, serversSchema } from './servers.ts';

export const mcp = definePlatform({
  name: 'mcp',
  config: {
    mcpServers: serversSchema
      .default({})
      .describe('Servers of MCP whose tools are action types, by the name that callers use.'),
  },
  secretsOf: ({ mcpServers }) => secretsOf(mcpServers),
  reachOf: ({ mcpServers }) =>
    Object.entries(mcpServers).flatMap(([server, { tools }]) =>
      Object.keys(tools).map((tool) => ({ kind: 'tool', name: `${server}/${tool}`, isPrefix: false })),
    ),
  sandbox: {
    isConfigured: ({ mcpServers }) => Object.keys(mcpServers).length > 0,
    settings: (url) => ({
      settings: {
        mcpServers: {
          notes: {
            url: `${url}/mcp`,
            headers: { Authorization: 'Bearer secret:sandbox-mcp' },
            tools: {
              add_note: { reads: false, callsBack: false },
              list_notes: { reads: true, callsBack: false },
            },
          },
        },
      },
      secrets: { 'sandbox-mcp': 'token-of-the-sandbox' },
    }),
  },
  actions: ({ mcpServers }, { secrets }) =>
    Object.keys(mcpServers).length === 0 ? [] : [createMcpCall({ servers: mcpServers, secrets })],
});

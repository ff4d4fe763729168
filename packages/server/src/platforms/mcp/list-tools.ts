import { z } from 'zod';
import type { ServerConnection, ListedTool } from '../contract/server-connection.ts';
import { askServer } from './ask-server.ts';
import type { McpCallSetup } from './tool-call.ts';

/** Of one page. */
const maxResponseBytes = 524_288;

const toldSchema = z.object({
  name: z.string(),
  description: z.string().default(''),
  inputSchema: z.record(z.string(), z.json()),
});

/** The servers of the configuration, each with the tools that it lets be called. */
export const connectionsOf = ({ servers, secrets }: McpCallSetup): readonly ServerConnection[] =>
  Object.entries(servers).map(([name, server]) => ({
    name,
    url: server.url,
    tools: Object.entries(server.tools).map(([tool, { reads }]) => ({
      name: tool,
      reads,
      paramsOf: (given) => ({ server: name, tool, arguments: given }),
    })),
    list: (context) =>
      askServer(server, secrets, context, async ({ ask }) => {
        const { tools } = await ask((client) => client.listTools(undefined, { signal: context.signal }), {
          isRead: true,
          maxResponseBytes,
        });
        const told = tools
          .filter((tool) => Object.hasOwn(server.tools, tool.name))
          .flatMap((tool): readonly ListedTool[] => {
            const { success, data } = toldSchema.safeParse(tool);
            return success ? [data] : [];
          });
        return secrets.redactor.json(told);
      }),
  }));

import { toClaudeAgent, type ActionsOf, type Countersign, type ToolOptions } from '@countersign/sdk';
import { createSdkMcpServer, query, tool, type Options } from '@anthropic-ai/claude-agent-sdk';
import { refund } from './refund.ts';

/** One with a tool of its own, which acts through Countersign now, as do the tools that Countersign gives it. */
export const ask = async (
  countersign: Countersign,
  prompt: string,
  options: ToolOptions,
  actions: ActionsOf<'mcp__shop__refund'>,
  how: Options = {},
): Promise<string> => {
  const { description, inputSchema, act } = refund;
  const refundTool = tool('refund', description, inputSchema.shape, async ({ order }) => ({
    content: [{ type: 'text', text: (await act(order)).lines.join() }],
  }));
  const shop = createSdkMcpServer({ name: 'shop', tools: [refundTool] });
  const { mcpServers, ...through } = toClaudeAgent(countersign, actions, options);
  const all = { ...how, ...through, mcpServers: { ...mcpServers, shop } };
  for await (const message of query({ prompt, options: all }))
    if (message.type === 'result') return message.subtype === 'success' ? message.result : message.subtype;
  return 'It ended without a word.';
};

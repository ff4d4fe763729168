import { guardMastra, toMastra, type ActionsOf, type Countersign, type ToolOptions } from '@countersign/sdk';
import { Agent, type AgentConfig } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { receipt, refund } from './refund.ts';

const keeper = { id: 'keeper', name: 'Keeper', instructions: 'You keep the shop running.' };

/** An agent of Mastra that acts through Countersign: what its key may submit are its tools. */
export const ask = async (
  countersign: Countersign,
  model: AgentConfig['model'],
  prompt: string,
  options: ToolOptions,
): Promise<string> => {
  const tools = toMastra(await countersign.tools(options));
  const { text } = await new Agent({ ...keeper, model, tools }).generate(prompt);
  return text;
};

/** One with a tool of its own, which acts through Countersign now. */
export const askGuarded = async (
  countersign: Countersign,
  model: AgentConfig['model'],
  prompt: string,
  options: ToolOptions,
  actions: ActionsOf<'refund'>,
): Promise<string> => {
  const { description, inputSchema, act } = refund;
  const own = {
    refund: createTool({
      ...{ id: 'refund', description, inputSchema, outputSchema: receipt },
      execute: ({ order }) => act(order),
      toModelOutput: ({ lines }) => ({ type: 'text', value: lines.join() }),
    }),
  };
  const tools = guardMastra(countersign, own, actions, options);
  const { text } = await new Agent({ ...keeper, model, tools }).generate(prompt);
  return text;
};

import {
  guardOpenAiAgents,
  toOpenAiAgents,
  type ActionsOf,
  type Countersign,
  type ToolOptions,
} from '@countersign/sdk';
import { Agent, run, tool, type Model } from '@openai/agents';
import { receipt, refund } from './refund.ts';

const instructions = 'You keep the shop running.';

/** An agent of OpenAI Agents that acts through Countersign: what its key may submit are its tools. */
export const ask = async (
  countersign: Countersign,
  model: Model,
  prompt: string,
  options: ToolOptions,
): Promise<string> => {
  const tools = toOpenAiAgents(await countersign.tools(options));
  const { finalOutput = '' } = await run(new Agent({ name: 'Keeper', instructions, model, tools }), prompt);
  return finalOutput;
};

/** One with a tool of its own, which acts through Countersign now. */
export const askGuarded = async (
  countersign: Countersign,
  model: Model,
  prompt: string,
  options: ToolOptions,
  actions: ActionsOf<'refund'>,
): Promise<string> => {
  const { description, inputSchema: parameters, act } = refund;
  const own = [
    tool({
      ...{ name: 'refund', description, parameters, outputSchema: receipt, timeoutMs: 20 },
      execute: ({ order }) => act(order),
    }),
  ];
  const tools = guardOpenAiAgents(countersign, own, actions, options);
  const { finalOutput = '' } = await run(new Agent({ name: 'Keeper', instructions, model, tools }), prompt);
  return finalOutput;
};

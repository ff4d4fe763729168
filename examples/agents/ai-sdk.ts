import { guardAiSdk, toAiSdk, type ActionsOf, type Countersign, type ToolOptions } from '@countersign/sdk';
import { generateText, stepCountIs, tool, type LanguageModel } from 'ai';
import { receipt, refund } from './refund.ts';

/** An agent of the AI SDK that acts through Countersign: what its key may submit are its tools. */
export const ask = async (
  countersign: Countersign,
  model: LanguageModel,
  prompt: string,
  options: ToolOptions,
): Promise<string> => {
  const tools = toAiSdk(await countersign.tools(options));
  const { text } = await generateText({ model, tools, stopWhen: stepCountIs(10), prompt });
  return text;
};

/** One with a tool of its own, which acts through Countersign now. */
export const askGuarded = async (
  countersign: Countersign,
  model: LanguageModel,
  prompt: string,
  options: ToolOptions,
  actions: ActionsOf<'refund'>,
): Promise<string> => {
  const { description, inputSchema, act } = refund;
  const own = {
    refund: tool({
      ...{ description, inputSchema, outputSchema: receipt },
      execute: ({ order }) => act(order),
      toModelOutput: ({ output }) => ({ type: 'text', value: output.lines.join() }),
    }),
  };
  const tools = guardAiSdk(countersign, own, actions, options);
  const { text } = await generateText({ model, tools, stopWhen: stepCountIs(10), prompt });
  return text;
};

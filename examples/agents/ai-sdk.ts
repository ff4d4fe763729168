import { guardAiSdk, toAiSdk, type ActionsOf, type Countersign, type ToolOptions } from '@countersign/sdk';
import { generateText, stepCountIs, type LanguageModel } from 'ai';
import { refund } from './refund.ts';

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
  const own = { refund: { ...refund, execute: ({ order }: { order: number }) => refund.act(order) } };
  const tools = guardAiSdk(countersign, own, actions, options);
  const { text } = await generateText({ model, tools, stopWhen: stepCountIs(10), prompt });
  return text;
};

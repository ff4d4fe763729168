import {
  guardLangChain,
  toLangChain,
  type ActionsOf,
  type Countersign,
  type ToolOptions,
} from '@countersign/sdk';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { createAgent, createMiddleware, tool, ToolMessage } from 'langchain';
import { refund } from './refund.ts';

const asked = (prompt: string) => ({ messages: [{ role: 'user' as const, content: prompt }] });

/** An agent of LangChain that acts through Countersign: what its key may submit are its tools. */
export const ask = async (
  countersign: Countersign,
  model: BaseChatModel,
  prompt: string,
  options: ToolOptions,
): Promise<string> => {
  const tools = (await countersign.tools(options)).map((each) => tool(...toLangChain(each)));
  const { messages } = await createAgent({ model, tools }).invoke(asked(prompt));
  return messages.at(-1)?.text ?? '';
};

/** One with a tool of its own, which acts through Countersign now. */
export const askGuarded = async (
  countersign: Countersign,
  model: BaseChatModel,
  prompt: string,
  options: ToolOptions,
  actions: ActionsOf<'refund'>,
): Promise<string> => {
  const { description, inputSchema: schema, act } = refund;
  const tools = [tool(({ order }: { order: number }) => act(order), { name: 'refund', description, schema })];
  const guard = guardLangChain(countersign, actions, options);
  const middleware = [
    createMiddleware({
      name: 'Countersign',
      wrapToolCall: async (request) => new ToolMessage(await guard(request)),
    }),
  ];
  const { messages } = await createAgent({ model, tools, middleware }).invoke(asked(prompt));
  return messages.at(-1)?.text ?? '';
};

import type { Logger, WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ReadEndpoint } from '../contract/read-endpoints.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { callClient, type ClientContext } from '../kit/guarded-fetch.ts';
import { slackFailureOf } from './slack-error.ts';
import type { AllowedChannel } from './workspace.ts';

/** Slack's whole API is POST: these methods of it only look. */
export const slackReads: readonly ReadEndpoint[] = [
  'auth.test',
  'conversations.info',
  'conversations.history',
  'conversations.replies',
].map((method) => ({ method: 'POST', path: `/${method}` }));

export const messageSchema = z.object({
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(''),
  blocks: z.array(z.json()).optional(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.json()) }).optional(),
  edited: z.object({ ts: z.string() }).optional(),
});
export type Message = z.output<typeof messageSchema>;
export type MessageMetadata = NonNullable<Message['metadata']>;

const pageSchema = z.object({
  messages: z.array(messageSchema),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const channelSchema = z.object({
  channel: z.object({
    /** Of a direct message there is none. */
    name: z.string().optional(),
    is_im: z.boolean().optional(),
    is_member: z.boolean().optional(),
    is_archived: z.boolean().optional(),
    num_members: z.int().optional(),
  }),
});
export type Channel = z.output<typeof channelSchema>['channel'];

const botSchema = z.object({ user_id: z.string(), bot_id: z.string().optional() });
const postedSchema = z.object({ ts: z.string(), message: z.object({ text: z.string() }) });
const deletedSchema = z.object({ ts: z.string() });
const updatedSchema = z.object({ ts: z.string(), text: z.string() });

/** What people will read, and our mark on it. */
export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly metadata: MessageMetadata | null;
}

/** What it would log says nothing that our own record does not, and may quote what is secret. */
const quiet: Omit<Logger, 'getLevel'> = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  setName: () => {},
};

/** A page of the longest messages. */
const maxResponseBytes = 8_388_608;

const ask = <Value>(
  { apiUrl, token }: AllowedChannel,
  context: ClientContext,
  { isRead, schema }: { readonly isRead: boolean; readonly schema: z.ZodType<Value> },
  call: (client: WebClient) => Promise<unknown>,
): Promise<Value> =>
  callClient(
    context,
    async (fetch) => {
      // It takes a while to load, and only where Slack is used.
      const { WebClient, LogLevel } = await import('@slack/web-api');
      const client = new WebClient(token, {
        slackApiUrl: `${apiUrl}/`,
        fetch,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        logger: { ...quiet, getLevel: () => LogLevel.ERROR },
      });
      return schema.parse(await call(client));
    },
    { isRead, maxResponseBytes, failureOf: (response) => slackFailureOf(response, isRead) },
  );

const looking = <Value>(schema: z.ZodType<Value>) => ({ isRead: true, schema });
const writing = <Value>(schema: z.ZodType<Value>) => ({ isRead: false, schema });

export const readChannel = async (place: AllowedChannel, context: ClientContext): Promise<Channel> => {
  const { channel } = await ask(place, context, looking(channelSchema), (client) =>
    client.conversations.info({ channel: place.channel, include_num_members: true }),
  );
  return channel;
};

/** Whether the bot wrote it: nobody else's messages can be changed. */
export const isOwn = async (
  message: Message,
  place: AllowedChannel,
  context: ClientContext,
): Promise<boolean> => {
  const { user_id, bot_id } = await ask(place, context, looking(botSchema), (client) => client.auth.test());
  return message.bot_id === undefined ? message.user === user_id : message.bot_id === bot_id;
};

/** Null where there is none. */
export const readMessage = async (
  place: AllowedChannel,
  ts: string,
  context: ClientContext,
): Promise<Message | null> => {
  const asked = {
    channel: place.channel,
    ts,
    oldest: ts,
    latest: ts,
    inclusive: true,
    include_all_metadata: true,
  };
  try {
    const { messages } = await ask(place, context, looking(pageSchema), (client) =>
      client.conversations.replies(asked),
    );
    return messages.find((message) => message.ts === ts) ?? null;
  } catch (error) {
    const isGone = error instanceof ExecutorError && (error.details as JsonObject | null)?.error;
    if (isGone === 'thread_not_found' || isGone === 'message_not_found') return null;
    throw error;
  }
};

/** A page of a channel, or of a thread of it. */
const readPage = (
  place: AllowedChannel,
  threadTs: string | undefined,
  page: { readonly oldest?: string; readonly limit: number; readonly cursor?: string },
  context: ClientContext,
) => {
  const asked = { channel: place.channel, include_all_metadata: true, ...page };
  return ask(place, context, looking(pageSchema), (client) =>
    threadTs === undefined
      ? client.conversations.history(asked)
      : client.conversations.replies({ ...asked, ts: threadTs }),
  );
};

/** Slack's own time of what is newest in the channel; what is posted later comes after it. */
export const newestTs = async (place: AllowedChannel, context: ClientContext): Promise<string> => {
  const { messages } = await readPage(place, undefined, { limit: 1 }, context);
  return messages[0]?.ts ?? '0';
};

const pageSize = 100;
const mostPages = 10;

/** The message that `isMeant` after this time; null where there is none, and undefined where nobody can tell. */
export const findMessage = async (
  place: AllowedChannel,
  threadTs: string | undefined,
  oldest: string,
  isMeant: (message: Message) => boolean,
  context: ClientContext,
): Promise<Message | null | undefined> => {
  let cursor: string | undefined;
  for (let page = 1; page <= mostPages; page += 1) {
    const found = await readPage(
      place,
      threadTs,
      { oldest, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) },
      context,
    );
    const meant = found.messages.find(isMeant);
    if (meant) return meant;
    cursor = found.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') return null;
  }
  return undefined;
};

/** Gives the text as Slack keeps it. */
export const postMessage = async (
  place: AllowedChannel,
  { text, blocks, metadata }: MessageContent & { readonly metadata: MessageMetadata },
  { threadTs, clientId }: { readonly threadTs: string | undefined; readonly clientId: string },
  context: ClientContext,
): Promise<{ readonly ts: string; readonly text: string }> => {
  const { ts, message } = await ask(place, context, writing(postedSchema), (client) =>
    // Documented nowhere, and mostly obeyed: Slack drops a second message with the same id.
    client.apiCall('chat.postMessage', {
      channel: place.channel,
      text,
      ...(blocks.length > 0 ? { blocks } : {}),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      metadata,
      client_msg_id: clientId,
    }),
  );
  return { ts, text: message.text };
};

/** Gives the text as Slack keeps it. */
export const updateMessage = async (
  place: AllowedChannel,
  ts: string,
  { text, blocks, metadata }: MessageContent,
  context: ClientContext,
): Promise<string> => {
  const updated = await ask(place, context, writing(updatedSchema), (client) =>
    client.apiCall('chat.update', {
      channel: place.channel,
      ts,
      text,
      // What is left out stays; what is empty goes.
      blocks,
      metadata: metadata ?? {},
    }),
  );
  return updated.text;
};

export const deleteMessage = async (
  place: AllowedChannel,
  ts: string,
  context: ClientContext,
): Promise<void> => {
  await ask(place, context, writing(deletedSchema), (client) =>
    client.chat.delete({ channel: place.channel, ts }),
  );
};

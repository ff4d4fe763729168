import type { Json } from '../../src/domain/json.ts';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedLimit,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';

export interface SlackChannel {
  name: string;
  /** Whether the bot is in it. */
  isMember: boolean;
  isArchived: boolean;
  members: number;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly botId: string | null;
  readonly userId: string;
  /** As Slack keeps it: `&` is `&amp;`, an address stands in `<>`. */
  text: string;
  blocks: Json[];
  metadata: Json;
  /** When it was last changed. */
  editedAt: string | null;
}

export interface SlackState {
  readonly bot: { readonly userId: string; readonly botId: string };
  readonly channels: Record<string, SlackChannel>;
  messages: SlackMessage[];
  /** What one person alone was shown; gone when they look away. */
  readonly whispers: { readonly channel: string; readonly user: string; readonly text: string }[];
}

export interface SlackOptions extends EmulatorOptions {
  /** Default: any that a bot could have. */
  readonly token?: string;
  /** Default: the sandbox's. */
  readonly state?: SlackState;
}

export const sandboxSlackState = (): SlackState => ({
  bot: { userId: 'U0COUNTER', botId: 'B0COUNTER' },
  channels: { C0OPS: { name: 'ops', isMember: true, isArchived: false, members: 12 } },
  whispers: [],
  messages: [
    {
      channel: 'C0OPS',
      ts: '1764000000.000100',
      threadTs: null,
      botId: null,
      userId: 'U0ANNA',
      text: 'Good morning. Deploys are open.',
      blocks: [],
      metadata: null,
      editedAt: null,
    },
  ],
});

/** Slack's Web API for what posting, changing and deleting messages takes. */
export const startSlack = (options: SlackOptions = {}): Promise<Emulator<SlackState>> =>
  startEmulator(
    {
      state: options.state ?? sandboxSlackState(),
      handle: (state, request) => {
        const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
        if (given === undefined) return refused('not_authed');
        if (options.token === undefined ? !given.startsWith('xoxb-') : given !== options.token)
          return refused('invalid_auth');
        const method = methods[request.path.replace(/^\/api\//, '')];
        return method ? method(state, argumentsOf(request), request) : refused('unknown_method');
      },
      objects: ({ channels, messages }) => [
        ...Object.entries(channels).map(([id, { name, isArchived, members }]) => ({
          kind: 'channel',
          id,
          name: `#${name}`,
          state: { isArchived, members },
        })),
        ...messages.map(({ channel, ts, text }) => ({
          kind: 'message',
          id: `${channel}/${ts}`,
          name: `#${channels[channel]?.name ?? channel}`,
          state: { channel, text, ts },
        })),
      ],
      errorOf,
      limits,
    },
    options,
  );

type Arguments = Readonly<Record<string, string>>;
type Method = (state: SlackState, given: Arguments, request: EmulatedRequest) => EmulatedAnswer;

const fine = (fields: object): EmulatedAnswer => ({ status: 200, body: { ok: true, ...fields } });
const refused = (error: string): EmulatedAnswer => ({ status: 200, body: { ok: false, error } });

/** Slack says most things with 200; only limits and breakdowns have a status of their own. */
const errorOf = (status: number, retryAfterSeconds = 30): EmulatedAnswer => {
  const words: Readonly<Record<number, string>> = {
    401: 'invalid_auth',
    403: 'missing_scope',
    404: 'channel_not_found',
  };
  if (status === 429)
    return {
      status,
      headers: { 'retry-after': String(retryAfterSeconds) },
      body: { ok: false, error: 'ratelimited' },
    };
  return status < 500 ? refused(words[status] ?? 'invalid_arguments') : { status, body: 'Server Error' };
};

const of =
  (method: string, whom: (given: Arguments) => string): EmulatedLimit['of'] =>
  (request) =>
    request.path === `/api/${method}` ? whom(argumentsOf(request)) : null;
const limits: readonly EmulatedLimit[] = [
  { count: 1, perMs: 1_000, of: of('chat.postMessage', ({ channel = '' }) => channel) },
  ...[
    'chat.update',
    'chat.delete',
    'conversations.history',
    'conversations.replies',
    'conversations.info',
  ].map((method) => ({ count: 50, perMs: 60_000, of: of(method, () => 'bot') })),
];

/** A form, or JSON; what is no text stands in a form as JSON. */
const argumentsOf = (request: EmulatedRequest): Arguments => {
  const type = request.headers['content-type'] ?? '';
  const entries = type.startsWith('application/json')
    ? Object.entries((jsonBody(request) ?? {}) as Record<string, unknown>).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ])
    : [...request.query, ...new URLSearchParams(request.body.toString('utf8'))];
  return Object.fromEntries(entries) as Arguments;
};

const parsed = (text: string | undefined): Json | undefined => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

/** Slack keeps `&`, `<` and `>` escaped, and puts addresses into `<>`. */
const kept = (text: string): string =>
  text
    .replaceAll(/&(?!amp;|lt;|gt;)/g, '&amp;')
    .replaceAll(/<(?![@#!]|https?:|mailto:)/g, '&lt;')
    .replaceAll(/(?<!<|\|)https?:\/\/[^\s<>|]+/g, '<$&>');

const blockTypes = new Set([
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'markdown',
  'rich_text',
  'section',
  'table',
  'video',
]);

/** What Slack makes of the blocks it is given; of a text alone it makes one by itself. */
const blocksOf = (given: Json | undefined, text: string): Json[] | null => {
  const blocks = Array.isArray(given) ? (given as Record<string, Json>[]) : [];
  if (blocks.length > 50 || blocks.some(({ type }) => typeof type !== 'string' || !blockTypes.has(type)))
    return null;
  if (blocks.length > 0) return blocks.map((block, index) => ({ block_id: `b${index}`, ...block }));
  const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }];
  return [{ type: 'rich_text', block_id: 'auto', elements }];
};

const longestText = 40_000;
const pageOf = 100;

const find = ({ messages }: SlackState, { channel, ts }: Arguments): SlackMessage | undefined =>
  messages.find((message) => message.channel === channel && message.ts === ts);

const channelFault = ({ channels }: SlackState, { channel = '' }: Arguments): string | null => {
  const found = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
  if (!found) return 'channel_not_found';
  if (!found.isMember) return 'not_in_channel';
  return null;
};

const writeFault = (state: SlackState, given: Arguments): string | null =>
  channelFault(state, given) ?? (state.channels[given.channel ?? '']?.isArchived ? 'is_archived' : null);

/** Later than every other: by the clock, and by one where two come at once. */
const nextTs = ({ messages }: SlackState, now: Date): string => {
  const last = Math.max(0, ...messages.map(({ ts }) => Math.round(Number(ts) * 1e6)));
  const at = Math.max(now.getTime() * 1000, last + 1);
  return `${Math.floor(at / 1e6)}.${String(at % 1e6).padStart(6, '0')}`;
};

const shown = (state: SlackState, message: SlackMessage, withMetadata: boolean) => {
  const { ts, threadTs, botId, userId, text, blocks, metadata, editedAt } = message;
  const replies = state.messages.filter(
    (other) => other.threadTs === ts && other.channel === message.channel,
  );
  return {
    type: 'message',
    user: userId,
    ...(botId === null ? {} : { bot_id: botId, app_id: 'A0COUNTER' }),
    team: 'T0SANDBOX',
    ts,
    text,
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(threadTs === null && replies.length === 0 ? {} : { thread_ts: threadTs ?? ts }),
    ...(replies.length > 0 ? { reply_count: replies.length } : {}),
    ...(withMetadata && metadata !== null ? { metadata } : {}),
    ...(editedAt === null ? {} : { edited: { user: userId, ts: editedAt } }),
  };
};

/** Of all that were found, those of the time that was asked for, a page at a time. */
const paged = (state: SlackState, found: readonly SlackMessage[], given: Arguments): EmulatedAnswer => {
  const { oldest = '0', latest = '99999999999', inclusive, cursor = '', limit } = given;
  const isInclusive = inclusive === 'true' || inclusive === '1';
  const inTime = found.filter(({ ts }) => {
    const at = Number(ts);
    const isAtEnd = at === Number(oldest) || at === Number(latest);
    return isAtEnd ? isInclusive : at > Number(oldest) && at < Number(latest);
  });
  const from =
    cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8').replace('next_ts:', ''));
  if (Number.isNaN(from)) return refused('invalid_cursor');
  const size = Math.min(Number(limit ?? pageOf), 999);
  const messages = inTime
    .slice(from, from + size)
    .map((message) => shown(state, message, given.include_all_metadata === 'true'));
  const hasMore = inTime.length > from + size;
  const next = Buffer.from(`next_ts:${from + size}`).toString('base64');
  return fine({
    messages,
    has_more: hasMore,
    ...(hasMore ? { response_metadata: { next_cursor: next } } : {}),
  });
};

const methods: Readonly<Record<string, Method>> = {
  'auth.test': ({ bot }) =>
    fine({
      url: 'https://sandbox.slack.com/',
      team: 'Sandbox',
      user: 'countersign',
      team_id: 'T0SANDBOX',
      user_id: bot.userId,
      bot_id: bot.botId,
    }),
  'conversations.info': ({ channels }, { channel = '', include_num_members }) => {
    const found = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
    if (!found) return refused('channel_not_found');
    const { name, isMember, isArchived, members } = found;
    return fine({
      channel: {
        id: channel,
        name,
        is_channel: true,
        is_member: isMember,
        is_archived: isArchived,
        ...(include_num_members === 'true' ? { num_members: members } : {}),
      },
    });
  },
  'conversations.history': (state, given) => {
    const fault = channelFault(state, given);
    if (fault !== null) return refused(fault);
    const newestFirst = state.messages
      .filter(({ channel, threadTs }) => channel === given.channel && threadTs === null)
      .toSorted((one, other) => Number(other.ts) - Number(one.ts));
    return paged(state, newestFirst, given);
  },
  'conversations.replies': (state, given) => {
    const fault = channelFault(state, given);
    if (fault !== null) return refused(fault);
    const named = find(state, given);
    if (!named) return refused('thread_not_found');
    const replies = state.messages
      .filter(({ channel, threadTs }) => channel === given.channel && threadTs === named.ts)
      .toSorted((one, other) => Number(one.ts) - Number(other.ts));
    const answer = paged(state, replies, given);
    const { messages, ...rest } = answer.body as { messages?: unknown[] };
    // What the thread hangs on comes first, whenever it was.
    return messages
      ? { ...answer, body: { ...rest, messages: [shown(state, named, true), ...messages] } }
      : answer;
  },
  'chat.postMessage': (state, given, { now }) => {
    const { channel = '', text = '', thread_ts } = given;
    const fault = writeFault(state, given);
    if (fault !== null) return refused(fault);
    if (text === '' && given.blocks === undefined) return refused('no_text');
    if (text.length > longestText) return refused('msg_too_long');
    const blocks = blocksOf(parsed(given.blocks), kept(text));
    if (!blocks) return refused('invalid_blocks');
    if (thread_ts !== undefined && !find(state, { channel, ts: thread_ts }))
      return refused('thread_not_found');
    const message: SlackMessage = {
      channel,
      ts: nextTs(state, now),
      threadTs: thread_ts ?? null,
      ...state.bot,
      text: kept(text),
      blocks,
      metadata: parsed(given.metadata) ?? null,
      editedAt: null,
    };
    state.messages.push(message);
    const { ts } = message;
    return {
      ...fine({ channel, ts, message: shown(state, message, true) }),
      wrote: `message/${channel}/${ts}`,
    };
  },
  'chat.postEphemeral': (state, given, { now }) => {
    const { channel = '', user = '', text = '' } = given;
    const fault = writeFault(state, given);
    if (fault !== null) return refused(fault);
    if (text === '') return refused('no_text');
    state.whispers.push({ channel, user, text: kept(text) });
    return { ...fine({ message_ts: nextTs(state, now) }), wrote: `whisper/${channel}/${user}` };
  },
  'chat.update': (state, given, { now }) => {
    const { channel = '', ts = '', text = '' } = given;
    const fault = writeFault(state, given);
    if (fault !== null) return refused(fault);
    const message = find(state, given);
    if (!message) return refused('message_not_found');
    if (message.botId !== state.bot.botId) return refused('cant_update_message');
    if (text === '' && given.blocks === undefined) return refused('no_text');
    if (text.length > longestText) return refused('msg_too_long');
    const blocks = given.blocks === undefined ? message.blocks : blocksOf(parsed(given.blocks), kept(text));
    if (!blocks) return refused('invalid_blocks');
    Object.assign(message, { text: kept(text), blocks, editedAt: nextTs(state, now) });
    const metadata = parsed(given.metadata);
    // Nothing at all takes it away; what is not mentioned stays.
    if (metadata !== undefined) message.metadata = JSON.stringify(metadata) === '{}' ? null : metadata;
    const answered = { text: message.text, user: message.userId };
    return {
      ...fine({ channel, ts, text: message.text, message: answered }),
      wrote: `message/${channel}/${ts}`,
    };
  },
  'chat.delete': (state, given) => {
    const { channel = '', ts = '' } = given;
    const fault = writeFault(state, given);
    if (fault !== null) return refused(fault);
    const message = find(state, given);
    if (!message) return refused('message_not_found');
    if (message.botId !== state.bot.botId) return refused('cant_delete_message');
    state.messages = state.messages.filter((other) => other !== message);
    return { ...fine({ channel, ts }), wrote: `message/${channel}/${ts}` };
  },
};

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedObject,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';

export interface TrelloCard {
  name: string;
  desc: string;
  closed: boolean;
  idList: string;
  pos: number;
  due: string | null;
  dueComplete: boolean;
  idLabels: string[];
  idMembers: string[];
  dateLastActivity: string;
}

/** Everything by its ID. */
export interface TrelloState {
  readonly boards: Record<string, { name: string; members: string[] }>;
  readonly lists: Record<string, { name: string; closed: boolean; idBoard: string }>;
  readonly labels: Record<string, { name: string; color: string; idBoard: string }>;
  readonly members: Record<string, { username: string }>;
  readonly cards: Record<string, TrelloCard>;
}

export interface TrelloOptions extends EmulatorOptions {
  readonly state: TrelloState;
  /** The one key and token that are let in. Default: any. */
  readonly credentials?: { readonly key: string; readonly token: string };
}

const header = /^OAuth oauth_consumer_key="([^"]+)", oauth_token="([^"]+)"$/;
const windowMs = 10_000;

export const startTrello = ({
  state,
  credentials,
  ...options
}: TrelloOptions): Promise<Emulator<TrelloState>> =>
  startEmulator(
    {
      state,
      handle: (now, request) => {
        const [, key, token] = header.exec(request.headers.authorization ?? '') ?? [];
        if (key === undefined || (credentials && key !== credentials.key)) return text(401, 'invalid key');
        if (credentials && token !== credentials.token) return text(401, 'invalid token');
        return answer(now, request);
      },
      objects,
      errorOf: (status, retryAfterSeconds) =>
        status === 429
          ? {
              status,
              ...(retryAfterSeconds === undefined
                ? {}
                : { headers: { 'retry-after': String(retryAfterSeconds) } }),
              body: { error: 'API_TOKEN_LIMIT_EXCEEDED', message: 'Rate limit exceeded' },
            }
          : text(status, 'as planned'),
      limits: [
        {
          count: 300,
          perMs: windowMs,
          of: ({ headers }) => header.exec(headers.authorization ?? '')?.[1] ?? null,
        },
        {
          count: 100,
          perMs: windowMs,
          of: ({ headers }) => header.exec(headers.authorization ?? '')?.[2] ?? null,
        },
      ],
    },
    options,
  );

/** Most of its refusals are no JSON. */
const text = (status: number, body: string): EmulatedAnswer => ({ status, body });

class Refused extends Error {
  readonly answer: EmulatedAnswer;
  constructor(status: number, message: string) {
    super(message);
    this.answer = text(status, message);
  }
}

const answer = (state: TrelloState, request: EmulatedRequest): EmulatedAnswer => {
  const [, version, kind, id = '', ...rest] = request.path.split('/');
  const route = [request.method, version, kind, ...(id ? ['{id}'] : []), ...rest].join(' ');
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (!handler) return text(404, `Cannot ${request.method} ${request.path}`);
  if (id && !/^[0-9a-f]{24}$/.test(id)) return text(400, 'invalid id');
  try {
    return handler(state, id, request);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
};

const found = <Thing>(things: Readonly<Record<string, Thing>>, id: string): Thing => {
  const thing = Object.hasOwn(things, id) ? things[id] : undefined;
  if (thing) return thing;
  throw new Refused(404, 'The requested resource was not found.');
};

const change = z.object({
  name: z.string().min(1).max(16_384),
  desc: z.string().max(16_384),
  closed: z.boolean(),
  idList: z.string(),
  pos: z.number(),
  due: z.iso.datetime({ offset: true }).nullable(),
  dueComplete: z.boolean(),
  idLabels: z.array(z.string()),
  idMembers: z.array(z.string()),
});

const read = (request: EmulatedRequest): Given => {
  const parsed = change.partial().safeParse(jsonBody(request));
  if (parsed.success) return parsed.data;
  const { path } = parsed.error.issues[0] ?? { path: [] };
  return refuse(`invalid value for ${path.join('.')}`);
};

const refuse = (message: string): never => {
  throw new Refused(400, message);
};

/** The first eight digits are the time. */
const newId = (now: Date): string =>
  Math.floor(now.getTime() / 1000)
    .toString(16)
    .padStart(8, '0') + randomBytes(8).toString('hex');

const write = (state: TrelloState, card: TrelloCard, given: Given, now: Date): void => {
  if (given.idList !== undefined) {
    found(state.lists, given.idList);
    if (given.idList !== card.idList) card.pos = endOf(state, given.idList);
  }
  Object.assign(card, given);
  // As the real one does.
  card.name = card.name.trim();
  card.desc = card.desc.trim();
  if (given.due) card.due = new Date(given.due).toISOString();
  card.dateLastActivity = now.toISOString();
};

const endOf = (state: TrelloState, idList: string): number =>
  Math.max(0, ...Object.values(state.cards).flatMap((card) => (card.idList === idList ? [card.pos] : []))) +
  16_384;

/** As it was sent. */
type Given = { readonly [Name in keyof z.output<typeof change>]?: z.output<typeof change>[Name] | undefined };

type Handler = (state: TrelloState, id: string, request: EmulatedRequest) => EmulatedAnswer;

const routes: Readonly<Record<string, Handler>> = {
  'GET 1 cards {id}': (state, id, request) => ({
    status: 200,
    body: picked(cardBody(state, id, found(state.cards, id)), request),
  }),
  'POST 1 cards': (state, _id, request) => {
    const given = read(request);
    if (given.idList === undefined) return text(400, 'invalid value for idList');
    const id = newId(request.now);
    const card: TrelloCard = {
      name: '',
      desc: '',
      closed: false,
      idList: '',
      pos: 0,
      due: null,
      dueComplete: false,
      idLabels: [],
      idMembers: [],
      dateLastActivity: '',
    };
    write(state, card, given, request.now);
    state.cards[id] = card;
    return { status: 200, body: cardBody(state, id, card), wrote: `card/${id}` };
  },
  'PUT 1 cards {id}': (state, id, request) => {
    const card = found(state.cards, id);
    write(state, card, read(request), request.now);
    return { status: 200, body: cardBody(state, id, card), wrote: `card/${id}` };
  },
  'DELETE 1 cards {id}': (state, id) => {
    found(state.cards, id);
    Reflect.deleteProperty(state.cards, id);
    return { status: 200, body: { limits: {} }, wrote: `card/${id}` };
  },
  'GET 1 lists {id}': (state, id, request) => ({
    status: 200,
    body: picked({ id, ...found(state.lists, id) }, request),
  }),
  'GET 1 boards {id}': (state, id) => ({ status: 200, body: { id, name: found(state.boards, id).name } }),
  'GET 1 boards {id} lists': (state, id, request) => ofBoard(state, state.lists, id, request),
  'GET 1 boards {id} labels': (state, id, request) => ofBoard(state, state.labels, id, request),
  'GET 1 boards {id} members': (state, id, request) => ({
    status: 200,
    body: found(state.boards, id).members.map((member) =>
      picked({ id: member, ...found(state.members, member) }, request),
    ),
  }),
  'GET 1 boards {id} cards all': (state, id, request) => {
    found(state.boards, id);
    const before = request.query.get('before') ?? 'g';
    const newestFirst = Object.keys(state.cards)
      .filter((card) => boardOf(state, found(state.cards, card)) === id && card < before)
      .toSorted()
      .toReversed();
    const limit = Math.min(1_000, Number(request.query.get('limit') ?? 1_000));
    return {
      status: 200,
      body: newestFirst
        .slice(0, limit)
        .map((card) => picked(cardBody(state, card, found(state.cards, card)), request)),
    };
  },
};

const ofBoard = (
  state: TrelloState,
  things: Readonly<Record<string, { readonly idBoard: string }>>,
  id: string,
  request: EmulatedRequest,
): EmulatedAnswer => {
  found(state.boards, id);
  const own = Object.entries(things).filter(([, { idBoard }]) => idBoard === id);
  return { status: 200, body: own.map(([thingId, thing]) => picked({ id: thingId, ...thing }, request)) };
};

const picked = (thing: { readonly id: string }, { query }: EmulatedRequest): object => {
  const fields = query.get('fields')?.split(',');
  return fields
    ? Object.fromEntries(Object.entries(thing).filter(([key]) => key === 'id' || fields.includes(key)))
    : thing;
};

const boardOf = (state: TrelloState, { idList }: TrelloCard): string => found(state.lists, idList).idBoard;

const cardBody = (state: TrelloState, id: string, card: TrelloCard) => ({
  id,
  ...card,
  idBoard: boardOf(state, card),
  url: `https://trello.com/c/${id.slice(-8)}`,
});

const objects = (state: TrelloState): EmulatedObject[] => [
  ...Object.entries(state.boards).map(([id, { name }]) => ({ kind: 'board', id, name, state: {} })),
  ...Object.entries(state.lists).map(([id, { name, idBoard, closed }]) => ({
    kind: 'list',
    id,
    name,
    state: { boardId: idBoard, archived: closed },
  })),
  ...Object.entries(state.cards).map(([id, { name, desc, idList, closed }]) => ({
    kind: 'card',
    id,
    name,
    state: { listId: idList, name, desc, archived: closed },
  })),
];

const board = '65a0c0de0000000000000001';
const todo = '65a0c0de0000000000000011';
const done = '65a0c0de0000000000000012';

/** One board, `ops`, with the lists `todo` and `done` and some cards in them. */
export const sandboxTrelloState = (): TrelloState => {
  const cards = [
    'Rotate the keys of the backup',
    'Clean up old images',
    'Try the restore',
    'Write the runbook',
  ];
  return {
    boards: { [board]: { name: 'ops', members: ['65a0c0de0000000000000031'] } },
    lists: {
      [todo]: { name: 'todo', closed: false, idBoard: board },
      [done]: { name: 'done', closed: false, idBoard: board },
    },
    labels: { '65a0c0de0000000000000021': { name: 'urgent', color: 'red', idBoard: board } },
    members: { '65a0c0de0000000000000031': { username: 'dana' } },
    cards: Object.fromEntries(
      cards.map((name, index) => [
        `65a0c0de000000000000010${index + 1}`,
        {
          name,
          desc: '',
          closed: false,
          idList: index === 3 ? done : todo,
          pos: (index + 1) * 16_384,
          due: null,
          dueComplete: false,
          idLabels: [],
          idMembers: [],
          dateLastActivity: '2026-11-02T09:00:00.000Z',
        },
      ]),
    ),
  };
};

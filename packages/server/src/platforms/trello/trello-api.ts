import { z } from 'zod';
import { systemClock } from '../../infra/clock.ts';
import type { HttpClient, HttpResponse } from '../../infra/http-client.ts';
import type { ReadEndpoint } from '../contract/read-endpoints.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { failureOfStatus } from '../kit/response-status.ts';

const cardFields = 'name,desc,closed,idBoard,idList,pos,due,dueComplete,dateLastActivity,url';
const card = z.object({
  id: z.string(),
  name: z.string(),
  desc: z.string(),
  /** In the archive. */
  closed: z.boolean(),
  idBoard: z.string(),
  idList: z.string(),
  pos: z.number(),
  due: z.string().nullable(),
  dueComplete: z.boolean(),
  /** Moves with whatever anybody does to it. */
  dateLastActivity: z.string(),
  url: z.string(),
});
export type Card = z.output<typeof card>;
export type CardChange = Partial<
  Pick<Card, 'name' | 'desc' | 'closed' | 'idList' | 'pos' | 'due' | 'dueComplete'>
>;

export interface NewCard {
  readonly idList: string;
  readonly name: string;
  readonly desc: string;
  readonly due?: string;
  readonly idLabels: readonly string[];
  readonly idMembers: readonly string[];
}

const list = z.object({ id: z.string(), name: z.string(), idBoard: z.string(), closed: z.boolean() });
export type List = z.output<typeof list>;
const label = z.object({ id: z.string(), name: z.string(), color: z.string().nullable() });
export type Label = z.output<typeof label>;
const member = z.object({ id: z.string(), username: z.string() });
export type Member = z.output<typeof member>;

/** What `plan`, `verify` and `reconcile` reach, below the API's URL. */
export const trelloReads: readonly ReadEndpoint[] = [
  { method: 'GET', path: '/1/cards/{id}' },
  { method: 'GET', path: '/1/lists/{id}' },
  { method: 'GET', path: '/1/boards/{id}/lists' },
  { method: 'GET', path: '/1/boards/{id}/labels' },
  { method: 'GET', path: '/1/boards/{id}/members' },
  { method: 'GET', path: '/1/boards/{id}/cards/all' },
];

export interface TrelloAccess {
  readonly apiUrl: string;
  /** Looked up just before they are sent. */
  readonly credentials: () => { readonly key: string; readonly token: string };
}

export interface TrelloApi {
  readonly card: (id: string) => Promise<Card>;
  readonly list: (id: string) => Promise<List>;
  readonly listsOf: (boardId: string) => Promise<readonly List[]>;
  readonly labelsOf: (boardId: string) => Promise<readonly Label[]>;
  readonly membersOf: (boardId: string) => Promise<readonly Member[]>;
  /** So many cards of a board at most, the archive included, the newest first; before that one where it is given. */
  readonly cardsOf: (boardId: string, limit: number, before?: string) => Promise<readonly Card[]>;
  readonly create: (given: NewCard) => Promise<Card>;
  readonly update: (id: string, change: CardChange) => Promise<Card>;
  readonly remove: (id: string) => Promise<void>;
}

/** A hundred cards with the longest descriptions. */
const maxResponseBytes = 4_194_304;

export const createTrelloApi = (
  { apiUrl, credentials }: TrelloAccess,
  { http, signal }: { readonly http: HttpClient; readonly signal: AbortSignal },
): TrelloApi => {
  const ask = async <Value>(
    method: string,
    path: string,
    schema: z.ZodType<Value>,
    json?: object,
  ): Promise<Value> => {
    const { key, token } = credentials();
    const response = await http.request({
      method,
      url: `${apiUrl}/1/${path}`,
      headers: {
        accept: 'application/json',
        // In the query it would stand in logs on the way.
        authorization: `OAuth oauth_consumer_key="${key}", oauth_token="${token}"`,
        ...(json ? { 'content-type': 'application/json' } : {}),
      },
      ...(json ? { body: JSON.stringify(json) } : {}),
      signal,
      maxResponseBytes,
      followsRedirects: false,
    });
    const failure = failureOfStatus(response, method, systemClock.now().getTime());
    if (failure) throw asTrelloMeansIt(failure, response);
    return read(schema, response, method);
  };
  const get = <Value>(path: string, schema: z.ZodType<Value>): Promise<Value> => ask('GET', path, schema);
  return {
    card: (id) => get(`cards/${id}?fields=${cardFields}`, card),
    list: (id) => get(`lists/${id}?fields=name,idBoard,closed`, list),
    listsOf: (id) => get(`boards/${id}/lists?filter=all&fields=name,idBoard,closed`, z.array(list)),
    labelsOf: (id) => get(`boards/${id}/labels?fields=name,color&limit=1000`, z.array(label)),
    membersOf: (id) => get(`boards/${id}/members?fields=username`, z.array(member)),
    cardsOf: (id, limit, before) =>
      get(
        `boards/${id}/cards/all?fields=${cardFields}&limit=${limit}${before === undefined ? '' : `&before=${before}`}`,
        z.array(card),
      ),
    create: (given) => ask('POST', 'cards', card, given),
    update: (id, change) => ask('PUT', `cards/${id}`, card, change),
    remove: async (id) => void (await ask('DELETE', `cards/${id}`, z.unknown())),
  };
};

const read = <Value>(schema: z.ZodType<Value>, { body }: HttpResponse, method: string): Value => {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  throw new ExecutorError('DEPENDENCY_FAILED', 'Trello answered something that is not what it documents.', {
    effect: method === 'GET' ? 'NONE' : 'UNKNOWN',
    retriable: false,
  });
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Both its limits are counted over so long. */
const limitWindowMs = 10_000;

/** It answers 401 to a token that may not do this as well, and says so in plain text; and no word of how long to wait. */
const asTrelloMeansIt = (failure: ExecutorError, { status, body }: HttpResponse): ExecutorError => {
  if (status === 401 && /permission requested/.test(body.toString('utf8')))
    return new ExecutorError('PLATFORM_PERMISSION_DENIED', 'Trello does not let this token do that.', {
      effect: 'NONE',
      details: failure.details,
    });
  if (status !== 429 || failure.retryAfterMs !== null) return failure;
  const { effect, details } = failure;
  return new ExecutorError(failure.code, failure.message, { effect, details, retryAfterMs: limitWindowMs });
};

import type { TadaDocumentNode } from 'gql.tada';
import { print } from '@0no-co/graphql.web';
import { failureOf, RequestError } from './request-error.ts';
import { serverClock } from './server-clock.ts';

export const graphqlPath = '/graphql';
const requestTimeoutMs = 20_000;

export type RequestOutcome = 'answered' | 'unreachable' | 'unauthenticated';
type OutcomeListener = (outcome: RequestOutcome) => void;
const listeners = new Set<OutcomeListener>();

/** Tells how each request over HTTP went; the connection state is drawn from it. */
export const onRequestOutcome = (listener: OutcomeListener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const report = (outcome: RequestOutcome): void => {
  for (const listener of listeners) listener(outcome);
};

const printed = new WeakMap<object, string>();

/** The text of a document, printed once. */
export const queryText = (document: TadaDocumentNode<unknown, never>): string => {
  const known = printed.get(document);
  if (known !== undefined) return known;
  const text = print(document);
  printed.set(document, text);
  return text;
};

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

const send = async (body: string, signal: AbortSignal | undefined, withinMs: number): Promise<Response> => {
  const timeout = AbortSignal.timeout(withinMs);
  const sentAtMs = Date.now();
  try {
    const response = await fetch(graphqlPath, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
      },
      body,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    serverClock.observe(sentAtMs, Date.now(), response.headers.get('date'));
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    report('unreachable');
    throw new RequestError({
      code: 'NETWORK_UNREACHABLE',
      message: timeout.aborted ? 'The server did not answer in time.' : 'The server cannot be reached.',
      requestId: null,
      retryAfterMs: null,
    });
  }
};

const read = async <Data>(response: Response): Promise<Answer<Data>> => {
  try {
    return (await response.json()) as Answer<Data>;
  } catch {
    // A proxy's page, or nothing at all: the server itself did not speak.
    report(response.status >= 502 && response.status <= 504 ? 'unreachable' : 'answered');
    throw new RequestError({
      code: 'UNREADABLE_ANSWER',
      message: `The server answered with status ${response.status} and no readable body.`,
      requestId: response.headers.get('x-request-id'),
      retryAfterMs: null,
    });
  }
};

/** Sends one operation and returns its data; every other ending is a `RequestError`. */
export const execute = async <Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
  withinMs = requestTimeoutMs,
): Promise<Data> => {
  const response = await send(JSON.stringify({ query: queryText(document), variables }), signal, withinMs);
  const answer = await read<Data>(response);
  if (answer.errors && answer.errors.length > 0) {
    const error = new RequestError(failureOf(answer.errors));
    report(error.hasSessionEnded ? 'unauthenticated' : 'answered');
    throw error;
  }
  report(response.status === 401 ? 'unauthenticated' : 'answered');
  if (!answer.data) {
    throw new RequestError({
      code: 'UNREADABLE_ANSWER',
      message: `The server answered with status ${response.status} and no data.`,
      requestId: response.headers.get('x-request-id'),
      retryAfterMs: null,
    });
  }
  return answer.data;
};

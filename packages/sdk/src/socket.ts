import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws/client';
import type { Connection } from './http.ts';
import { textOf, type Given, type Operation } from './operation.ts';
import { CountersignError } from './types.ts';

/** What the server said why it ends a stream. */
const errorOf = (cause: unknown): CountersignError => {
  if (cause instanceof CountersignError) return cause;
  if (Array.isArray(cause)) {
    const [first] = cause as readonly {
      message?: string;
      extensions?: { code?: string; retriable?: boolean };
    }[];
    return new CountersignError(
      first?.extensions?.code ?? 'INTERNAL_ERROR',
      first?.message ?? 'The server ended the stream.',
      first?.extensions?.retriable ?? false,
    );
  }
  const code = closeCodeOf(cause);
  if (code === 4401 || code === 4403)
    return new CountersignError('AUTHENTICATION_FAILED', 'The server does not know this API key.', false);
  return new CountersignError('NETWORK_ERROR', 'The connection has ended.', true, { cause });
};

const closeCodeOf = (cause: unknown): number | null =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'number'
    ? cause.code
    : null;

/** A silent connection is ended after this, so that it is made anew. */
const pongWithinMs = 3_000;

/** A server that lets a connection in and then says nothing is tried again after this. */
const acknowledgedWithinMs = 10_000;
const closedWithinMs = 500;

/** Between two tries to connect: half a second to begin with, ten at most, and not the same for every client. */
const retryMs = (retries: number): number =>
  Math.min(10_000, 1_000 * 2 ** retries) * (0.5 + Math.random() / 2);

export interface Socket {
  readonly client: Client;
  /** Nothing is followed any more, and nothing is tried again. */
  close(): Promise<void>;
}

/** One socket for all streams: there while anything is followed, made anew where it breaks. */
export const createSocket = ({ url, apiKey }: Connection): Socket => {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let endWait = (): void => undefined;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${apiKey}` },
    lazy: true,
    connectionAckWaitTimeout: acknowledgedWithinMs,
    keepAlive: 5_000,
    shouldRetry: () => true,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, retryMs(retries));
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    on: {
      ping: (isReceived) => {
        if (isReceived) return;
        clearTimeout(overdue);
        overdue = setTimeout(() => client.terminate(), pongWithinMs);
      },
      pong: () => clearTimeout(overdue),
      closed: () => clearTimeout(overdue),
    },
    onNonLazyError: () => undefined,
  });
  return {
    client,
    async close() {
      endWait();
      // A connection that is being made may never be.
      const cut = setTimeout(() => client.terminate(), closedWithinMs);
      try {
        await client.dispose();
      } catch {
        // It was not made, which is no fault any more.
      } finally {
        clearTimeout(cut);
      }
    },
  };
};

/** Values that wait to be read; with more of them the stream rests, and goes on once they are read. */
const mostWaiting = 1_000;

/** What a subscription has brought and nobody has read yet. */
interface Feed<Result> {
  readonly waiting: Result[];
  /** Why nothing comes any more; null while something may. */
  ended(): { readonly error: CountersignError | null } | null;
  /** Subscribes, where it does not yet. */
  start(): void;
  rest(): void;
  /** Has who waits for `change` look again. */
  wake(): void;
  change(): Promise<void>;
}

const createFeed = <Result>(
  client: Client,
  payload: { readonly query: string; readonly variables: Record<string, unknown> },
  onReceived: (result: Result) => void,
): Feed<Result> => {
  const waiting: Result[] = [];
  let wake = (): void => undefined;
  let end: { readonly error: CountersignError | null } | null = null;
  let stop: (() => void) | null = null;
  const rest = (): void => {
    const stopped = stop;
    stop = null;
    stopped?.();
  };
  const close = (error: CountersignError | null): void => {
    end ??= { error };
    wake();
  };
  const next = ({ data, errors }: FormattedExecutionResult<unknown, unknown>): void => {
    if (errors) return close(errorOf(errors));
    // The document is typed by the schema that the server answers by.
    waiting.push(data as Result);
    onReceived(data as Result);
    if (waiting.length >= mostWaiting) rest();
    wake();
  };
  return {
    waiting,
    ended: () => end,
    start() {
      stop ??= client.subscribe(payload, {
        next,
        error: (cause) => close(errorOf(cause)),
        // One that rests ends by our own word.
        complete: () => (stop === null ? undefined : close(null)),
      });
    },
    rest,
    wake: () => wake(),
    change: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
};

/**
 * What a subscription gives. It rests while nobody reads. `variables` are asked for at each connection, so what they
 * say of a place is where the reader is by then.
 */
export async function* follow<Result, Variables extends object>(
  client: Client,
  document: Operation<Result, Variables>,
  variables: () => NoInfer<Given<Variables>>,
  onReceived: (result: Result) => void,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const payload = {
    query: textOf(document),
    get variables(): Record<string, unknown> {
      return Object.fromEntries(Object.entries(variables()));
    },
  };
  const feed = createFeed(client, payload, onReceived);
  signal?.addEventListener('abort', feed.wake, { once: true });
  try {
    while (signal?.aborted !== true) {
      const changed = feed.change();
      const value = feed.waiting.shift();
      const end = feed.ended();
      if (value === undefined && !end) feed.start();
      if (value !== undefined) yield value;
      else if (end?.error) throw end.error;
      else if (end) return;
      else await changed;
    }
  } finally {
    signal?.removeEventListener('abort', feed.wake);
    feed.rest();
  }
}

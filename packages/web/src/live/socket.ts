import type { TadaDocumentNode } from 'gql.tada';
import { createClient, type Client } from 'graphql-ws/client';
import { reconnectDelayMs, type ConnectionSignal } from './connection.ts';
import { graphqlPath, queryText } from '../graphql/execute.ts';
import { failureOf, type RequestFailure } from '../graphql/request-error.ts';

const pingEveryMs = 4_500;
const pongWithinMs = 3_000;
const acknowledgeWithinMs = 5_000;
const sessionEndedCodes: readonly number[] = [4401, 4403];

export interface SubscriptionHandlers<Data> {
  readonly next: (data: Data) => void;
  /** The server ended this subscription with an error; the socket goes on. */
  readonly failed: (failure: RequestFailure) => void;
  /** The server ended it without one. */
  readonly completed?: () => void;
}

export interface LiveSocket {
  /** `variables` is asked again at every reconnect, so that a cursor resumes where it stands. */
  subscribe<Data, Variables>(
    document: TadaDocumentNode<Data, Variables>,
    variables: () => Variables,
    handlers: SubscriptionHandlers<Data>,
  ): () => void;
  /** Tries again at once instead of waiting out the backoff. */
  hurry(): void;
  /** Gives the socket up at once, because it is known to be dead. */
  cut(): void;
  /** Opens a new socket with all subscriptions: after a new sign-in the old one is refused for good. */
  restart(): void;
  dispose(): void;
}

const closeCodeOf = (event: unknown): number =>
  typeof event === 'object' && event !== null && 'code' in event && typeof event.code === 'number'
    ? event.code
    : 0;
const endsSession = (event: unknown): boolean => sessionEndedCodes.includes(closeCodeOf(event));

const socketUrl = (): string => {
  const url = new URL(graphqlPath, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
};

/** Times the answers to pings and cuts a socket that has gone silent. */
const createPulse = (signal: (signal: ConnectionSignal) => void, cut: () => void) => {
  let sentAtMs = 0;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  return {
    sent() {
      sentAtMs = performance.now();
      clearTimeout(deadline);
      deadline = setTimeout(cut, pongWithinMs);
    },
    answered() {
      clearTimeout(deadline);
      signal({ type: 'pong', atMs: Date.now(), latencyMs: performance.now() - sentAtMs });
    },
    stop() {
      clearTimeout(deadline);
    },
  };
};

interface ClientEvents {
  readonly signal: (signal: ConnectionSignal) => void;
  readonly backOff: (attempt: number) => Promise<void>;
  /** The client gave up for good, as it does on some close codes. */
  readonly gaveUp: (event: unknown) => void;
}

const connect = ({ signal, backOff, gaveUp }: ClientEvents): Client => {
  const pulse = createPulse(signal, () => client.terminate());
  const client = createClient({
    url: socketUrl(),
    lazy: false,
    keepAlive: pingEveryMs,
    connectionAckWaitTimeout: acknowledgeWithinMs,
    retryAttempts: Infinity,
    shouldRetry: (event) => !endsSession(event),
    retryWait: backOff,
    onNonLazyError: gaveUp,
    on: {
      connected: () => signal({ type: 'socketAcknowledged', atMs: Date.now() }),
      closed(event) {
        pulse.stop();
        signal(endsSession(event) ? { type: 'sessionEnded' } : { type: 'socketLost' });
      },
      ping(isReceived) {
        if (!isReceived) pulse.sent();
      },
      pong(isReceived) {
        if (isReceived) pulse.answered();
      },
    },
  });
  return client;
};

/** Where a connection was being made, nobody waits for it any more. */
const giveUp = (client: Client): void => {
  Promise.resolve(client.dispose()).catch(() => undefined);
};

interface Wait {
  readonly ended: Promise<void>;
  /** Ends the wait early. */
  end(): void;
}

const createWait = (ms: number): Wait => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return {
    ended: promise,
    end() {
      clearTimeout(timer);
      resolve();
    },
  };
};

interface Subscription {
  attach(client: Client): void;
  detach(): void;
}

const createSubscription = <Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: () => Variables,
  handlers: SubscriptionHandlers<Data>,
): Subscription => {
  const payload = {
    query: queryText(document),
    get variables() {
      return variables() as Record<string, unknown>;
    },
  };
  let stop: (() => void) | null = null;
  return {
    attach(client) {
      let isStopped = false;
      const unsubscribe = client.subscribe<Data>(payload, {
        next({ data, errors }) {
          if (errors) handlers.failed(failureOf(errors));
          else if (data) handlers.next(data);
        },
        error(error) {
          if (Array.isArray(error)) handlers.failed(failureOf(error));
        },
        complete() {
          if (!isStopped) handlers.completed?.();
        },
      });
      stop = () => {
        isStopped = true;
        unsubscribe();
      };
    },
    detach: () => stop?.(),
  };
};

/** The page's one socket: it connects at once, keeps trying for ever, and reports only what it knows. */
export const createLiveSocket = (report: (signal: ConnectionSignal) => void): LiveSocket => {
  const subscriptions = new Set<Subscription>();
  let backoff: Wait | null = null;
  let isDisposed = false;
  let restarts = 0;

  const backOff = async (attempt: number): Promise<void> => {
    backoff = createWait(reconnectDelayMs(attempt));
    await backoff.ended;
  };
  const start = (): Client =>
    connect({
      signal(signal) {
        if (signal.type === 'socketAcknowledged') restarts = 0;
        if (!isDisposed) report(signal);
      },
      backOff,
      gaveUp(event) {
        if (!isDisposed && !endsSession(event)) void restartLater();
      },
    });
  const reopen = (): void => {
    if (isDisposed) return;
    client = start();
    for (const subscription of subscriptions) subscription.attach(client);
  };
  const restartLater = async (): Promise<void> => {
    restarts += 1;
    await backOff(restarts);
    reopen();
  };
  let client = start();

  return {
    subscribe(document, variables, handlers) {
      const subscription = createSubscription(document, variables, handlers);
      subscriptions.add(subscription);
      subscription.attach(client);
      return () => {
        subscriptions.delete(subscription);
        subscription.detach();
      };
    },
    hurry: () => backoff?.end(),
    cut: () => client.terminate(),
    restart() {
      giveUp(client);
      reopen();
    },
    dispose() {
      isDisposed = true;
      backoff?.end();
      giveUp(client);
    },
  };
};

import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  readonly client: WebSocket;
  /** Those that came and were not taken yet, oldest first. */
  readonly received: Message[];
  send(message: unknown): void;
  /** @throws where it closes before another one comes. */
  next(): Promise<Message>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface RawSocketOptions {
  readonly protocol?: string;
  readonly headers?: Record<string, string>;
}

/** A websocket that speaks no protocol by itself, so that a test can break every rule. */
export const openRawSocket = async (
  url: string,
  { protocol = 'graphql-transport-ws', headers = {} }: RawSocketOptions = {},
): Promise<RawSocket> => {
  const client = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol === '' ? [] : protocol, {
    headers,
  });
  const { received, next, give, end } = createInbox();
  client.on('message', (data) => {
    give(JSON.parse((data as Buffer).toString()) as Message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    client.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      end(new Error(`closed with ${code} ${reason.toString()}`));
    });
  });
  await Promise.race([
    once(client, 'open'),
    once(client, 'unexpected-response').then(([, response]: { statusCode?: number }[]) => {
      throw new Error(`refused with ${response?.statusCode ?? 'nothing'}`);
    }),
  ]);
  return {
    client,
    received,
    closed,
    send(message) {
      client.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    next,
  };
};

const createInbox = () => {
  const received: Message[] = [];
  const waiting: PromiseWithResolvers<Message>[] = [];
  let ended: Error | undefined;
  return {
    received,
    give(this: void, message: Message): void {
      const waiter = waiting.shift();
      if (waiter) waiter.resolve(message);
      else received.push(message);
    },
    next(this: void): Promise<Message> {
      const message = received.shift();
      if (message) return Promise.resolve(message);
      if (ended) return Promise.reject(ended);
      const waiter = Promise.withResolvers<Message>();
      waiting.push(waiter);
      return waiter.promise;
    },
    end(this: void, why: Error): void {
      ended = why;
      for (const waiter of waiting.splice(0)) waiter.reject(why);
    },
  };
};

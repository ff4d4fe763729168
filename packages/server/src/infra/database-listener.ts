import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import pg from 'pg';
import type { Logger } from './logger.ts';

/** Called with each notification, and without a payload after a reconnect: something may have been missed. */
export type NotificationHandler = (payload: string | undefined) => void;

export interface DatabaseListener extends AsyncDisposable {
  /** Returns once the channel is being listened to. */
  listen(channel: string, handler: NotificationHandler): Promise<AsyncDisposable>;
}

const firstRetryMs = 50;
const lastRetryMs = 5_000;

/** One connection of its own for all channels: opened by the first of them, mended whenever it breaks. */
export function createDatabaseListener(config: pg.ClientConfig, logger: Logger): DatabaseListener {
  const channels = new Map<string, Set<NotificationHandler>>();
  const stop = new AbortController();
  let connection: Promise<pg.Client> | undefined;
  let mending: Promise<void> | undefined;

  function open(): Promise<pg.Client> {
    connection ??= connect(config, channels, logger).then(
      (client) => {
        client.once('end', () => {
          connection = undefined;
          if (!stop.signal.aborted) mending = mend();
        });
        return client;
      },
      (error: unknown) => {
        connection = undefined;
        throw error;
      },
    );
    return connection;
  }

  async function mend(): Promise<void> {
    await openAgain(open, stop.signal, logger);
    mending = undefined;
    if (!stop.signal.aborted) for (const handlers of channels.values()) tell(handlers, undefined, logger);
  }

  return {
    async listen(channel, handler) {
      await mending;
      const handlers = channels.get(channel) ?? new Set();
      channels.set(channel, handlers.add(handler));
      const forget = async (): Promise<void> => {
        handlers.delete(handler);
        if (handlers.size > 0) return;
        channels.delete(channel);
        // Where it is cut off there is nothing to take back: what opens it again listens to no channel that is gone.
        const client = await connection?.catch(() => undefined);
        await client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      };
      try {
        await (await open()).query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      } catch (error) {
        await forget();
        throw error;
      }
      return { [Symbol.asyncDispose]: forget };
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      channels.clear();
      await mending;
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}

async function openAgain(open: () => Promise<unknown>, stop: AbortSignal, logger: Logger): Promise<void> {
  for (let delayMs = firstRetryMs; !stop.aborted; delayMs = Math.min(delayMs * 2, lastRetryMs)) {
    try {
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal: stop });
      await open();
      return;
    } catch (error) {
      if (!stop.aborted) logger.warn({ err: error }, 'notifications are cut off; trying again');
    }
  }
}

async function connect(
  config: pg.ClientConfig,
  channels: Map<string, Set<NotificationHandler>>,
  logger: Logger,
): Promise<pg.Client> {
  const client = new PostgresClient({ ...config, keepAlive: true, keepAliveInitialDelayMillis: 10_000 });
  client.on('notification', ({ channel, payload }) => {
    tell(channels.get(channel) ?? [], payload, logger);
  });
  try {
    await client.connect();
    for (const channel of channels.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

function tell(handlers: Iterable<NotificationHandler>, payload: string | undefined, logger: Logger): void {
  for (const handler of handlers) {
    try {
      handler(payload);
    } catch (error) {
      logger.error({ err: error }, 'a handler of notifications failed');
    }
  }
}

import pg from 'pg';

/**
 * A connection whose loss never ends the process. `pg` emits `error` on a client whenever its connection is
 * lost, also between the moment it is connected and the one in which whoever waited for it goes on; an emitter
 * that nobody listens to throws. Whoever uses the client still learns of it: its statements are refused.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** A pool of such connections. `onIdleError` is told of those that broke while nobody used them. */
export const createPostgresPool = (
  config: pg.PoolConfig,
  onIdleError: (error: Error) => void = () => undefined,
): pg.Pool => {
  const pool = new pg.Pool({ ...config, Client: PostgresClient });
  pool.on('error', onIdleError);
  return pool;
};

import type pg from 'pg';
import { PostgresClient } from './postgres-client.ts';

/**
 * Runs as the owner of the tables, on a connection that is closed afterwards. Names are looked up in `public`
 * alone: nobody can put something of theirs before it.
 */
export async function asOwner<Value>(
  connectionString: string,
  work: (owner: pg.Client) => Promise<Value>,
): Promise<Value> {
  const owner = new PostgresClient({
    connectionString,
    application_name: 'migrate',
    options: '-c search_path=public',
  });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

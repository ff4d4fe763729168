import type { StatementRunner } from './statement-runner.ts';

/** Which database it is, in SQL: the same by whatever address, and for a copy that PostgreSQL made of its files. */
export const databaseOrigin = `(SELECT system_identifier::text FROM pg_control_system())
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())`;

export const findDatabaseOrigin = async (database: StatementRunner): Promise<string> => {
  const [found] = await database.query<{ origin: string }>(`SELECT ${databaseOrigin} AS origin`);
  if (!found) throw new Error('PostgreSQL did not say which database it is.');
  return found.origin;
};

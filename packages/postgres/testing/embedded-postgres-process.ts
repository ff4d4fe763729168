import { startEmbeddedPostgres } from '../src/embedded-postgres.ts';

// A process to be killed: starts the embedded PostgreSQL in the folder it is given, and stays.
const [, , folder = ''] = process.argv;
const ignore = (): void => undefined;
const logger = { debug: ignore, warn: ignore, error: ignore };
const { connectionString } = await startEmbeddedPostgres({ folder, name: 'of_a_test', logger });
process.stdout.write(connectionString);

import { startEmbeddedPostgres } from '../src/infra/embedded-postgres.ts';
import { createLogger } from '../src/infra/logger.ts';

// A process to be killed: starts the embedded PostgreSQL in the folder it is given, and stays.
const [, , home = ''] = process.argv;
const { connectionString } = await startEmbeddedPostgres({ home, logger: createLogger({ level: 'silent' }) });
process.stdout.write(connectionString);

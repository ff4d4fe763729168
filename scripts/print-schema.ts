/** Prints the GraphQL schema from the code to packages/shared/schema.graphql; `--check` fails where that is stale. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScratchPostgres } from '../packages/postgres/src/scratch-postgres.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { schemaText } from '../packages/server/src/doors/graphql/schema/schema-text.ts';
import { createSchema } from '../packages/server/src/doors/graphql/schema/schema.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { createMonitoring } from '../packages/server/src/monitoring.ts';
import { createOperations } from '../packages/server/src/operations.ts';
import { createViews } from '../packages/server/src/operations/views.ts';
import { createServices } from '../packages/server/src/services.ts';

const file = join(import.meta.dirname, '../packages/shared/schema.graphql');

const print = async (): Promise<string> => {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startScratchPostgres());
  const home = await mkdtemp(join(tmpdir(), 'countersign-schema-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const config = readConfig({ COUNTERSIGN_HOME: home, DATABASE_URL: postgres.connectionString });
  const logger = createLogger({ level: 'error' });
  const services = await createServices(config, logger, {}, stack);
  const monitoring = createMonitoring(config, logger, services, () => 0, stack);
  const schema = createSchema({
    operations: createOperations(services, monitoring, logger),
    views: createViews(services, logger),
    services,
    monitoring,
    originOf: () => '',
  });
  return schemaText(schema);
};

const printed = await print();
if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8');
  if (committed !== printed) {
    console.error('packages/shared/schema.graphql is stale: run "node scripts/print-schema.ts".');
    process.exitCode = 1;
  }
} else await writeFile(file, printed);
// The schema engine leaves a timer behind that would keep us for ten seconds.
process.exit();

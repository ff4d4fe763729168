/** The product with a no-op executor beside its own, told by one JSON argument; it prints its keys when it is ready. */
import { createApp } from '../packages/server/src/app.ts';
import type { Config } from '../packages/server/src/config.ts';
import { prepareFirstRun } from '../packages/server/src/first-run.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { createNoopExecutor } from '../packages/server/testing/executors/noop-executor.ts';

const config = JSON.parse(process.argv[2] ?? '') as Config;
const app = await createApp(config, createLogger({ level: 'error' }), {
  moreExecutors: [createNoopExecutor()],
});
const firstRun = await prepareFirstRun(config, app.access, app.url, {});
if (!firstRun) throw new Error('The benchmark wants a database of its own.');
const { url, agentKey, approverKey, adminKey } = firstRun;
process.stdout.write(`${JSON.stringify({ url, agentKey, approverKey, adminKey })}\n`);
process.once('SIGTERM', () => void app[Symbol.asyncDispose]().then(() => process.exit(0)));

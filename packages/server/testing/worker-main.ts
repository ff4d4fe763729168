import { startBackground } from '../src/background.ts';
import { createLogger } from '../src/infra/logger.ts';
import { createMonitoring } from '../src/monitoring.ts';
import type { AnyExecutor } from '../src/platforms/index.ts';
import { createServices } from '../src/services.ts';
import { createHogExecutor } from './executors/hog-executor.ts';
import { createNoopExecutor } from './executors/noop-executor.ts';
import { createSlowExecutor } from './executors/slow-executor.ts';
import { createLedgerExecutors } from './ledger.ts';
import { gather } from './people.ts';
import type { WorkerSettings } from './worker-process.ts';

// A process to be killed, stopped and continued: the product's own node with the tests' executors.
const { config, ledgerUrl, submits = [] } = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const logger = createLogger({ level: config.log.level });
const moreExecutors = [
  createNoopExecutor(),
  createHogExecutor(),
  createSlowExecutor() as AnyExecutor,
  ...createLedgerExecutors(ledgerUrl),
];

{
  await using stack = new AsyncDisposableStack();
  const services = await createServices(config, logger, { moreExecutors }, stack);
  createMonitoring(config, logger, services, () => 0, stack);
  const { worker } = stack.use(startBackground(config, logger, services));
  process.stdout.write(`${JSON.stringify({ msg: 'ready', worker })}\n`);
  if (submits.length > 0) {
    const { agent } = await gather(services, 'default');
    await Promise.all(submits.map((input) => agent.submits(input)));
  }

  // Our parent holds the other end: when it goes away, however that happens, so do we.
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).resume();
    process.once('SIGTERM', resolve);
  });
}
process.exit(0);

import { z } from 'zod';
import { createApp } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { accepted } from '../src/domain/errors.ts';
import { createLogger } from '../src/infra/logger.ts';
import type { AnyExecutor } from '../src/platforms/index.ts';
import { slowness } from './event-loop.ts';
import { createNoopExecutor } from './executors/noop-executor.ts';
import type { Measured } from './measured-server.ts';
import { accepted as value } from './people.ts';

// The product's own server in a process of its own, so that its event loop and its memory are nobody else's.
const config = JSON.parse(process.argv[2] ?? '') as Config;
const logger = createLogger({ level: config.log.level });

/** Carries as much as a submission may, and does nothing with it. */
const bulky: AnyExecutor = {
  ...createNoopExecutor(),
  traits: { ...createNoopExecutor().traits, name: 'bulky.run' },
  input: z.strictObject({ text: z.string() }),
  traitsFor: () => ({}),
  plan: () =>
    Promise.resolve(
      accepted({ summary: 'Carry it', targets: [], precondition: null, diffs: [], findings: [] }),
    ),
  apply: () => Promise.resolve({}),
};

/** Of the processor, on the main thread, without the loop's leave: a busy machine makes anything last long. */
const watchTurns = (): (() => Pick<Measured, 'longestTurnMs' | 'slowness'>) => {
  let [longestMs, last] = [0, process.threadCpuUsage()];
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    longestMs = Math.max(longestMs, (user + system) / 1_000);
    last = process.threadCpuUsage();
  }, 2).unref();
  return () => {
    const measured = { longestTurnMs: longestMs, slowness: slowness() };
    // What it takes to measure that is nobody's turn.
    [longestMs, last] = [0, process.threadCpuUsage()];
    return measured;
  };
};

await using stack = new AsyncDisposableStack();
const app = stack.use(await createApp(config, logger, { moreExecutors: [createNoopExecutor(), bulky] }));
const { id: tenantId } = await app.access.ensureTenant('here');
const keyOf = async (name: string): Promise<string> => {
  const { id } = await app.access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: ['SUBMITTER'] });
  return value(await app.access.issueApiKey(tenantId, { principalId: id, name })).secret;
};
const keys = [await keyOf('Ada'), await keyOf('Ben')];
const longestTurn = watchTurns();
process.on('message', () => {
  process.send?.({ ...longestTurn(), rssMb: process.memoryUsage.rss() / 2 ** 20 } satisfies Measured);
});
process.send?.({ url: app.url, keys });
await new Promise<void>((resolve) => process.once('disconnect', resolve));

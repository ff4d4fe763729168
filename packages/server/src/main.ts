import { parseArgs } from 'node:util';
import { loadConfiguration, type Config } from './config.ts';
import { createApp, type App } from './app.ts';
import { firstRunFile, prepareFirstRun, recallFirstRun } from './first-run.ts';
import { emptyGreeting, firstGreeting, laterGreeting, sandboxGreeting } from './greeting.ts';
import { createLogger } from './infra/logger.ts';
import { createRedactor } from './infra/redaction.ts';
import { startSandbox } from './sandbox.ts';
import { makeSamples } from './platforms/index.ts';

/** One sentence; where it comes from only for whoever debugs. */
const explain = (error: unknown, level: string | undefined): string => {
  if (!(error instanceof Error)) return String(error);
  return level === 'debug' || level === 'trace' ? (error.stack ?? error.message) : error.message;
};

const print = (text: string): void => void process.stdout.write(text);

/** On a new database all that a newcomer needs; from then on where to get it, and no credentials. */
const greetingOf = async (
  config: Config,
  { access, url }: App,
  samples: Readonly<Record<string, string>>,
): Promise<string> => {
  if (config.role === 'all') {
    const firstRun = await prepareFirstRun(config, access, url, samples);
    if (firstRun) return firstGreeting(firstRun);
    const kept = await recallFirstRun(config, url);
    return laterGreeting(url, kept?.agentKey === undefined ? null : firstRunFile(config));
  }
  const isUnusable = config.role === 'api' && (await access.isEmpty());
  return `Countersign (${config.role}) is ready at ${url}\n${isUnusable ? emptyGreeting : ''}`;
};

let logLevel: Config['log']['level'] | undefined;

/** What a process ends with that was told to stop, and had to leave something behind. */
const overdueCode = 2;

/** What it ends with where it could not start, and has said why: started again it would end the same way. */
const startFailedCode = 78;

/** Gives the code to exit with. */
const start = async (): Promise<number> => {
  const { config: file } = parseArgs({ options: { config: { type: 'string' } } }).values;
  const { config: given, notes } = await loadConfiguration({ file });
  logLevel = given.log.level;
  const { text: redact } = createRedactor(Object.values(given.secrets).map(({ value }) => value));
  const logger = createLogger({ level: given.log.level, redact });
  for (const note of notes) logger.warn(note);
  using sandbox = given.sandbox ? await startSandbox(given, logger) : null;
  const config = sandbox?.config ?? given;
  const samples = config.role === 'all' ? await makeSamples(config.executors, config) : {};
  const app = await createApp(config, logger, sandbox ? { sandbox } : {});
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const greeting = await greetingOf(config, app, samples);
  if (sandbox) await app.fillSandbox();
  print(greeting);
  if (sandbox) print(sandboxGreeting(app.url));
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    else
      stop.signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
  await app[Symbol.asyncDispose]();
  return app.overdueParts() === 0 ? 0 : overdueCode;
};

start().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explain(error, logLevel)}\n`);
    process.exit(startFailedCode);
  },
);

import { addAbortListener } from 'node:events';
import { sighup } from './sighup.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfiguration, type Config } from './config.ts';
import { createSecretSources } from './config/secret-sources.ts';
import { createApp, type App } from './app.ts';
import { firstRunFile, prepareFirstRun, recallFirstRun } from './first-run.ts';
import { emptyGreeting, firstGreeting, laterGreeting, sandboxGreeting } from './greeting.ts';
import type { LogNews } from './infra/log/log-outlet.ts';
import { createLogOutput } from './infra/log/log-output.ts';
import { createLogger, type Logger } from './infra/logger.ts';
import { createSecretRedactor } from './infra/secret-redactor.ts';
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

/** Work that is asked for while it waits is done once; while it goes on, once more. */
const oneAtATime = (work: () => Promise<void>): (() => void) => {
  let turn = Promise.resolve();
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    turn = turn.then(() => {
      isWaiting = false;
      return work();
    });
  };
};

let logLevel: Config['log']['level'] | undefined;

/** What a process ends with that was told to stop, and had to leave something behind. */
const overdueCode = 2;

/** Whoever balances load takes so long, and more, to hear of it: until then everybody who comes is answered. */
const announcedMs = 300;

/** What it ends with where it could not start, and has said why: started again it would end the same way. */
const startFailedCode = 78;

/** What the log has left is written in the time that draining has, and in so long at most. */
const longestFlushMs = 2_000;
const flushMsOf = ({ execution: { drainMs } }: Config): number => Math.min(longestFlushMs, drainMs);

const tellOf = (logger: Logger, { isBack, error, ...news }: Parameters<LogNews>[0]): void => {
  if (isBack) logger.warn(news, 'a destination of the log takes lines again');
  else logger.warn({ ...news, err: error }, 'a destination of the log takes no lines');
};

/** Gives the code to exit with. */
const start = async (): Promise<number> => {
  const { config: file } = parseArgs({ options: { config: { type: 'string' } } }).values;
  const sources = createSecretSources();
  const reading = await loadConfiguration({ file }, sources);
  const { config: given, notes } = reading;
  logLevel = given.log.level;
  const redactor = createSecretRedactor(Object.values(given.secrets).map(({ value }) => value));
  await using logOutput = createLogOutput(given.log.destinations, flushMsOf(given), (news) => {
    tellOf(logger, news);
  });
  const logger = createLogger({ level: given.log.level, destination: logOutput, redact: redactor.text });
  for (const note of notes) logger.warn(note);
  using sandbox = given.sandbox ? await startSandbox(given, logger) : null;
  const over = (config: Config): Config => sandbox?.over(config) ?? config;
  const config = over(given);
  const samples = config.role === 'all' ? await makeSamples(config.executors, config) : {};
  const read = () => loadConfiguration({ file, home: given.home }, sources);
  const configured = { reading, read, sources, over };
  const app = await createApp(config, logger, {
    redactor,
    logOutput,
    configured,
    ...(sandbox && { sandbox }),
  });
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A library ends a process on this signal where nobody else listens: a file that may not grow is an error of its write.
  process.on('SIGXFSZ', () => undefined);
  sighup.listen(
    oneAtATime(async () => {
      // What ends would only be made anew.
      if (stop.signal.aborted) return;
      await app.reload?.().catch((error: unknown) => {
        logger.error({ err: error }, 'the configuration could not be read again');
      });
    }),
  );
  const greeting = await greetingOf(config, app, samples);
  if (sandbox) await app.fillSandbox();
  print(greeting);
  if (sandbox) print(sandboxGreeting(app.url));
  await new Promise<void>((resolve) => {
    addAbortListener(stop.signal, () => {
      resolve();
    });
  });
  app.announceStop();
  await sleep(announcedMs);
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

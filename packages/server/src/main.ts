import { randomUUID } from 'node:crypto';
import { readConfig, type Config } from './config.ts';
import { createApp } from './app.ts';
import { ensureDemoRepository, prepareFirstRun, type FirstRun } from './first-run.ts';
import { createLogger } from './infra/logger.ts';
import { createRedactor } from './infra/redaction.ts';

/** One sentence; where it comes from only for whoever debugs. */
const explain = (error: unknown, level: string | undefined): string => {
  if (!(error instanceof Error)) return String(error);
  return level === 'debug' || level === 'trace' ? (error.stack ?? error.message) : error.message;
};

const print = (text: string): void => void process.stdout.write(text);

const greet = ({ url, signInUrl, agentKey }: FirstRun): void => {
  const body = {
    query:
      'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id status } refusal { code message details { ... on InputFaults { faults { path message } } } } } }',
    variables: {
      input: {
        // Of this start: the same key again would only show the first task again.
        idempotencyKey: `hello-${randomUUID().slice(0, 8)}`,
        goal: 'Say hello in the demo repository',
        actions: [
          {
            type: 'repo.commit',
            params: {
              repository: 'demo',
              branch: 'main',
              message: 'Say hello',
              files: [{ path: 'hello.txt', content: 'Hello from an approved agent.\n' }],
            },
          },
        ],
      },
    },
  };
  print(`
Countersign is ready at ${url}

  Sign in (once):  ${signInUrl}
  Agent API key:   ${agentKey}

Submit a first task as the agent, then approve it in the console:

curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${agentKey}' -d '${JSON.stringify(body)}'

`);
};

let logLevel: Config['log']['level'] | undefined;

/** What a process ends with that was told to stop, and had to leave something behind. */
const overdueCode = 2;

/** Gives the code to exit with. */
const start = async (): Promise<number> => {
  const config = readConfig();
  logLevel = config.log.level;
  const { text: redact } = createRedactor(Object.values(config.secrets).map(({ value }) => value));
  const logger = createLogger({ level: config.log.level, redact });
  if (config.role === 'all') await ensureDemoRepository(config);
  const app = await createApp(config, logger, {});
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  if (config.role === 'all') greet(await prepareFirstRun(config, app.access, app.url));
  else print(`Countersign (${config.role}) is ready at ${app.url}\n`);
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
    process.exit(1);
  },
);

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { createApp, type App } from '../src/app.ts';
import { intentSettings, intentsOf } from '../src/config/intent-settings.ts';
import type { Config } from '../src/config.ts';
import { createLogger } from '../src/infra/logger.ts';
import { sandboxSettings } from '../src/platforms/index.ts';
import { value } from './access-node.ts';
import { createNoopExecutor } from './executors/noop-executor.ts';
import statusSchema from './intent-status.schema.json' with { type: 'json' };
import { sandboxKubernetesState, startKubernetes } from './platforms/kubernetes.ts';
import { shippedPolicyData } from './policy-data.ts';
import { createTestDatabase } from './postgres.ts';
import { testConfig } from './test-config.ts';
import { until } from './until.ts';

export interface IntentStatusFile {
  readonly status: string;
  readonly message: string;
  readonly retry_count?: number;
  readonly error_details?: { readonly error_code: string; readonly error_message: string };
  readonly [name: string]: unknown;
}

type Folder = 'handoff' | 'status' | 'processed' | 'failed';

/** A hand-off directory with a server that takes from it, a cluster, porch, and a person who approves. */
export interface IntentsWorld extends AsyncDisposable {
  readonly cluster: Awaited<ReturnType<typeof startKubernetes>>;
  readonly pathOf: (folder: Folder, name: string) => string;
  drop(name: string, intent: object | string): Promise<void>;
  list(folder: Folder): Promise<readonly string[]>;
  /** The status file once it is as asked; each that is read is held against the schema of the format. */
  status(name: string, isMeant: (status: IntentStatusFile) => boolean): Promise<IntentStatusFile>;
  /** Approves what waits, as a person would: the first with this word in its goal. */
  decide(word: string, verdict: 'approve' | 'reject'): Promise<void>;
  countTasks(): Promise<number>;
  /** Another server on the same directory and database. */
  startAnother(): Promise<App>;
  /** Ends the first server, and starts it again. */
  restart(): Promise<void>;
}

const isOfFormat = new Ajv({ validateFormats: false }).compile(statusSchema);

export const createIntentsWorld = async (
  intents: object = {},
  overrides: Partial<Config> = {},
): Promise<IntentsWorld> => {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'countersign-intents-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const database = stack.use(await createTestDatabase());
  const token = 'a-token-of-the-sandbox';
  const cluster = stack.use(await startKubernetes({ token, state: sandboxKubernetesState() }));
  const base = testConfig(database.connectionString, home, {
    policyData: await shippedPolicyData(home, {}),
  });
  const urls = { kubernetes: cluster.url, porch: cluster.url };
  const { settings, secrets } = sandboxSettings(base.executors, urls);
  const given = intentSettings.intents.parse({ enabled: true, debounceMs: 20, retryDelayMs: 50, ...intents });
  const config: Config = {
    ...base,
    executors: { ...base.executors, ...settings },
    secrets,
    intents: intentsOf(given, home, false),
    ...overrides,
  };
  const start = () =>
    createApp(config, createLogger({ level: 'silent' }), { moreExecutors: [createNoopExecutor()] });
  let app = await start();
  const others: App[] = [];
  stack.defer(async () => {
    for (const each of [app, ...others]) await each[Symbol.asyncDispose]();
  });
  const { id: tenantId } = await app.access.ensureTenant('here');
  const person = async (name: string, roles: ('VIEWER' | 'APPROVER')[]) =>
    app.access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles });
  const olga = await person('Olga', ['VIEWER']);
  const roles = ['SUBMITTER' as const, 'OPERATOR' as const];
  await app.access.ensurePrincipal({
    tenantId,
    type: 'SERVICE',
    name: 'intent-files',
    roles,
    ownerId: olga.id,
  });
  const ann = await person('Ann', ['VIEWER', 'APPROVER']);
  const { secret } = value(await app.access.issueApiKey(tenantId, { principalId: ann.id, name: 'ann' }));
  const ask = async <Answer>(query: string, variables: object = {}): Promise<Answer> => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Answer; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  const pathOf = (folder: Folder, name: string): string => join(home, folder, name);
  const list = async (folder: Folder) =>
    (await readdir(join(home, folder))).filter((name) => name.startsWith('intent-'));
  await mkdir(join(home, 'handoff'), { recursive: true });
  const running = stack.move();
  return {
    cluster,
    pathOf,
    list,
    drop: (name, intent) =>
      writeFile(pathOf('handoff', name), typeof intent === 'string' ? intent : JSON.stringify(intent)),
    async status(name, isMeant) {
      let last = 'there is none';
      return until(
        async () => {
          last = await readFile(pathOf('status', `${name}.status`), 'utf8').catch(() => last);
          if (!last.startsWith('{')) return undefined;
          const status = JSON.parse(last) as IntentStatusFile;
          if (!isOfFormat(status)) throw new Error(`${last}: ${JSON.stringify(isOfFormat.errors)}`);
          return isMeant(status) ? status : undefined;
        },
        () => `${name} says ${last}`,
      );
    },
    decide: (word, verdict) => decideOn(ask, word, verdict),
    countTasks: async () =>
      (await ask<{ tasks: { edges: unknown[] } }>('{ tasks(first: 100) { edges { node { id } } } }')).tasks
        .edges.length,
    async startAnother() {
      const other = await start();
      others.push(other);
      return other;
    },
    async restart() {
      await app[Symbol.asyncDispose]();
      app = await start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

interface Waiting {
  readonly id: string;
  readonly goal: string;
  readonly plan: { readonly revision: number; readonly hash: string };
}

const decideOn = async (
  ask: <Answer>(query: string, variables?: object) => Promise<Answer>,
  word: string,
  verdict: 'approve' | 'reject',
): Promise<void> => {
  const waiting = await until(
    async () => {
      const { tasks } = await ask<{ tasks: { edges: { node: Waiting }[] } }>(
        '{ tasks(filter: { status: [AWAITING_APPROVAL] }, first: 100) { edges { node { id goal plan { revision hash } } } } }',
      );
      return tasks.edges.map(({ node }) => node).find(({ goal }) => goal.includes(word));
    },
    () => `nothing of ${word} waits`,
  );
  const {
    id: taskId,
    plan: { revision, hash: planHash },
  } = waiting;
  const more = verdict === 'reject' ? { reason: 'This is not the time for it.' } : {};
  const answer = await ask<Record<string, { refusal: { message: string } | null }>>(
    verdict === 'approve'
      ? 'mutation ($input: ApproveTaskInput!) { done: approveTask(input: $input) { refusal { message } } }'
      : 'mutation ($input: RejectTaskInput!) { done: rejectTask(input: $input) { refusal { message } } }',
    { input: { taskId, revision, planHash, ...more } },
  );
  const no = answer['done']?.refusal;
  if (no) throw new Error(no.message);
};

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { isFinalStatus, type StepUpTerms, type TaskStatus } from '@countersign/shared';
import { startBackground } from '../src/background.ts';
import type { Config } from '../src/config.ts';
import type { ApprovalRequest } from '../src/domain/approval-request.ts';
import type { Stage } from '../src/domain/quorum.ts';
import type { Task } from '../src/domain/task.ts';
import type { Database } from '../src/infra/database.ts';
import { createLogger } from '../src/infra/logger.ts';
import type { RedisServers } from '../src/infra/queue/redis-client.ts';
import { createRedactor } from '../src/infra/redaction.ts';
import type { AnyExecutor } from '../src/platforms/index.ts';
import type { GoalTools, Planner } from '../src/modules/agents/index.ts';
import type { PolicyData } from '../src/modules/policy/policy-engine-settings.ts';
import { createServices, type Overrides, type Services } from '../src/services.ts';
import { asDescribed, type Recorded } from './events.ts';
import { sized } from './chaos.ts';
import { createHogExecutor } from './executors/hog-executor.ts';
import { createNoopExecutor } from './executors/noop-executor.ts';
import { createSlowExecutor } from './executors/slow-executor.ts';
import { createLedgerExecutors, startLedger, type Ledger } from './ledger.ts';
import type { PlatformBehaviour } from './ledger-platform.ts';
import { gather, type People } from './people.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { sharedRedis } from './redis.ts';
import { testConfig } from './test-config.ts';
import { until } from './until.ts';
import { startWorkerProcess, type WorkerProcess, type WorkerSettings } from './worker-process.ts';

export const backends = ['redis', 'postgres'] as const;
export type Backend = (typeof backends)[number];

/** How people are asked, instead of what `policies/data.json` says. Times in milliseconds. */
export interface AskingTerms {
  /** Default 1. */
  readonly required?: number;
  /** Default none: anybody is asked. */
  readonly stages?: readonly Stage[];
  readonly vetoGroups?: readonly string[];
  /** Default by risk, as the server has it. */
  readonly stepUp?: StepUpTerms;
  /** Default 0: what was rejected may be asked again. */
  readonly rememberRejectionMs?: number;
  /** Default none: nobody is reminded, and nobody else is asked. */
  readonly remindAfterMs?: readonly number[];
  readonly escalation?: { readonly afterMs: number; readonly group: string };
  /** Default an hour; a second at least. */
  readonly expiresInMs?: number;
  /** Default 0: what is approved starts at once. */
  readonly undoWindowMs?: number;
  /** Default a quarter of an hour; a second at least. */
  readonly startWithinMs?: number;
}

export interface WorldOptions {
  /** Default `postgres`. */
  readonly backend?: Backend;
  /** A Redis of the story's own, which it may kill and flush; only with the backend `redis`. */
  readonly redisUrl?: string;
  readonly redis?: RedisServers;
  /** What this process does by itself. KEEPERS is everything but the worker. Default ALL. */
  readonly background?: 'ALL' | 'KEEPERS' | 'NONE';
  readonly asking?: AskingTerms;
  /** What the policy data says of the time; by default the rules look at none. */
  readonly time?: PolicyData['settings']['time'];
  /** A server of the story's own, which it may stop and start. */
  readonly database?: Pick<TestDatabase, 'connectionString' | 'open'>;
  readonly leaseMs?: number;
  readonly reconcileEveryMs?: number;
  /** Tasks of one submitter that may wait for people at once; by default as many as there are. */
  readonly openApprovals?: number;
  /** How often what a waiting request would change is looked at. */
  readonly watchEveryMs?: number;
  readonly admission?: Partial<Config['admission']>;
  /** By default so long that no plan is made as a job because the machine is busy. */
  readonly planningPatienceMs?: number;
  readonly lanes?: Config['queue']['lanes'];
  readonly repositories?: Config['executors']['repositories'];
  /** What else is configured of platforms. */
  readonly settings?: Partial<Config['executors']>;
  readonly programEnvironment?: Readonly<Record<string, string>>;
  readonly ledger?: Partial<PlatformBehaviour>;
  /** An OPA server that decides instead of the shipped rules. */
  readonly opaUrl?: string;
  /** By default the guards stay out of the way. */
  readonly guards?: Config['executors']['platforms'];
  readonly moreExecutors?: readonly AnyExecutor[];
  /** Who plans goals; by default the scripted planner. */
  readonly planners?: readonly Planner[];
  /** What they may read by. */
  readonly goalTools?: GoalTools;
  /** What stands in for platforms of which nothing is configured. */
  readonly sandbox?: Overrides['sandbox'];
  readonly logLevel?: Config['log']['level'];
  /** Gets every line of the log instead of standard output. */
  readonly log?: (line: string) => void;
  readonly secrets?: Config['secrets'];
  /** By default payload is kept as it is. */
  readonly encryption?: Config['encryption'];
  /** By default nothing is traced. */
  readonly tracing?: Config['tracing'];
  /** By default nobody is told. */
  readonly notifications?: Config['notifications'];
  readonly alerts?: Config['alerts'];
}

/** One installation with a database, a ledger and people of its own, on real services. */
export interface World extends People, AsyncDisposable {
  readonly config: Config;
  readonly services: Services;
  readonly ledger: Ledger;
  /** The database as its superuser, who may do what the application's role may not. */
  readonly owner: Database;
  /** Waits until the task has one of these statuses; throws once it has ended otherwise. */
  reaches(task: Pick<Task, 'id'>, ...statuses: readonly TaskStatus[]): Promise<Task>;
  /** As reaches, for many tasks at once. */
  allReach(tasks: readonly Pick<Task, 'id'>[], ...statuses: readonly TaskStatus[]): Promise<Task[]>;
  now(task: Pick<Task, 'id'>): Promise<Task>;
  /** All requests about a task, in the order of its revisions. */
  approvalsOf(task: Pick<Task, 'id'>): Promise<ApprovalRequest[]>;
  /** What the log says of a task so far, also above the horizon that readers wait for. */
  historyOf(task: Pick<Task, 'id'>): Promise<readonly Recorded[]>;
  /** Starts what this process does by itself, where it was not started with the world; by default at the first node. */
  begins(background: 'ALL' | 'KEEPERS', node?: Services): void;
  /** A worker in a process of its own; drained with the world. */
  startsWorker(settings?: Pick<WorkerSettings, 'submits' | 'clockJumpMs'>): Promise<WorkerProcess>;
  /** Another node on the same database and queue, in this process, without background work. */
  startsNode(): Promise<Services>;
  /** Same people, another tenant. */
  inTenant(name: string): Promise<People>;
}

export const createWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { background = 'ALL', ledger: behaviour = {}, moreExecutors = [] } = options;
  await using stack = new AsyncDisposableStack();
  const database = options.database ?? stack.use(await createTestDatabase());
  const home = await mkdtemp(join(tmpdir(), 'countersign-world-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const ledger = stack.use(await startLedger(inject('ledgersUrl'), home, behaviour));
  const config = await configure(options, database.connectionString, home);
  const logger = createLogger({
    level: config.log.level,
    redact: createRedactor(Object.values(config.secrets).map(({ value }) => value)).text,
    ...(options.log ? { destination: { write: options.log } } : {}),
  });
  const owner = stack.use(database.open({ as: 'OWNER' }));
  const executors = [
    createNoopExecutor() as AnyExecutor,
    createHogExecutor(),
    createSlowExecutor() as AnyExecutor,
    ...createLedgerExecutors(ledger.url),
    ...moreExecutors,
  ];
  const startsNode = (): Promise<Services> =>
    createServices(
      config,
      logger,
      {
        moreExecutors: executors,
        planners: options.planners,
        goalTools: options.goalTools,
        planningPatienceMs: options.planningPatienceMs ?? 60_000,
        ...(options.sandbox && { sandbox: options.sandbox }),
      },
      running,
    );

  const running = stack.use(new AsyncDisposableStack());
  const services = await startsNode();
  const people = await gather(services, 'default');
  const begins: World['begins'] = (what, node = services) => {
    running.use(startBackground({ ...config, role: what === 'ALL' ? 'all' : 'api' }, logger, node));
  };
  if (background !== 'NONE') begins(background);

  const whole = stack.move();
  return {
    ...people,
    ...createWatch(services, owner, people),
    config,
    services,
    ledger,
    owner,
    begins,
    startsNode,
    startsWorker: async (settings = {}) =>
      running.use(
        await startWorkerProcess({
          ...settings,
          config: { ...config, role: 'worker' },
          ledgerUrl: ledger.url,
        }),
      ),
    inTenant: (name) => gather(services, name),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};

type Watch = Pick<World, 'reaches' | 'allReach' | 'now' | 'approvalsOf' | 'historyOf'>;

const allReachTimeoutMs = sized(120_000, 600_000);

/** How a story sees what has become of its tasks. */
const createWatch = (services: Services, owner: Database, { operator }: People): Watch => {
  const find = (tasks: readonly Pick<Task, 'id'>[]): Promise<Task[]> =>
    services.tasks.findMany(
      operator.principal,
      tasks.map(({ id }) => id),
    );
  const historyOf: Watch['historyOf'] = async ({ id }) =>
    asDescribed(
      await owner.query<Recorded>(
        'SELECT seq, type, summary, data FROM event WHERE task_id = $1 ORDER BY seq',
        [id],
      ),
    );
  const allReach: Watch['allReach'] = async (tasks, ...statuses) => {
    let missing: readonly Task[] = [];
    return until(
      async () => {
        const current = await find(tasks);
        missing = current.filter(({ status }) => !statuses.includes(status));
        const astray = missing.find(({ status }) => isFinalStatus(status) || status === 'NEEDS_ATTENTION');
        if (astray) throw new Error(`Task ${astray.id} is ${astray.status}: ${JSON.stringify(astray.error)}`);
        return missing.length === 0 && current.length === tasks.length ? current : undefined;
      },
      async () => {
        const [first] = missing;
        const history = first
          ? (await historyOf(first)).map(({ type, summary }) => `${type}: ${summary}`)
          : [];
        return `${missing.length} tasks are not ${statuses.join(' or ')}, one ${first?.status}:\n${history.join('\n')}`;
      },
      { timeoutMs: allReachTimeoutMs, pollMs: tasks.length > 1 ? 50 : 10 },
    );
  };
  return {
    historyOf,
    allReach,
    async reaches(task, ...statuses) {
      await allReach([task], ...statuses);
      return this.now(task);
    },
    async now(task) {
      const [found] = await find([task]);
      if (!found) throw new Error(`There is no task ${task.id}.`);
      return found;
    },
    async approvalsOf(task) {
      const rows = await owner.query<{ revision: number }>(
        'SELECT revision FROM approval_request WHERE task_id = $1',
        [task.id],
      );
      const found = await services.approvals.findOfTasks(
        operator.principal,
        rows.map(({ revision }) => ({ taskId: task.id, revision })),
      );
      return found.toSorted((a, b) => a.revision - b.revision);
    },
  };
};

const configure = async (options: WorldOptions, connectionString: string, home: string): Promise<Config> => {
  const redis = options.backend === 'redis' ? sharedRedis() : undefined;
  const config = testConfig(connectionString, home, {
    prefix: redis?.prefix ?? 'test',
    policyData: await writePolicyData(home, options),
    ...(redis ? { redis: options.redis ?? { url: options.redisUrl ?? redis.url } } : {}),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  });
  const busy = {
    rate: { limit: 1_000_000, windowMs: 60_000 },
    bulkhead: { concurrent: 256, queued: 10_000 },
    retries: { share: 1, perSecond: 1_000_000 },
  };
  return {
    ...config,
    execution: {
      ...config.execution,
      reconcileEveryMs: options.reconcileEveryMs ?? config.execution.reconcileEveryMs,
    },
    approvals: {
      openEach: options.openApprovals ?? config.approvals.openEach,
      watchEveryMs: options.watchEveryMs ?? config.approvals.watchEveryMs,
    },
    admission: { ...config.admission, ...options.admission },
    notifications: options.notifications ?? config.notifications,
    alerts: options.alerts ?? config.alerts,
    encryption: options.encryption ?? config.encryption,
    tracing: options.tracing ?? config.tracing,
    policy: { ...config.policy, opaUrl: options.opaUrl ?? null },
    queue: { ...config.queue, lanes: options.lanes ?? {} },
    executors: {
      ...config.executors,
      repositories: options.repositories ?? [],
      ...options.settings,
      programEnvironment: options.programEnvironment ?? config.executors.programEnvironment,
      platforms: {
        noop: busy,
        // Stories make it fail on purpose, and what they look at is not the breaker.
        ledger: { ...busy, breaker: { opensAt: 1_000_000, probeAfterMs: 1_000 } },
        ...options.guards,
      },
    },
    secrets: options.secrets ?? {},
    log: { ...config.log, level: options.logLevel ?? 'error' },
  };
};

const shippedData = join(import.meta.dirname, '../../../policies/data.json');

/** The shipped policy data, asking by the story's terms whatever the environment and risk. */
const writePolicyData = async (home: string, { asking = {}, time }: WorldOptions): Promise<string> => {
  const data = JSON.parse(await readFile(shippedData, 'utf8')) as {
    settings: { approval: { default: object; environments: Record<string, object> }; time?: object };
  };
  if (time) data.settings.time = time;
  const { approval } = data.settings;
  approval.default = { required: 1, expiresInMs: 3_600_000, undoWindowMs: 0, ...asking };
  for (const name of Object.keys(approval.environments))
    approval.environments[name] = { default: {}, risks: {} };
  const file = join(home, 'policy-data.json');
  await writeFile(file, JSON.stringify(data));
  return file;
};

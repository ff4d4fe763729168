import { addAbortListener } from 'node:events';
import type { QueueState } from '../../domain/queue.ts';
import type { KnownKey } from '../../infra/cell-cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Database } from '../../infra/database.ts';
import { endable } from '../../infra/endable.ts';
import { createLiveValue } from '../../infra/live-value.ts';
import type { Logger } from '../../infra/logger.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { Journal } from '../../record/journal.ts';
import type { ExecutorHealth, ExecutorHealthMonitor } from '../../platforms/index.ts';
import { createChecks, type CheckSource, type HealthCheck } from './health-checks.ts';
import {
  changesBetween,
  installationHealth,
  type ExecutorHealthChange,
  type InstallationHealth,
} from './installation-health.ts';
import { ownChecks } from './own-checks.ts';
import { createProbes, type EncryptionStatus, type ProbeDependencies, type Probes } from './probes.ts';
import { createProcessReportStore } from '../../record/process-report-store.ts';
import { readReport, type ProcessReport } from './process-report.ts';
import { publishReport } from './publish-report.ts';
import { createThreatWatch } from './threat-watch.ts';

export interface HealthReport extends InstallationHealth {
  /** Of the process that answers. */
  readonly version: string;
  /** Since the oldest process that lives was started. */
  readonly uptimeMs: number;
  readonly queue: QueueState;
  readonly asOf: Date;
}

export interface HealthService extends AsyncDisposable {
  /** Of the whole installation, as every process said it lately. */
  report(): Promise<HealthReport>;
  /** The platforms as every process last wrote them: the same whoever asks, and up to five seconds old. */
  readExecutors(): Promise<readonly ExecutorHealth[]>;
  /** Of one platform; null for one that nobody here knows. */
  findExecutor(platform: string): Promise<ExecutorHealth | null>;
  /** Each change of a platform's status from now on, whichever process sees it; a slow reader skips to the latest. */
  follow(): Promise<AsyncIterableIterator<ExecutorHealthChange>>;
  /** About this process alone. */
  readonly probes: Probes;
  /** From now on this process is not ready: whoever balances load stops sending to it. */
  beginShutdown(): void;
}

export interface HealthServiceDependencies extends Pick<ProcessReport, 'name' | 'role' | 'version'> {
  readonly database: Pick<Database, 'query' | 'ensureWritable'>;
  readonly wakeUps: WakeUps;
  readonly laneQueue: { ping(): Promise<void> };
  readonly queue: { state(): Promise<QueueState> };
  readonly executors: ExecutorHealthMonitor;
  readonly journal: Pick<Journal, 'onCommitted'>;
  /** The folder that this process writes working copies to. */
  readonly home: string;
  /** Whether people and agents reach this server over https. */
  readonly isEncrypted: boolean;
  /** What payload is encrypted with; null where it is not. */
  readonly encryptsWith: () => KnownKey | null;
  readonly moreChecks?: readonly CheckSource[];
  readonly availability?: ProbeDependencies['availability'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the others are looked at without a hint while somebody follows. */
const lookEveryMs = 2_000;

export const createHealthService = (deps: HealthServiceDependencies): HealthService => {
  const { version, queue, wakeUps, clock, logger } = deps;
  const checks = createChecks([...ownChecks(deps), ...(deps.moreChecks ?? [])], logger);
  const processes = createProcesses(deps, checks);
  let isStopping = false;
  const live = createLiveValue({
    name: 'installation health',
    read: processes.look,
    everyMs: lookEveryMs,
    isSame: (before, after) => changesBetween(before, after, clock.now()).length === 0,
    onHint: (listener) => wakeUps.on('health', listener),
    logger,
  });

  return {
    async report() {
      const [health, state] = await Promise.all([processes.look(), queue.state()]);
      const asOf = clock.now();
      const oldest = health.processes[0]?.startedAt ?? asOf;
      return { ...health, version, uptimeMs: asOf.getTime() - oldest.getTime(), queue: state, asOf };
    },
    readExecutors: processes.readExecutors,
    async findExecutor(platform) {
      const { executors } = await processes.look();
      return executors.find((executor) => executor.platform === platform) ?? null;
    },
    async follow() {
      const states = live.follow();
      // What it is now is known before anybody waits for a change.
      const first = await states.next();
      return endable((signal) => {
        addAbortListener(signal, () => void states.return?.());
        return changesOf(first, states, clock);
      });
    },
    probes: createProbes({
      version,
      checks,
      queue,
      isStopping: () => isStopping,
      encryption: () => encryptionOf(deps.isEncrypted, deps.encryptsWith() !== null),
      threatLevel: createThreatWatch(deps.journal),
      ...(deps.availability && { availability: deps.availability }),
      clock,
    }),
    beginShutdown() {
      isStopping = true;
    },
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await processes[Symbol.asyncDispose]();
    },
  };
};

const encryptionOf = (onTheWay: boolean, atRest: boolean): EncryptionStatus =>
  onTheWay && atRest ? 'enabled' : onTheWay || atRest ? 'partial' : 'disabled';

/** This process among the others: it tells them what it sees, and looks at what they told. */
const createProcesses = (
  {
    name,
    role,
    version,
    executors,
    encryptsWith,
    database,
    wakeUps,
    clock,
    logger,
  }: HealthServiceDependencies,
  checks: () => Promise<readonly HealthCheck[]>,
) => {
  const store = createProcessReportStore(database);
  const startedAt = clock.now();
  const own = async (): Promise<ProcessReport> => ({
    name,
    role,
    version,
    startedAt,
    checks: await checks(),
    executors: executors.report(),
    encryptsWith: encryptsWith()?.name ?? null,
    reportedAt: clock.now(),
  });
  const publishing = publishReport({
    store,
    name,
    own,
    encryptsWith,
    executors,
    logger,
    notify: () => {
      wakeUps.notify('health');
    },
  });
  return {
    async readExecutors(): Promise<readonly ExecutorHealth[]> {
      const kept = await store.findLive();
      return installationHealth(kept.map(readReport).toSorted(byAge)).executors;
    },
    async look(): Promise<InstallationHealth> {
      const [mine, kept] = await Promise.all([own(), store.findLive()]);
      // What this process sees now is newer than what it wrote.
      const others = kept.filter((process) => process.name !== name).map(readReport);
      return installationHealth([mine, ...others].toSorted(byAge));
    },
    [Symbol.asyncDispose]: () => publishing[Symbol.asyncDispose](),
  };
};

const byAge = (one: ProcessReport, other: ProcessReport): number =>
  one.startedAt.getTime() - other.startedAt.getTime() || one.name.localeCompare(other.name);

async function* changesOf(
  first: IteratorResult<InstallationHealth>,
  states: AsyncIterableIterator<InstallationHealth>,
  clock: Clock,
): AsyncGenerator<ExecutorHealthChange> {
  if (first.done) return;
  let known = first.value;
  for await (const state of states) {
    yield* changesBetween(known, state, clock.now());
    known = state;
  }
}

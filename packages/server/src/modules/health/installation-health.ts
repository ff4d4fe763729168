import { healthStatuses, type HealthStatus } from '@countersign/shared';
import { byTrouble, type CircuitBreakerState } from '../../domain/circuit-breaker.ts';
import type { ExecutorHealth } from '../../platforms/index.ts';
import type { HealthCheck } from './health-checks.ts';
import type { ProcessReport } from './process-report.ts';

/** How all processes of an installation are doing together. */
export interface InstallationHealth {
  /** DOWN where no process can take work, DEGRADED where a process, a part or a platform is in trouble. */
  readonly status: HealthStatus;
  readonly checks: readonly HealthCheck[];
  readonly executors: readonly ExecutorHealth[];
  readonly processes: readonly ProcessReport[];
}

/** A platform whose status changed between two looks at the installation. */
export interface ExecutorHealthChange {
  readonly platform: string;
  readonly previousStatus: HealthStatus;
  readonly currentStatus: HealthStatus;
  readonly circuitBreaker: CircuitBreakerState;
  readonly at: Date;
}

/** The processes that live, as one installation. */
export const installationHealth = (processes: readonly ProcessReport[]): InstallationHealth => {
  const checks = [...mergedChecks(processes), workersCheck(processes)];
  const executors = groups(
    processes.flatMap(({ executors }) => executors),
    ({ platform }) => platform,
  )
    .map(mergedExecutor)
    .toSorted((one, other) => one.platform.localeCompare(other.platform));
  return { status: statusOf(checks, executors), checks, executors, processes };
};

/** Also of one process, with its own checks and platforms. */
export const statusOf = (
  checks: readonly HealthCheck[],
  executors: readonly ExecutorHealth[],
): HealthStatus => {
  if (checks.some(({ status }) => status === 'DOWN')) return 'DOWN';
  return [...checks, ...executors].every(({ status }) => status === 'HEALTHY') ? 'HEALTHY' : 'DEGRADED';
};

/** What became of each platform since; one that nobody reports any more is no news. */
export const changesBetween = (
  before: Pick<InstallationHealth, 'executors'>,
  after: Pick<InstallationHealth, 'executors'>,
  at: Date,
): ExecutorHealthChange[] => {
  const statuses = new Map(before.executors.map(({ platform, status }) => [platform, status]));
  return after.executors.flatMap(({ platform, status, circuitBreaker }) => {
    const previousStatus = statuses.get(platform) ?? 'HEALTHY';
    if (previousStatus === status) return [];
    return { platform, previousStatus, currentStatus: status, circuitBreaker, at };
  });
};

const groups = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] => [
  ...Map.groupBy(items, keyOf).values(),
];

const worst = (statuses: readonly HealthStatus[]): HealthStatus =>
  healthStatuses.findLast((status) => statuses.includes(status)) ?? 'HEALTHY';

/** What one of several processes lacks is trouble; down is what none of them has. */
const ofAll = (statuses: readonly HealthStatus[]): HealthStatus => {
  const found = worst(statuses);
  return found === 'DOWN' && statuses.some((status) => status !== 'DOWN') ? 'DEGRADED' : found;
};

const mergedChecks = (processes: readonly ProcessReport[]): HealthCheck[] => {
  const asked = processes.flatMap((process) => process.checks.map((check) => ({ process, check })));
  return groups(asked, ({ check }) => check.name).map((answers) => {
    const failed = answers.filter(({ check }) => check.status !== 'HEALTHY');
    return {
      name: answers[0]?.check.name ?? '',
      isVital: answers.some(({ check }) => check.isVital),
      status: ofAll(answers.map(({ check }) => check.status)),
      message: failed.length === 0 ? null : failureWords(failed, answers.length),
    };
  });
};

/** Whose words they are matters only where others say otherwise. */
const failureWords = (
  failed: readonly { readonly process: ProcessReport; readonly check: HealthCheck }[],
  asked: number,
): string => {
  const words = [...new Set(failed.flatMap(({ check }) => check.message ?? []))].join(' ');
  if (failed.length === asked) return words;
  return `${failed.map(({ process }) => process.name).join(', ')} (${failed.length} of ${asked} processes): ${words}`;
};

/** Not vital: work is taken, planned and decided, and what is approved waits. */
const workersCheck = (processes: readonly ProcessReport[]): HealthCheck => {
  const hasWorker = processes.some(({ role }) => role !== 'API');
  return {
    name: 'workers',
    isVital: false,
    status: hasWorker ? 'HEALTHY' : 'DEGRADED',
    message: hasWorker ? null : 'No worker is alive: what is approved waits until one is started.',
  };
};

/** What a process knows of a platform that it did not call lately is that nothing is wrong with its own guards. */
const hasWord = ({ recentCalls, status }: ExecutorHealth): boolean => recentCalls > 0 || status !== 'HEALTHY';

const mergedExecutor = (views: readonly ExecutorHealth[]): ExecutorHealth => {
  const withWord = views.filter(hasWord);
  const [breaker] = views.map(({ circuitBreaker }) => circuitBreaker).toSorted(byTrouble);
  const [limit] = views.map(({ rateLimit }) => rateLimit).toSorted(byUse);
  const first = views[0];
  if (!first || !breaker || !limit) throw new TypeError('Nobody has seen this platform.');
  const recentCalls = sumOf(views.map((view) => view.recentCalls));
  const times = sumOf(views.map((view) => view.recentCalls * (view.averageResponseMs ?? 0)));
  return {
    platform: first.platform,
    status: ofAll(withWord.map(({ status }) => status)),
    circuitBreaker: breaker,
    rateLimit: limit,
    lastSuccessAt: latest(views.map(({ lastSuccessAt }) => lastSuccessAt)),
    lastFailureAt: latest(views.map(({ lastFailureAt }) => lastFailureAt)),
    recentCalls,
    averageResponseMs: recentCalls === 0 ? null : Math.round(times / recentCalls),
    p50ResponseMs: slowest(views.map((view) => view.p50ResponseMs)),
    p95ResponseMs: slowest(views.map((view) => view.p95ResponseMs)),
    actionTypes: [...new Set(views.flatMap(({ actionTypes }) => actionTypes))].toSorted(),
  };
};

const byUse = (one: ExecutorHealth['rateLimit'], other: ExecutorHealth['rateLimit']): number =>
  other.current / other.limit - one.current / one.limit;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const slowest = (times: readonly (number | null)[]): number | null =>
  times.reduce((most, time) => (most === null || (time !== null && time > most) ? time : most), null);

const latest = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce((last, date) => (date && (!last || date > last) ? date : last), null);

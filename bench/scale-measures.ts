import { setTimeout } from 'node:timers/promises';
import { createDatabase, type Database } from '../packages/server/src/infra/database.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { createMetricsStore } from '../packages/server/src/record/metrics-store.ts';
import { windowShapes } from '../packages/server/src/modules/metrics/metrics-report.ts';
import type { BenchServer } from './bench-server.ts';
import type { BenchClient } from './client.ts';
import { approveLatency, percentiles, submitCallLatency, submitLatency, type Latency } from './measures.ts';
import { rareEventType, words, type ScaleRows } from './scale-rows.ts';

/** By what was done. */
export type ScaleTimes = Readonly<Record<string, Latency>>;

export interface ScaleTarget {
  readonly server: BenchServer;
  readonly client: BenchClient;
  readonly connectionString: string;
}

const samples = 30;
/** Enough for the slowest hundredth of them to be ten. */
const submissions = 1_000;
/** A statement that takes so long is not worth thirty of them. */
const mostMs = 6_000;

/** One after the other; the first is of a reader who comes to a cold statement, and is left out. */
const timed = async (act: () => Promise<unknown>): Promise<Latency> => {
  await act();
  const taken: number[] = [];
  const beganAt = performance.now();
  while (taken.length < samples && (taken.length < 5 || performance.now() - beganAt < mostMs)) {
    const startedAt = performance.now();
    await act();
    taken.push(performance.now() - startedAt);
  }
  return percentiles(taken);
};

const taskPage = (filter: string, first = 50): string =>
  `query ($after: String) { tasks(first: ${first}, after: $after${filter && `, filter: { ${filter} }`}) {
     nodes { id goal status risk environment createdAt submittedBy { name } } pageInfo { endCursor } } }`;
const taskCount = (filter: string): string =>
  `{ tasks(first: 1${filter && `, filter: { ${filter} }`}) { totalCount } }`;
const inbox = (filter: string): string =>
  `{ approvals(first: 50, filter: { ${filter} }) { nodes { id status expiresAt task { id goal risk environment } } } }`;
const audit = (filter: string): string =>
  `{ auditEntries(first: 50, filter: { ${filter} }) { nodes { seq type at summary } } }`;

/** What is asked, by its name. */
const queriesOf = (rows: ScaleRows): Readonly<Record<string, [query: string, variables?: object]>> => ({
  'tasks, first page': [taskPage('')],
  'tasks, page in the middle': [taskPage(''), { after: `tasks:${rows.middleId}` }],
  'tasks that failed': [taskPage('status: [FAILED]')],
  'tasks that wait for people': [taskPage('status: [AWAITING_APPROVAL]')],
  'tasks of an agent': [taskPage(`submittedById: "${rows.agentId}"`)],
  'count of all tasks': [taskCount('')],
  'count of tasks that succeeded': [taskCount('status: [SUCCEEDED]')],
  'count of tasks of an agent': [taskCount(`submittedById: "${rows.agentId}"`)],
  'badges: what needs a person': [
    '{ tasks(filter: { needsPerson: true }, first: 1) { totalCount } approvals(filter: { view: MINE }, first: 1) { totalCount } }',
  ],
  'inbox, first page': [inbox('view: MINE')],
  'inbox, of high risk': [inbox('view: MINE, risk: [HIGH]')],
  'inbox, in production': [inbox('view: ALL, environment: [PRODUCTION]')],
  'decided requests': [inbox('view: DECIDED')],
  'search for a common word': [taskPage(`search: "${words.common}"`)],
  'search for a rare word': [taskPage(`search: "${words.rare}"`)],
  'search for a word that is nowhere': [taskPage('search: "qqxyzzy"')],
  'count of a rare word': [taskCount(`search: "${words.rare}"`)],
  'audit, newest': [audit('')],
  'audit by a common type': [audit('types: ["task.succeeded"]')],
  'audit by a rare type': [audit(`types: ["${rareEventType}"]`)],
  'audit by a type that never was': [audit('types: ["backup.taken"]')],
  'audit of a task': [audit(`taskId: "${rows.middleId}"`)],
  queue: ['{ queue { totalQueued lanes { priority depth active } } }'],
});

const ask = async ({ url, adminKey }: BenchServer, query: string, variables: object = {}): Promise<void> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`${query} with ${JSON.stringify(variables)} was answered ${response.status}: ${text}`);
};

/** A figure that could not be had is told as what it is. */
const unanswered: Latency = {
  p50Ms: Number.POSITIVE_INFINITY,
  p95Ms: Number.POSITIVE_INFINITY,
  p99Ms: Number.POSITIVE_INFINITY,
};

/** By the store: the service keeps what it read for a while. */
const metricsTimes = async (database: Database): Promise<ScaleTimes> => {
  const store = createMetricsStore(database);
  const [tenant] = await database.query<{ id: string }>('SELECT id FROM tenant ORDER BY created_at LIMIT 1');
  if (!tenant) throw new Error('There is no tenant.');
  const read = (window: keyof typeof windowShapes) => () =>
    store.readWindow(tenant.id, windowShapes[window], null);
  return {
    'metrics of an hour': await timed(read('LAST_HOUR')),
    'metrics of 24 hours': await timed(read('LAST_24_HOURS')),
    'metrics of 7 days': await timed(read('LAST_7_DAYS')),
  };
};

const settledWithinMs = 300_000;

/** Until what ended has been summed up, which takes the next event as its word to begin. */
const untilSummedUp = async (client: BenchClient, database: Database): Promise<void> => {
  const beganAt = performance.now();
  for (;;) {
    await submitCallLatency(client, 1);
    const [row] = await database.query<{ isReached: boolean }>(
      `SELECT coalesce(max(to_at) > now() - interval '3 minutes', false) AS "isReached" FROM step_figures_cursor`,
    );
    if (row?.isReached) return;
    if (performance.now() - beganAt > settledWithinMs) throw new Error('Nobody sums up what ended.');
    await setTimeout(500);
  }
};

export const measureInstallation = async (
  { server, client, connectionString }: ScaleTarget,
  rows: ScaleRows,
  tell: (text: string) => void,
): Promise<ScaleTimes> => {
  await using database = createDatabase({
    connectionString,
    poolSize: 1,
    reportTimeoutMs: 60_000,
    logger: createLogger({ level: 'error' }),
  });
  await untilSummedUp(client, database);
  const times: Record<string, Latency> = {};
  for (const [name, [query, variables]] of Object.entries(queriesOf(rows))) {
    times[name] = await timed(() => ask(server, query, variables)).catch((error: unknown) => {
      tell(`  ${name}: ${String(error)}`);
      return unanswered;
    });
  }
  Object.assign(times, await metricsTimes(database));
  await submitCallLatency(client, 50);
  times.submit = await submitCallLatency(client, submissions);
  times['submit to done, with its claim'] = await submitLatency(client, 100);
  times['approve to done'] = await approveLatency(client, 100);
  return times;
};

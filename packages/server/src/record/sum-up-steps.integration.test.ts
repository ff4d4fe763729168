import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/until.ts';
import { agoMs, createRecordedWork, type RecordedWork } from '../../testing/recorded-work.ts';
import type { EventType, NewEvent } from '../domain/events.ts';
import type { Step } from '../domain/run.ts';
import type { Task } from '../domain/task.ts';
import type { Database } from '../infra/database.ts';
import { createLogger } from '../infra/logger.ts';
import { startSummingUp } from '../modules/metrics/summing-up.ts';
import { appendEvents, safeHorizon } from './event-store.ts';
import type { EndedSteps } from './merged-figures.ts';
import { createMetricsStore, type WindowShape } from './metrics-store.ts';
import { sumUpSteps } from './sum-up-steps.ts';
import { countEvents, forgetCounts } from './track-store.ts';

const stack = new AsyncDisposableStack();
let database: Database;
let owner: Database;
let work: RecordedWork;

beforeAll(async () => {
  const own = stack.use(await createTestDatabase());
  database = stack.use(own.open());
  owner = stack.use(own.open({ as: 'OWNER', poolSize: 1 }));
  work = createRecordedWork(database);
});
afterAll(() => stack.disposeAsync());

const minute = 60_000;
const windows: readonly WindowShape[] = [
  { points: 60, pointMs: minute },
  { points: 72, pointMs: 5 * minute },
  { points: 96, pointMs: 15 * minute },
  { points: 168, pointMs: 60 * minute },
];
const states = ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'REPLACED', 'CANCELLED', 'SKIPPED'] as const;

/** Of numbers, the same every time. */
const ended = (index: number): Partial<Step> => {
  const finishedAt = agoMs(30_000 + ((index * 7_919) % 1_000) ** 2 * 600);
  const earlier = (ms: number): Date => new Date(finishedAt.getTime() - ms);
  const tookMs = 20 + ((index * 104_729) % 3_000);
  return {
    state: states[index % states.length] ?? 'SUCCEEDED',
    platform: ['git', 'slack', 'noop'][index % 3] ?? 'noop',
    attempt: 1 + (index % 4 === 0 ? 1 : 0),
    readyAt: earlier(tookMs + (index % 500)),
    startedAt: earlier(tookMs),
    finishedAt,
  };
};

const tell = (...events: readonly NewEvent[]): Promise<void> =>
  database.transaction((tx) => {
    appendEvents(tx, events);
  });
const aboutTask = ({ id, tenantId }: Task, type: EventType): NewEvent =>
  anEvent(tenantId, { taskId: id, type });
const aboutStep = ({ id, tenantId, taskId }: Step, type: EventType): NewEvent =>
  anEvent(tenantId, { taskId, type, data: { stepId: id } });

/** An open transaction of another database of the server holds the log's horizon back. */
const sumUpAll = (): Promise<true> =>
  until(
    async () => {
      while (await sumUpSteps(database));
      const [row] = await database.query<{ isNoted: boolean }>(
        `SELECT coalesce((SELECT max(seq) FROM event) <= (SELECT seq FROM step_figures_cursor), false)
            AND NOT EXISTS (SELECT FROM step_figures_due) AS "isNoted"`,
      );
      return row?.isNoted === true || undefined;
    },
    () => 'the log is not summed up to its end',
  );
const countAll = (): Promise<true> =>
  until(
    async () => {
      while (await database.transaction(countEvents));
      const [row] = await database.query<{ isCounted: boolean }>(
        'SELECT (SELECT max(seq) FROM event) <= (SELECT seq FROM track_cursor) AS "isCounted"',
      );
      return row?.isCounted === true || undefined;
    },
    () => 'the log is not counted to its end',
  );
const dueNow = async (): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM step_figures_due',
  );
  return row?.count ?? 0;
};

test('what is summed up says what the steps say, also of those that changed since', async () => {
  const store = createMetricsStore(database);
  const tenantId = await work.tenant();
  const tasks = await Promise.all(Array.from({ length: 30 }, () => work.task(tenantId)));
  const rehearsal = await work.task(tenantId, { mode: 'NOOP' });
  const steps = await Promise.all(
    [...tasks, rehearsal].map((task, place) =>
      work.steps(
        task,
        Array.from({ length: 20 }, (_, index) => ended(place * 20 + index)),
      ),
    ),
  );
  const readAll = () =>
    Promise.all(
      windows.flatMap((shape) =>
        [null, 'git'].map(async (platform) => {
          const { overall, byPoint, byPlatform } = (await store.readWindow(tenantId, shape, platform)).steps;
          return { overall, byPoint, byPlatform };
        }),
      ),
    );
  const close = (figures: Awaited<ReturnType<typeof readAll>>) =>
    figures.map(({ overall, byPoint, byPlatform }) => ({
      overall: about(overall),
      byPoint: byPoint.map((point) => [point.at, about(point)]),
      byPlatform: byPlatform.map((each) => [each.platform, about(each)]),
    }));
  const compare = async (): Promise<void> => {
    // Without a word of what is summed up every step is read.
    const kept = await database.query<{ at: Date }>('SELECT to_at AS at FROM step_figures_cursor');
    expect(kept).toHaveLength(1);
    const summedUp = await readAll();
    await database.query(`UPDATE step_figures_cursor SET to_at = from_at`);
    const exact = await readAll();
    await database.query('UPDATE step_figures_cursor SET to_at = $1', [kept[0]?.at]);
    expect(close(summedUp)).toEqual(close(exact));
    expect(exact[6]?.overall.total).toBeGreaterThan(100);
    for (const [index, { overall }] of summedUp.entries()) {
      const p95 = exact[index]?.overall.p95ExecutionMs ?? Number.NaN;
      // A bin is five of a hundred wide, and of so few an exact one lies between two of them.
      if (overall.total > 100) expect(Math.abs((overall.p95ExecutionMs ?? 0) / p95 - 1)).toBeLessThan(0.05);
    }
  };

  await tell(...tasks.map((task) => aboutTask(task, 'task.submitted')));
  await sumUpAll();
  await compare();

  const [told, untold] = [steps.slice(0, 15), steps.slice(15, 30)].map((some) =>
    some.flat().filter(({ state }, index) => state === 'SUCCEEDED' && index % 5 === 0),
  );
  const undo = (some: readonly Step[] = []) =>
    Promise.all(some.map((step) => work.update({ ...step, state: 'UNDONE' })));
  await undo(told);
  await tell(...(told ?? []).map((step) => aboutStep(step, 'step.resolved')));
  await sumUpAll();
  await compare();

  // What no event of a step tells of is right with the end of its run.
  await undo(untold);
  await tell(...tasks.map((task) => aboutTask(task, 'task.rolled_back')));
  await sumUpAll();
  await compare();

  // The release before counts the log and knows of no sums.
  const again = steps.flat().filter(({ state }) => state === 'FAILED');
  await tell(
    ...again.map((step) => ({ ...aboutStep(step, 'step.failed'), at: step.finishedAt ?? new Date() })),
  );
  await Promise.all(again.map((step) => work.update({ ...step, state: 'READY', finishedAt: null })));
  await tell(...again.map((step) => aboutStep(step, 'step.retried')));
  await countAll();
  await sumUpAll();
  await compare();
});

test('an event of a step has its own points summed up again, one of its task alone has none', async () => {
  const tenantId = await work.tenant();
  const task = await work.task(tenantId);
  const steps = await work.steps(
    task,
    Array.from({ length: 40 }, (_, index) => {
      const finishedAt = agoMs((index + 5) * 60_000);
      return { state: 'SUCCEEDED' as const, readyAt: finishedAt, startedAt: finishedAt, finishedAt };
    }),
  );
  await sumUpAll();
  let summing: Promise<boolean> = Promise.resolve(false);
  const note = async (event: NewEvent): Promise<number> => {
    // What is due is noted, and stays while nobody can write sums.
    await summing;
    await sumUpAll();
    const [before] = await database.query<{ seq: bigint }>('SELECT seq FROM step_figures_cursor');
    await tell(event);
    // One round is all that is tried below: it has to see the event.
    await until(
      async () => {
        const [row] = await database.query<{ isSeen: boolean }>(
          `SELECT max(seq) < ${safeHorizon} AS "isSeen" FROM event`,
        );
        return row?.isSeen === true || undefined;
      },
      () => 'the log cannot be read to its end',
    );
    return owner.transaction(async (tx) => {
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await tx.query('LOCK TABLE step_figures IN EXCLUSIVE MODE');
      summing = sumUpSteps(database);
      const due = await until(
        async () => {
          const [after] = await database.query<{ seq: bigint }>('SELECT seq FROM step_figures_cursor');
          return after && after.seq > (before?.seq ?? 0n) ? await dueNow() : undefined;
        },
        () => 'nothing is noted',
      );
      // Others count on meanwhile.
      await tell(aboutTask(task, 'task.submitted'));
      await countAll();
      return due;
    });
  };
  expect(await note(aboutTask(task, 'run.locks_released'))).toBe(0);
  expect(await note(aboutStep(steps[20] as Step, 'step.resolved'))).toBeLessThanOrEqual(4);
  await summing;
  await sumUpAll();
});

test('nobody who follows the log waits while steps are read', async () => {
  const tenantId = await work.tenant();
  const task = await work.task(tenantId);
  const [step] = await work.steps(task, [{ ...ended(3), state: 'SUCCEEDED', finishedAt: agoMs(600_000) }]);
  await tell(aboutStep(step as Step, 'step.resolved'));
  await database.query("UPDATE step_figures_cursor SET to_at = to_at - interval '2 hours'");
  const reads: boolean[] = [];
  const watched: Pick<Database, 'transaction'> = {
    transaction: (each, options) =>
      database.transaction(
        (tx) =>
          each({
            cells: tx.cells,
            write: (text, values) => tx.write(text, values),
            async query<Row extends object>(text: string, values?: readonly unknown[]) {
              const rows = await tx.query<Row>(text, values);
              const [held] = await tx.query<{ isFree: boolean }>(
                'SELECT pg_current_xact_id_if_assigned() IS NULL AS "isFree"',
              );
              reads.push(held?.isFree === true);
              return rows;
            },
          }),
        options,
      ),
  };
  while (await sumUpSteps(watched));
  expect(reads.length).toBeGreaterThan(12);
  expect(reads).not.toContain(false);
});

/** Far from where a window begins, so that no time that passes moves one out of it. */
const minutesAgo = Array.from({ length: 70 }, (_, place) => place * 7).filter(
  (ago) => Math.abs(ago - 60) > 6 && Math.abs(ago - 358) > 8,
);

/** Of a database of its own: tenants, each with steps that ended through the last hours, and all that is told of them. */
const createPast = async (tenants: number) => {
  const own = await createTestDatabase();
  const db = own.open();
  const recorded = createRecordedWork(db);
  const ids: string[] = [];
  for (let index = 0; index < tenants; index += 1) {
    const id = await recorded.tenant();
    ids.push(id);
    await recorded.steps(
      await recorded.task(id),
      minutesAgo.map((ago) => {
        const finishedAt = agoMs(ago * minute + 40_000);
        return { state: 'SUCCEEDED' as const, readyAt: finishedAt, startedAt: finishedAt, finishedAt };
      }),
    );
  }
  const store = createMetricsStore(db);
  const totalsOf = () =>
    Promise.all(
      ids.flatMap((id) =>
        windows.map(async (shape) => (await store.readWindow(id, shape, null)).steps.overall.total),
      ),
    );
  const readCursor = async () => {
    const [row] = await db.query<{ toAt: Date; nextAt: Date | null; seq: bigint | null }>(
      'SELECT to_at AS "toAt", next_at AS "nextAt", seq FROM step_figures_cursor',
    );
    if (!row) throw new Error('Nothing is summed up.');
    return row;
  };
  return {
    db,
    totalsOf,
    readCursor,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
};

test('reports tell all after a stop of hours, however far it is summed up since', async () => {
  await using past = await createPast(1);
  const { db, totalsOf } = past;
  const exact = await totalsOf();
  while (await sumUpSteps(db));
  // It stopped within an hour, six hours ago.
  await db.query(
    `UPDATE step_figures_cursor SET to_at = date_bin(interval '1 hour', now(), timestamptz 'epoch') - interval '323 minutes'`,
  );
  await db.query(
    `DELETE FROM step_figures WHERE at + grain_ms * interval '1 millisecond' > (SELECT to_at FROM step_figures_cursor)`,
  );
  let rounds = 0;
  for (let isMore = true; isMore; rounds += 1) {
    isMore = await sumUpSteps(db);
    expect(await totalsOf()).toEqual(exact);
  }
  expect(rounds).toBeGreaterThan(5);
});

test('tenants are summed up in slices, and one that fails is tried with fewer of them', async () => {
  await using past = await createPast(4);
  const { db, totalsOf, readCursor } = past;
  const exact = await totalsOf();
  await db.query(
    `INSERT INTO step_figures_cursor (id, from_at, to_at, seq)
     SELECT 1, hour - interval '192 hours', hour - interval '2 hours', 0
       FROM date_bin(interval '1 hour', now(), timestamptz 'epoch') AS hour`,
  );
  const asked: number[] = [];
  const slow: Pick<Database, 'transaction'> = {
    transaction: (each, options) =>
      db.transaction(
        (tx) =>
          each({
            cells: tx.cells,
            write: (text, values) => tx.write(text, values),
            query<Row extends object>(text: string, values?: readonly unknown[]) {
              if (text.includes('CROSS JOIN LATERAL')) {
                const tenants = new Set(values?.[1] as string[]).size;
                asked.push(tenants);
                if (tenants > 1) return Promise.reject(new Error('took too long'));
              }
              return tx.query<Row>(text, values);
            },
          }),
        options,
      ),
  };
  const { toAt: began } = await readCursor();
  const loop = startSummingUp({
    database: { ...db, ...slow },
    readTo: () => 1n,
    logger: createLogger({ level: 'silent' }),
  });
  await until(
    async () => {
      const { toAt } = await readCursor();
      return toAt.getTime() >= began.getTime() + 2 * 60 * minute || undefined;
    },
    () => `it does not go on: ${asked.join()}`,
    { timeoutMs: 40_000 },
  );
  await loop[Symbol.asyncDispose]();
  expect(Math.max(...asked)).toBeGreaterThan(1);
  expect(asked.filter((tenants) => tenants === 1).length).toBeGreaterThan(1);
  while (await sumUpSteps(db));
  // What was not summed up here lies before what the cursor began with.
  const shortest = (all: readonly number[]) => all.filter((_, index) => index % windows.length === 0);
  expect(shortest(await totalsOf())).toEqual(shortest(exact));
}, 60_000);

test('what a release began that noted nothing is summed up anew', async () => {
  await using past = await createPast(1);
  const { db, totalsOf, readCursor } = past;
  const exact = await totalsOf();
  await db.query(
    `INSERT INTO step_figures_cursor (id, from_at, to_at)
     SELECT 1, hour - interval '192 hours', hour FROM date_bin(interval '1 hour', now(), timestamptz 'epoch') AS hour`,
  );
  while (await sumUpSteps(db));
  expect((await readCursor()).seq).not.toBeNull();
  expect(await totalsOf()).toEqual(exact);
});

test('what no window shows is forgotten by how far it is summed up, not by the time', async () => {
  await using own = await createTestDatabase();
  await using db = own.open();
  await db.query(
    `INSERT INTO step_figures (tenant_id, grain_ms, at, platform, total, succeeded, retried, replaced, executions, execution_us, queues, queue_us, bins)
     SELECT gen_random_uuid(), grain, now() - hours * interval '1 hour', '', 1, 1, 0, 0, 0, 0, 0, 0, '{}'
       FROM unnest('{60000,3600000}'::int[]) AS grain, unnest('{1,4,13,300}'::int[]) AS hours`,
  );
  const keptAfter = async (agoHours: number): Promise<number> => {
    await db.query(
      `INSERT INTO step_figures_cursor (id, from_at, to_at, seq) VALUES (1, now(), now() - $1 * interval '1 hour', 0)
       ON CONFLICT (id) DO UPDATE SET to_at = excluded.to_at`,
      [agoHours],
    );
    while (await db.transaction(forgetCounts));
    const [row] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM step_figures');
    return row?.count ?? 0;
  };
  expect(await keptAfter(400)).toBe(8);
  expect(await keptAfter(12)).toBe(6);
  expect(await keptAfter(0)).toBe(4);
});

/** Without the percentile, which is within three of a hundred; sums are kept in microseconds. */
const about = (figures: EndedSteps) =>
  [
    figures.total,
    figures.succeeded,
    figures.averageExecutionMs,
    figures.averageQueueMs,
    figures.retryRate,
    figures.fallbackRate,
  ].map((value) => value && Number(value.toFixed(6)));

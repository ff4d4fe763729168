import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { agoMs, createRecordedWork } from '../../testing/recorded-work.ts';
import type { ApprovalRequest } from '../domain/approval-request.ts';
import type { Principal } from '../domain/principal.ts';
import type { Step } from '../domain/run.ts';
import { sightOf, wholeTenant, type Sight } from '../domain/sight.ts';
import type { Task } from '../domain/task.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { createActionStore } from './action-store.ts';
import { createApprovalStore } from './approval-store.ts';
import { createDeadLetterStore } from './dead-letter-store.ts';
import { appendEvents, readEventPage } from './event-store.ts';
import { seenAmong } from './in-sight.ts';
import { createLockStore } from './lock-store.ts';
import { createQueueStore } from './queue-store.ts';
import { createRunStore } from './run-store.ts';
import { createTaskStore } from './task-store.ts';

interface Work {
  readonly task: Task;
  readonly request: ApprovalRequest;
  readonly steps: readonly Step[];
}

const stack = new AsyncDisposableStack();
let database: Database;
let tenantId: string;
/** By who submitted it. */
const all = new Map<string, Work>();
const ids: Record<string, string> = {};

const joins = async (
  name: string,
  type: Principal['type'],
  ownerId: string | null = null,
): Promise<string> => {
  const id = newId();
  await database.query(
    'INSERT INTO principal (id, tenant_id, type, name, roles, owner_id) VALUES ($1, $2, $3, $4, $5, $6)',
    [...[id, tenantId, type, name], ...['{SUBMITTER}', ownerId]],
  );
  return id;
};

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
  const work = createRecordedWork(database);
  tenantId = await work.tenant();
  const owner = (ids['owner'] = await joins('owner', 'HUMAN'));
  const other = await joins('other', 'HUMAN');
  ids['agent'] = await joins('agent', 'AGENT', owner);
  ids['sibling'] = await joins('sibling', 'AGENT', owner);
  ids['stranger'] = await joins('stranger', 'AGENT', other);
  const locks = createLockStore(database);
  for (const [name, submittedById] of Object.entries(ids)) {
    const task = await work.task(tenantId, { submittedById, status: 'FAILED' });
    const failed = { code: 'EXECUTION_TIMEOUT', message: 'It took too long.', retriable: true } as const;
    const steps = await work.steps(task, [
      { nextAttemptAt: agoMs(1_000) },
      {
        state: 'FAILED',
        attempt: 3,
        maxAttempts: 3,
        error: failed,
        startedAt: agoMs(9),
        finishedAt: agoMs(5),
      },
    ]);
    const runId = steps[0]?.runId ?? '';
    await database.transaction((tx) => locks.take(tx, [{ tenantId, taskId: task.id, runId, names: [name] }]));
    await database.transaction((tx) => {
      appendEvents(tx, [
        anEvent(tenantId, { taskId: task.id, actorId: owner, summary: name }),
        anEvent(tenantId, { taskId: null, actorId: submittedById, summary: `${name} itself` }),
      ]);
    });
    all.set(name, { task, request: await work.approval(task), steps });
  }
});
afterAll(() => stack.disposeAsync());

const works = (): readonly Work[] => [...all.values()];
const idsOf = (rows: readonly { readonly taskId: string | null }[]): (string | null)[] =>
  rows.map(({ taskId }) => taskId);

/** Ways to read work: each gives the ids of the tasks that it tells of. */
const reads: Readonly<Record<string, (sight: Sight) => Promise<readonly (string | null)[]>>> = {
  'tasks by their ids': async (sight) => {
    const found = await createTaskStore(database).findMany(
      sight,
      works().map(({ task }) => task.id),
    );
    return found.map(({ id }) => id);
  },
  'a page of tasks': async (sight) =>
    (await createTaskStore(database).page(sight, {}, 50, null)).map(({ id }) => id),
  'a page of open requests': async (sight) =>
    idsOf(
      await createApprovalStore(database).openPage(sight, anybodys, 50, { soonUntil: agoMs(0), after: null }),
    ),
  'requests by their ids': async (sight) => {
    const store = createApprovalStore(database);
    const found = await Promise.all(works().map(({ request }) => store.findById(sight, request.id)));
    return idsOf(found.filter((request) => request !== null));
  },
  'requests of tasks': async (sight) => {
    const keys = works().map(({ request: { taskId, revision } }) => ({ taskId, revision }));
    return idsOf(await createApprovalStore(database).find(database, keys, sight));
  },
  'runs by their ids': async (sight) => {
    const store = createRunStore(database);
    const found = await Promise.all(
      works().map(({ steps }) => store.findRunById(database, sight, steps[0]?.runId ?? '')),
    );
    return idsOf(found.filter((run) => run !== null));
  },
  'runs of tasks': async (sight) => {
    const store = createRunStore(database);
    const of = works().map(({ task }) => store.findRunsOfTask(database, sight, task.id));
    return idsOf((await Promise.all(of)).flat());
  },
  'runs of revisions': async (sight) => {
    const keys = works().map(({ task: { id: taskId, revision } }) => ({ taskId, revision }));
    return idsOf(await createRunStore(database).findRuns(database, keys, sight));
  },
  actions: async (sight) => [...new Set(idsOf(await createActionStore(database).page(sight, {}, 50, 0)))],
  'dead letters': async (sight) =>
    idsOf(await createDeadLetterStore(database).page(sight, { platform: undefined }, 50, null)),
  locks: async (sight) =>
    idsOf((await createLockStore(database).list(sight, 50)).filter(({ isSeen }) => isSeen)),
  'places in the queue': async (sight) =>
    idsOf(
      await createQueueStore(database).findPositions(
        sight,
        works().map(({ task }) => task.id),
      ),
    ),
  events: async (sight) => idsOf((await eventsOf(sight)).filter(({ taskId }) => taskId !== null)),
};
const anybodys = { view: 'ALL', viewerId: newId() } as const;
const eventsOf = (sight: Sight) => readEventPage(database, { sight, newestFirst: true, limit: 50 });

const agent = (sees: Principal['sees']): Sight =>
  sightOf({
    id: ids['agent'] ?? '',
    tenantId,
    type: 'AGENT',
    ownerId: ids['owner'] ?? null,
    ...(sees && { sees }),
  });
const seen = (...names: readonly string[]): string[] =>
  names.map((name) => all.get(name)?.task.id ?? '').toSorted();

test.each(Object.entries(reads))('%s are told as far as somebody sees', async (_what, read) => {
  const told = async (sight: Sight) => (await read(sight)).toSorted();
  expect(await told(agent(undefined))).toEqual(seen('agent'));
  expect(await told(agent('OWNER'))).toEqual(seen('agent', 'owner', 'sibling'));
  expect(await told(agent('TENANT'))).toEqual(seen(...all.keys()));
  expect(await told(wholeTenant(tenantId))).toEqual(seen(...all.keys()));
  expect(await told(wholeTenant(newId()))).toEqual([]);
});

test('what is counted is what is seen', async () => {
  const counts = async (sight: Sight) => [
    await createTaskStore(database).count(sight, {}),
    await createApprovalStore(database).count(sight, anybodys),
    (await createActionStore(database).count(sight, {})) / 2,
    (await createActionStore(database).countByHabit(sight, {})).total / 2,
    (await createActionStore(database).waiting(sight, 50)).length,
  ];
  expect(await counts(agent('OWN'))).toEqual([1, 1, 1, 1, 1]);
  expect(await counts(agent('OWNER'))).toEqual([3, 3, 3, 3, 3]);
  expect(await counts(wholeTenant(tenantId))).toEqual([4, 4, 4, 4, 4]);
});

test('of events without a task an agent sees what it did itself, read or live', async () => {
  const everything = await eventsOf(wholeTenant(tenantId));
  for (const sight of [agent('OWN'), agent('OWNER'), agent('TENANT')]) {
    const read = await eventsOf(sight);
    const isSeen = await seenAmong(database, sight, everything);
    expect(everything.filter(isSeen)).toEqual(read);
  }
  const alone = (await eventsOf(agent('OWNER'))).filter(({ taskId }) => taskId === null);
  expect(alone.map(({ summary }) => summary)).toEqual(['agent itself']);
});

import { createAuditQueries } from './queries.ts';
import { anEvent } from '../../../testing/events.ts';
import { graphql, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { populate, startAccessNode, type AccessNode } from '../../../testing/access-node.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import type { EventType, NewEvent } from '../../domain/events.ts';
import type { Principal } from '../../domain/principal.ts';
import { createBuilder } from '../../doors/graphql/schema/builder.ts';
import { createRefs } from '../../doors/graphql/schema/refs.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { createTaskStore } from '../../record/task-store.ts';
import { createWakeUps } from '../../infra/wakeups.ts';
import { addAccessSchema } from '../../doors/graphql/schema/access-schema.ts';
import { createPrincipalLoader } from '../../doors/graphql/schema/principal-loader.ts';
import { createEventReader } from '../../record/event-reader.ts';
import { createEventService } from '../events/index.ts';
import { createJournal, type Journal } from '../../record/journal.ts';
import { addAuditSchema } from '../../doors/graphql/schema/audit-schema.ts';
import { addLogEntryType } from '../../doors/graphql/schema/log-entry-type.ts';
import { sightOf } from '../../domain/sight.ts';

const logger = createLogger({ level: 'silent' });
const stack = new AsyncDisposableStack();
let testDatabase: TestDatabase;
let node: AccessNode;
let journal: Journal;
let schema: GraphQLSchema;
let people: Awaited<ReturnType<typeof populate>>;

beforeAll(async () => {
  testDatabase = stack.use(await createTestDatabase());
  node = stack.use(await startAccessNode(testDatabase));
  people = await populate(node);
  const wakeUps = stack.use(await createWakeUps(node.database, logger));
  const reader = stack.use(await createEventReader(node.database, wakeUps, logger));
  journal = createJournal(node.database, wakeUps);
  const builder = createBuilder();
  const refs = createRefs(builder);
  // A schema is valid with a subscription only; these modules have none.
  builder.subscriptionField('never', (t) =>
    t.boolean({
      authScopes: { read: true },
      subscribe: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
      }),
      resolve: () => true,
    }),
  );
  addAccessSchema(builder, refs, node.access, () => '');
  const tasks = createTaskStore(node.database);
  const events = createEventService(node.database, reader);
  addLogEntryType(refs, { cursorOf: events.cursorOf, loadPrincipal: createPrincipalLoader(node.access) });
  const operations = createAuditQueries({
    events,
    findTasks: (viewer, ids) => tasks.findMany(sightOf(viewer), ids),
    findPrincipals: ({ tenantId }, ids) => node.access.findPrincipals(tenantId, ids),
  });
  addAuditSchema(builder, refs, operations);
  schema = builder.toSchema();
});

afterAll(() => stack.disposeAsync());

const record = (...events: readonly NewEvent[]) =>
  journal.transaction((tx) => {
    events.forEach((event) => {
      tx.record(event);
    });
    return Promise.resolve();
  });
const event = (type: EventType, more: Parameters<typeof anEvent>[1] = {}): NewEvent =>
  anEvent(people.tenant.id, { type, summary: `This was ${type}`, data: { revision: 1 }, ...more });

const ask = async (variableValues: Record<string, unknown> = {}, viewer: Principal = people.admin) => {
  const { data, errors } = await graphql({
    schema,
    source: `query ($filter: AuditFilter, $first: Int, $after: String) {
      auditEntries(filter: $filter, first: $first, after: $after) {
        edges { cursor node { seq at type actor { name } taskId summary data digest traceparent } }
        nodes { seq type } pageInfo { hasNextPage endCursor } } }`,
    variableValues,
    contextValue: { viewer, requestId: 'test', traceparent: null },
  });
  const page = data?.auditEntries as
    | {
        edges: { cursor: string; node: Record<string, unknown> & { seq: string; type: string } }[];
        nodes: { seq: string; type: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      }
    | undefined;
  return { page, errors: (errors ?? []).map(({ message, extensions }) => ({ message, ...extensions })) };
};
const typesOf = async (variables: Record<string, unknown>, viewer?: Principal) =>
  (await ask(variables, viewer)).page?.nodes.map(({ type }) => type);

describe('audit entries', () => {
  it('tell who made what true, with a digest, newest first', async () => {
    const taskId = newId();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await record(
      event('task.submitted', { taskId, actorId: people.agent.id, traceparent }),
      event('task.planned', { taskId }),
    );
    const { page, errors } = await ask({ filter: { taskId } });
    expect(errors).toEqual([]);
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(page?.edges.map(({ node: entry }) => entry)).toEqual([
      expect.objectContaining({ type: 'task.planned', actor: null, traceparent: null, digest }),
      expect.objectContaining({
        type: 'task.submitted',
        actor: { name: 'deployer' },
        taskId,
        summary: 'This was task.submitted',
        data: { revision: 1 },
        traceparent,
        digest,
      }),
    ]);
    const [newer, older] = page?.edges ?? [];
    expect(BigInt(newer?.node.seq ?? 0)).toBeGreaterThan(BigInt(older?.node.seq ?? 0));
    expect(newer?.node.digest).not.toBe(older?.node.digest);
  });

  it('come page by page without a gap or a repetition', async () => {
    const taskId = newId();
    await record(
      ...Array.from({ length: 7 }, (_, index) => event('step.started', { taskId, data: { index } })),
    );
    const seen: unknown[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 3; pages += 1) {
      const { page } = await ask({ filter: { taskId }, first: 3, after });
      seen.push(...(page?.edges.map(({ node: entry }) => (entry.data as { index: number }).index) ?? []));
      expect(page?.pageInfo.hasNextPage).toBe(pages < 2);
      after = page?.pageInfo.endCursor ?? null;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it('are narrowed by who, what and when', async () => {
    const { id: taskId } = await createRecordedWork(node.database).task(people.tenant.id);
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    await record(
      event('session.started', { taskId, actorId: people.admin.id, at: at(1) }),
      event('session.ended', { taskId, actorId: people.admin.id, at: at(2) }),
      event('task.submitted', { taskId, actorId: people.agent.id, at: at(3) }),
    );
    expect(await typesOf({ filter: { taskId, actorId: people.agent.id } })).toEqual(['task.submitted']);
    expect(await typesOf({ filter: { taskId, types: ['session.ended', 'session.started'] } })).toEqual([
      'session.ended',
      'session.started',
    ]);
    expect(await typesOf({ filter: { taskId, from: at(2).toISOString(), to: at(3).toISOString() } })).toEqual(
      ['session.ended'],
    );
    expect(await typesOf({ filter: { taskId, from: at(9).toISOString() } })).toEqual([]);
    expect(
      await typesOf({ filter: { actorId: people.agent.id, from: at(9).toISOString(), taskId } }),
    ).toEqual([]);
  });

  it('are one tenant’s own', async () => {
    const other = await populate(node);
    const taskId = newId();
    await record(event('task.submitted', { taskId }));
    expect(await typesOf({ filter: { taskId } })).toEqual(['task.submitted']);
    for (const filter of [{ taskId }, { actorId: people.admin.id }])
      expect((await ask({ filter }, other.admin)).errors).toMatchObject([{ code: 'RESOURCE_NOT_FOUND' }]);
  });

  it('refuse a filter or a cursor that makes no sense, with every fault', async () => {
    const filter = { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z', types: ['task.vanished'] };
    const { page, errors } = await ask({ filter, after: '12; DROP TABLE event' });
    expect(page).toBeFalsy();
    expect(errors).toMatchObject([
      {
        code: 'SCHEMA_VALIDATION_FAILED',
        retriable: false,
        details: { faults: [{ path: 'filter.types[0]' }, { path: 'filter.from' }, { path: 'after' }] },
      },
    ]);
    expect((await ask({ first: 0 })).errors).toMatchObject([{ code: 'SCHEMA_VALIDATION_FAILED' }]);
    expect((await ask({ first: 201 })).errors).toMatchObject([{ code: 'SCHEMA_VALIDATION_FAILED' }]);
  });

  it('refuse an id that nobody has: silence means that nothing happened', async () => {
    expect((await ask({ filter: { taskId: newId(), actorId: newId() } })).errors).toMatchObject([
      {
        code: 'RESOURCE_NOT_FOUND',
        message: 'filter.actorId: there is no such principal. filter.taskId: there is no such task.',
      },
    ]);
    expect((await ask({ filter: { taskId: 'no id at all', actorId: 'me' } })).errors).toMatchObject([
      {
        code: 'SCHEMA_VALIDATION_FAILED',
        details: { faults: [{ path: 'filter.actorId' }, { path: 'filter.taskId' }] },
      },
    ]);
  });

  it('are for those who may read', async () => {
    const { errors } = await ask({}, { ...people.admin, roles: [] });
    expect(errors).toMatchObject([{ code: 'AUTHORIZATION_FAILED' }]);
    expect((await ask({}, { ...people.admin, roles: ['VIEWER'] })).errors).toEqual([]);
  });

  it('cannot be changed by the role that the application works as', async () => {
    await record(event('task.submitted'));
    await expect(node.database.query(`UPDATE event SET summary = 'nothing happened'`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(node.database.query('DELETE FROM event')).rejects.toThrow(/permission denied/);
  });
});

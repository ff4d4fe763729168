import { graphql, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aTask, anAgent } from '../../../../testing/domain-samples.ts';
import { createNoopExecutor } from '../../../../testing/executors/noop-executor.ts';
import { createTestDatabase } from '../../../../testing/postgres.ts';
import { createTestExecutors } from '../../../../testing/test-executors.ts';
import type { Task } from '../../../domain/task.ts';
import { createBuilder } from './builder.ts';
import { createRefs } from './refs.ts';
import { systemClock } from '../../../infra/clock.ts';
import type { Database } from '../../../infra/database.ts';
import { newId } from '../../../infra/ids.ts';
import { createLogger } from '../../../infra/logger.ts';
import { createTaskStore } from '../../../record/task-store.ts';
import { addPlanSchema } from './plan-schema.ts';
import type { ReadLines } from '../../../platforms/index.ts';
import { planReader } from '../../../record/plan-reader.ts';
import { createFindPlans } from '../../../modules/tasks/index.ts';
import { createPlanStore } from '../../../record/plan-store.ts';
import { createPlanner } from '../../../modules/tasks/planner.ts';
import { createPrepareActions } from '../../../platforms/contract/prepare-actions.ts';

const stack = new AsyncDisposableStack();
let db: Database;
let owner: Database;
let schema: GraphQLSchema;
let task: Task;
const log: string[] = [];
const logger = createLogger({ level: 'error', destination: { write: (line) => void log.push(line) } });
const viewer = anAgent({ id: crypto.randomUUID(), tenantId: crypto.randomUUID() });

/** Twelve lines of every file of the step that was planned. */
const readLines: ReadLines = ({ name }, { from, count }) =>
  Promise.resolve(name === 'one' ? { hunks: [], totalLines: 12, hasBothSides: from + count > 0 } : null);

/** A schema with plans and as much of a task as they hang on. */
const schemaOf = (database: Database, theTask: () => Task): GraphQLSchema => {
  const builder = createBuilder();
  const refs = createRefs(builder);
  refs.task.implement({
    description: 'A task.',
    authScopes: { read: true },
    fields: (t) => ({ id: t.exposeID('id', { description: 'UUID.' }) }),
  });
  refs.approval.implement({
    description: 'A request.',
    authScopes: { read: true },
    fields: (t) => ({ id: t.exposeID('id', { description: 'UUID.' }) }),
  });
  const findPlans = createFindPlans(createPlanStore(database), planReader, logger);
  addPlanSchema(builder, refs, { findPlans, positionsOf: () => [], readLines });
  builder.queryField('task', (t) =>
    t.field({ type: refs.task, authScopes: { read: true }, resolve: theTask }),
  );
  const never = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
  };
  const field = { authScopes: { read: true }, subscribe: () => never, resolve: () => true };
  builder.subscriptionField('never', (t) => t.boolean(field));
  builder.mutationField('nothing', (t) => t.boolean({ authScopes: { read: true }, resolve: () => true }));
  return builder.toSchema();
};

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  db = stack.use(database.open());
  owner = stack.use(database.open({ as: 'OWNER' }));
  schema = schemaOf(db, () => task);
});
afterAll(() => stack.disposeAsync());

beforeEach(async () => {
  const executors = createTestExecutors({ moreExecutors: [createNoopExecutor()] });
  const planner = createPlanner(systemClock, newId, logger);
  const id = newId();
  const request = {
    ...aTask({ id, tenantId: viewer.tenantId, submittedById: viewer.id, idempotencyKey: id }),
    actions: [{ name: 'one', type: 'noop.run', params: {}, dependsOn: [] }],
  };
  const { tenantId } = viewer;
  const made = await planner.plan({
    signal: new AbortController().signal,
    tenantId,
    taskId: id,
    revision: 1,
    requester: viewer,
    request,
    workflow: createPrepareActions(executors.prepare, () => null)(request.actions, 'DEVELOPMENT').workflow,
    policyBundle: 'b',
  });
  await executors[Symbol.asyncDispose]();
  if (!made.ok) throw new Error(made.refusal.message);
  const { plan } = made.value;
  task = { ...request, planHash: plan.hash };
  await db.transaction(async (tx) => {
    await createTaskStore(db).insertNew(tx, [task]);
    createPlanStore(db).insert(tx, [plan]);
  });
});

const ask = async (fields: string) => {
  const source = `{ task { id plan { ${fields} } } }`;
  const contextValue = { viewer, requestId: 'test', traceparent: null };
  const { data, errors } = await graphql({ schema, source, contextValue });
  const found = structuredClone(data?.task) as { plan: unknown } | undefined;
  return { plan: found?.plan, errors: (errors ?? []).map(({ message }) => message) };
};

/** As nobody could through the application: past its role and past the triggers. */
const alter = (assignment: string): Promise<unknown> =>
  owner.transaction(async (tx) => {
    await tx.query('SET LOCAL session_replication_role = replica');
    await tx.query(`UPDATE plan SET ${assignment}`);
  });

const everything =
  'revision hash summary risk riskFactors reversible document steps { name summary targets { name } }';

describe('the plan of a task', () => {
  it('is shown as it was made', async () => {
    const { plan, errors } = await ask(everything);
    expect(errors).toEqual([]);
    expect(plan).toMatchObject({ revision: 1, hash: task.planHash, steps: [{ name: 'one' }] });
  });

  it.each<[title: string, assignment: string, fields: string]>([
    ['another summary', "summary = 'Read a page'", 'summary'],
    ['another risk', "risk = 'CRITICAL'", 'hash'],
    [
      'another reason for its risk',
      `presentation = jsonb_set(presentation, '{riskFactors}', '["harmless"]')`,
      'riskFactors',
    ],
    [
      'another summary of a step',
      `presentation = jsonb_set(presentation, '{steps,0,summary}', '"Read a page"')`,
      'steps { summary }',
    ],
    [
      'another category',
      `presentation = jsonb_set(presentation, '{steps,0,category}', '"READ"')`,
      'steps { name }',
    ],
    [
      'undo that it has not',
      `presentation = jsonb_set(presentation, '{steps,0,reversible}', 'false')`,
      'reversible',
    ],
    ['nothing to show', "presentation = 'null'", 'summary'],
    ['something else to show', `presentation = '{"steps": {}, "riskFactors": "none"}'`, 'steps { name }'],
    ['steps that are none', `presentation = jsonb_set(presentation, '{steps}', '[null]')`, 'hash'],
    ['a step left out', `presentation = jsonb_set(presentation, '{steps}', '[]')`, 'steps { name }'],
    ['other bytes', `document = replace(document, '"one"', '"two"')`, 'hash'],
    ['another hash', `hash = repeat('0', 64)`, 'document'],
  ])('is not shown with %s', async (_title, assignment, fields) => {
    await alter(assignment);
    log.length = 0;
    expect(await ask(fields)).toEqual({ plan: null, errors: [] });
    expect(log).toEqual([expect.stringContaining('what is stored of a plan is not what was planned')]);
  });

  it('can be read by its revision, and among all', async () => {
    const source =
      '{ task { old: plan(revision: 1) { hash } none: plan(revision: 2) { hash } plans { revision } } }';
    const contextValue = { viewer, requestId: 'test', traceparent: null };
    const { data } = await graphql({ schema, source, contextValue });
    expect(data).toEqual({ task: { old: { hash: task.planHash }, none: null, plans: [{ revision: 1 }] } });
  });

  it('has the lines of a file part by part', async () => {
    const part = 'totalLines endCursor hasNextPage';
    const fields = `
      first: lines(step: "one", path: "a", first: 10) { ${part} }
      last: lines(step: "one", path: "a", first: 10, after: "lines:10") { ${part} }
      none: lines(step: "two", path: "a") { ${part} }`;
    expect(await ask(fields)).toEqual({
      plan: {
        first: { totalLines: 12, endCursor: 'lines:10', hasNextPage: true },
        last: { totalLines: 12, endCursor: 'lines:12', hasNextPage: false },
        none: null,
      },
      errors: [],
    });
    for (const args of ['first: 5001', 'first: 0', 'after: "10"', 'after: "lines:-1"', 'after: "lines:"']) {
      const { errors } = await ask(`lines(step: "one", path: "a", ${args}) { totalLines }`);
      expect(errors, args).toHaveLength(1);
    }
  });

  it('is never one of another tenant', async () => {
    await alter(`tenant_id = '${crypto.randomUUID()}'`);
    expect(await ask('hash')).toEqual({ plan: null, errors: [] });
  });
});

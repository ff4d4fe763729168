import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { faultsOfAnswer } from '../../../testing/graphql-abuse/answers.ts';
import { mutantOf } from '../../../testing/graphql-abuse/mutants.ts';
import { spoiledVariables } from '../../../testing/graphql-abuse/variables.ts';
import { ask } from '../../../testing/http-server.ts';
import { accepted } from '../../../testing/people.ts';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { testConfig } from '../../../testing/test-config.ts';
import { createApp, type App } from '../../app.ts';
import type { Database } from '../../infra/database.ts';
import { createLogger } from '../../infra/logger.ts';

const mutants = 3_000;
const anId = '0199f2a0-0000-7000-8000-000000000001';
const aHash = 'f'.repeat(64);
const aPlace = Buffer.from(JSON.stringify([0, 0, 0, anId])).toString('base64url');
const decision = { taskId: anId, revision: 1, planHash: aHash };

/** Calls as clients make them, and their variables. */
const goodCalls: readonly (readonly [string, object])[] = [
  [
    'query ($id: ID!) { task(id: $id) { id status goal events(first: 2) { nodes { seq type data } } approval { status } } }',
    { id: anId },
  ],
  [
    'query ($filter: TaskFilter, $first: Int, $after: String) { tasks(filter: $filter, first: $first, after: $after) { totalCount nodes { id } pageInfo { endCursor } } }',
    {
      filter: { status: ['QUEUED'], environment: ['PRODUCTION'], risk: ['LOW'] },
      first: 2,
      after: `tasks:${anId}`,
    },
  ],
  [
    'query ($filter: ApprovalFilter, $first: Int, $after: String) { approvals(filter: $filter, first: $first, after: $after) { nodes { id task { id } } } }',
    {
      filter: { view: 'MINE', taskId: anId, taskIds: [anId], risk: ['HIGH'] },
      first: 2,
      after: `approvals:${aPlace}`,
    },
  ],
  [
    'query ($filter: AuditFilter, $first: Int, $after: String) { auditEntries(filter: $filter, first: $first, after: $after) { nodes { seq summary } } }',
    {
      filter: {
        actorId: anId,
        taskId: anId,
        types: ['task.submitted'],
        from: '2026-01-01T00:00:00Z',
        to: '2027-01-01T00:00:00Z',
      },
      first: 2,
      after: '12',
    },
  ],
  ['query ($id: ID!) { approval(id: $id) { id status reviews { verdict } } }', { id: anId }],
  [
    'query ($platform: String, $window: MetricsWindow) { metrics(platform: $platform, window: $window) { __typename } }',
    { platform: 'noop', window: 'LAST_HOUR' },
  ],
  [
    'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { replayed refusal { code message details { ... on InputFaults { faults { path message } } } } task { id status } } }',
    {
      input: {
        idempotencyKey: 'a key',
        goal: 'Try it',
        actions: [{ name: 'one', type: 'noop.run', params: { label: 'x' }, dependsOn: [] }],
        mode: 'NOOP',
        priority: 'LOW',
        environment: 'DEVELOPMENT',
        justification: 'because',
        correlationId: 'c-1',
        source: 'ci',
        tags: ['a'],
        timeoutMs: 60_000,
        retry: { maxRetries: 1 },
      },
    },
  ],
  [
    'mutation ($input: ApproveTaskInput!) { approveTask(input: $input) { refusal { code } } }',
    { input: { ...decision, comment: 'fine' } },
  ],
  [
    'mutation ($input: RejectTaskInput!) { rejectTask(input: $input) { refusal { code } } }',
    { input: { ...decision, reason: 'not now' } },
  ],
  [
    'mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { refusal { code } } }',
    { input: { taskId: anId, reason: 'enough' } },
  ],
  [
    'mutation ($input: CreatePrincipalInput!) { createPrincipal(input: $input) { refusal { code details { ... on InputFaults { faults { path message } } } } } }',
    { input: { name: 'new', type: 'AGENT', roles: ['SUBMITTER'], ownerId: anId } },
  ],
  [
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { refusal { code } } }',
    { input: { name: 'key', principalId: anId, expiresAt: '2030-01-01T00:00:00Z' } },
  ],
  [
    'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { refusal { code } } }',
    { input: { apiKeyId: anId } },
  ],
];

const stack = new AsyncDisposableStack();
const log: string[] = [];
let app: App;
let owner: Database;
let key: string;
/** What is there, for filters: they refuse what nobody has. */
let there: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  owner = stack.use(database.open({ as: 'OWNER' }));
  const home = await mkdtemp(join(tmpdir(), 'countersign-abuse-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void log.push(line) } });
  app = stack.use(
    await createApp(testConfig(database.connectionString, home), logger, {
      moreExecutors: [createNoopExecutor()],
    }),
  );
  const { id: tenantId } = await app.access.ensureTenant('here');
  const admin = await app.access.ensurePrincipal({
    tenantId,
    type: 'HUMAN',
    name: 'Admin',
    roles: ['ADMIN', 'OPERATOR', 'APPROVER', 'SUBMITTER'],
    ownerId: null,
  });
  key = accepted(await app.access.issueApiKey(tenantId, { principalId: admin.id, name: 'test' })).secret;
  const input = { idempotencyKey: 'there', goal: 'Be there', actions: [{ type: 'noop.run', params: {} }] };
  const submit = 'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } } }';
  const { body } = await call(submit, { input });
  const { task } = body.data!['executeTask'] as { task: { id: string } };
  there = { actorId: admin.id, taskId: task.id, taskIds: [task.id] };
});
afterAll(() => stack.disposeAsync());

const call = (document: string, variables: object) => ask(app.url, document, { key, variables });

describe('calls of the API that mean harm', () => {
  it.each(goodCalls)('are none where they are as they should be: %s', async (document, variables) => {
    const known = JSON.stringify(variables, (name, value: unknown) => there[name] ?? value);
    const { body } = await call(document, JSON.parse(known) as object);
    expect(body.errors).toBeUndefined();
  });

  it(`find no way through: ${mutants} with other values or other documents than were meant`, async () => {
    const mutant = fc
      .constantFrom(...goodCalls)
      .chain(([document, variables]) =>
        fc.oneof(
          { weight: 2, arbitrary: fc.tuple(fc.constant(document), spoiledVariables(variables)) },
          { weight: 1, arbitrary: fc.tuple(mutantOf([document]), fc.constant(variables)) },
        ),
      );
    const property = fc.asyncProperty(mutant, async ([document, variables]) => {
      expect(faultsOfAnswer(await call(document, variables), document, variables)).toEqual([]);
    });
    await fc.assert(property, { numRuns: mutants });
  }, 120_000);

  it('leave the server as well as before', async () => {
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    expect(await call('{ viewer { principal { name } } }', {})).toMatchObject({
      body: { data: { viewer: { principal: { name: 'Admin' } } } },
    });
    expect(log.filter((line) => line.includes('failed unexpectedly'))).toEqual([]);
    expect(await owner.query('SELECT 1 FROM tenant')).toHaveLength(1);
  });
});

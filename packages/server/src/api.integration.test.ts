import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNoopExecutor } from '../testing/executors/noop-executor.ts';
import { createTestDatabase } from '../testing/postgres.ts';
import { testConfig } from '../testing/test-config.ts';
import { createApp, type App } from './app.ts';
import type { Outcome } from './domain/errors.ts';
import type { Principal } from './domain/principal.ts';
import type { Database } from './infra/database.ts';
import { createLogger } from './infra/logger.ts';

interface Answer<Data> {
  readonly status: number;
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}
type Call = <Data = Record<string, never>>(query: string, variables?: object) => Promise<Answer<Data>>;

const stack = new AsyncDisposableStack();
let app: App;
let owner: Database;

const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const callWith =
  (authorization?: string): Call =>
  async (query, variables = {}) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer<never>, 'status'>) };
  };

/** People of one tenant, each with a key. */
const tenantOf = async (name: string) => {
  const { id: tenantId } = await app.access.ensureTenant(name);
  const join = (
    type: Principal['type'],
    who: string,
    roles: Principal['roles'],
    ownerId: string | null = null,
  ): Promise<Principal> =>
    app.access.ensurePrincipal({ tenantId, type, name: who, roles: [...roles], ownerId });
  const admin = await join('HUMAN', 'Admin', ['ADMIN', 'OPERATOR', 'APPROVER']);
  const keyOf = async ({ id }: Principal): Promise<Call> => {
    const { secret } = valueOf(await app.access.issueApiKey(tenantId, { principalId: id, name: 'test' }));
    return callWith(`Bearer ${secret}`);
  };
  const owner = await join('HUMAN', 'Owner', ['VIEWER']);
  return {
    agent: await keyOf(await join('AGENT', 'Agent', ['SUBMITTER'], owner.id)),
    approver: await keyOf(await join('HUMAN', 'Approver', ['APPROVER'])),
    viewer: await keyOf(await join('HUMAN', 'Viewer', ['VIEWER'])),
    admin: await keyOf(admin),
  };
};

let here: Awaited<ReturnType<typeof tenantOf>>;
let elsewhere: Awaited<ReturnType<typeof tenantOf>>;

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  owner = stack.use(database.open({ as: 'OWNER' }));
  const home = await mkdtemp(join(tmpdir(), 'countersign-api-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const base = testConfig(database.connectionString, home);
  const config = {
    ...base,
    executors: {
      ...base.executors,
      egress: { allowedInternalHosts: ['wiki.internal:8443'] },
      repositories: [
        { name: 'gone', location: join(home, 'gone.git') },
        { location: 'https://git.example.com/team/', isPrefix: true },
      ],
    },
    secrets: { TRACKER: { value: 'a-value-that-nobody-reads', origins: ['https://tracker.example.com'] } },
  };
  app = stack.use(
    await createApp(config, createLogger({ level: 'fatal' }), { moreExecutors: [createNoopExecutor()] }),
  );
  here = await tenantOf('here');
  elsewhere = await tenantOf('elsewhere');
});
afterAll(() => stack.disposeAsync());

const executeTask = `mutation ($input: ExecuteTaskInput!) {
  executeTask(input: $input) {
    replayed
    refusal { code message retriable details { ... on InputFaults { faults { path message } } } }
    task { id status revision plan { hash } }
  }
}`;

interface Executed {
  readonly replayed: boolean;
  readonly refusal: {
    code: string;
    message: string;
    retriable: boolean;
    details: { faults: { path: string }[] } | null;
  } | null;
  readonly task: { id: string; status: string; revision: number; plan: { hash: string } } | null;
}

const submission = (more: object = {}): object => ({
  idempotencyKey: crypto.randomUUID(),
  goal: 'Try the API',
  actions: [{ type: 'noop.run', params: {} }],
  ...more,
});

const submit = async (call: Call, input: object): Promise<Executed> => {
  const { data, errors } = await call<{ executeTask: Executed }>(executeTask, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.executeTask;
};

interface Decided {
  readonly refusal: { code: string } | null;
  readonly task: { status: string } | null;
}

const decide = async (call: Call, field: 'approveTask' | 'rejectTask', input: object) => {
  const type = field === 'approveTask' ? 'ApproveTaskInput' : 'RejectTaskInput';
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { refusal { code details { ... on InputFaults { faults { path message } } } } task { status } } }`;
  const { data, errors } = await call<Record<string, Decided>>(query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data[field];
};

/** Each wants something of its own: what was rejected once is not asked again. */
const asked = async (): Promise<{ taskId: string; revision: number; planHash: string }> => {
  const actions = [{ type: 'noop.run', params: { label: crypto.randomUUID() } }];
  const { task } = await submit(here.agent, submission({ actions, requiresApproval: true }));
  if (!task) throw new Error('The task was refused.');
  return { taskId: task.id, revision: task.revision, planHash: task.plan.hash };
};

describe('bad input is refused with a code, and nothing is stored', () => {
  const git = (params: object) => ({ actions: [{ type: 'repo.commit', params }] });
  const file = { path: 'a.txt', content: 'a' };
  const commit = { repository: 'gone', branch: 'main', message: 'm', files: [file] };
  test.each([
    [
      'an unknown action type',
      { actions: [{ type: 'robot.dance', params: {} }] },
      'SCHEMA_VALIDATION_FAILED',
      ['actions[0].type'],
    ],
    [
      'params that do not fit, every fault listed',
      git({ repository: 'gone', branch: '', files: [{ path: '../x', content: 'a' }], surplus: 1 }),
      'SCHEMA_VALIDATION_FAILED',
      [
        'actions[0].params.branch',
        'actions[0].params.message',
        'actions[0].params.files[0].path',
        'actions[0].params.surplus',
      ],
    ],
    [
      'a circle of dependencies',
      {
        actions: [
          { name: 'a', type: 'noop.run', params: {}, dependsOn: ['b'] },
          { name: 'b', type: 'noop.run', params: {}, dependsOn: ['a'] },
        ],
      },
      'SCHEMA_VALIDATION_FAILED',
      ['actions[0].dependsOn'],
    ],
    [
      'an unknown dependency',
      { actions: [{ type: 'noop.run', params: {}, dependsOn: ['z'] }] },
      'SCHEMA_VALIDATION_FAILED',
      ['actions[0].dependsOn[0]'],
    ],
    ['a NUL in a text', { goal: 'a\u0000b' }, 'SCHEMA_VALIDATION_FAILED', ['goal']],
    [
      'an oversized payload',
      { actions: [{ type: 'noop.run', params: { label: 'x'.repeat(1_100_000) } }] },
      'SCHEMA_VALIDATION_FAILED',
      ['actions[0].params'],
    ],
    ['an unreachable repository', git(commit), null, ['actions[0].params.repository']],
    [
      'a repository that nobody allowed',
      git({ ...commit, repository: '/etc' }),
      null,
      ['actions[0].params.repository'],
    ],
    [
      'a URL that points inside',
      {
        actions: [
          {
            type: 'http.request',
            params: { method: 'POST', url: 'http://169.254.169.254/latest', body: 'x' },
          },
        ],
      },
      null,
      ['actions[0].params.url'],
    ],
  ])('%s', async (_name, more, code, paths) => {
    const { refusal, task } = await submit(here.agent, submission(more));
    expect(task).toBeNull();
    if (code !== null) expect(refusal?.code).toBe(code);
    const found = refusal?.details?.faults.map(({ path }) => path) ?? [];
    paths.forEach((path) => {
      expect(found).toContain(path);
    });
  });

  test('leaves nothing behind', async () => {
    const idempotencyKey = crypto.randomUUID();
    await submit(here.agent, submission({ idempotencyKey, goal: '' }));
    expect(await submit(here.agent, submission({ idempotencyKey }))).toMatchObject({
      refusal: null,
      replayed: false,
    });
  });
});

describe('an idempotency key', () => {
  test('gives the same task for the same body, and refuses another', async () => {
    const input = submission();
    const first = await submit(here.agent, input);
    const again = await submit(here.agent, input);
    expect(again).toMatchObject({ replayed: true, task: { id: first.task?.id } });
    const other = await submit(here.agent, { ...input, goal: 'Something else' });
    expect(other.refusal?.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('belongs to its tenant', async () => {
    const input = submission();
    await submit(here.agent, input);
    expect(await submit(elsewhere.agent, input)).toMatchObject({ replayed: false, refusal: null });
  });
});

describe('who may', () => {
  test.each([undefined, 'Bearer cs_wrong_key', 'Basic eDp5', 'Bearer'])(
    'not call with %s',
    async (authorization) => {
      const answer = await callWith(authorization)('{ viewer { principal { id } } }');
      expect(answer.status).toBe(401);
      expect(answer.errors?.[0]?.extensions.code).toBe('AUTHENTICATION_FAILED');
    },
  );

  test('submit: not a viewer', async () => {
    expect((await submit(here.viewer, submission())).refusal?.code).toBe('AUTHORIZATION_FAILED');
  });

  test('decide: no agent, no viewer, not twice, nobody else on a decided one', async () => {
    const ask = await asked();
    expect((await decide(here.agent, 'approveTask', ask))?.refusal?.code).toBe('NOT_ELIGIBLE');
    expect((await decide(here.viewer, 'approveTask', ask))?.refusal?.code).toBe('NOT_ELIGIBLE');
    expect((await decide(here.approver, 'approveTask', ask))?.refusal).toBeNull();
    expect((await decide(here.admin, 'approveTask', ask))?.refusal?.code).toBe('ALREADY_DECIDED');
  });

  test('decide: on exactly this revision and hash', async () => {
    const ask = await asked();
    for (const stale of [
      { ...ask, revision: 2 },
      { ...ask, planHash: ask.planHash.replace(/^./, 'x') },
    ]) {
      expect((await decide(here.approver, 'approveTask', stale))?.refusal?.code).toBe('CONFLICT');
    }
  });

  test("decide: on a request of one's own", async () => {
    const { task } = await submit(here.admin, submission({ requiresApproval: true }));
    const ask = { taskId: task?.id, revision: 1, planHash: task?.plan.hash };
    expect((await decide(here.admin, 'approveTask', ask))?.refusal?.code).toBe('SELF_APPROVAL');
  });

  test('reject only with a reason', async () => {
    const ask = await asked();
    expect((await decide(here.approver, 'rejectTask', { ...ask, reason: '..........' }))?.refusal?.code).toBe(
      'SCHEMA_VALIDATION_FAILED',
    );
    expect(
      await decide(here.approver, 'rejectTask', { ...ask, reason: 'The wrong branch, please' }),
    ).toMatchObject({
      task: { status: 'REJECTED' },
    });
  });
});

describe('a plan whose row cannot be read', () => {
  const approvals = `{
    approvals(filter: { view: MINE }) {
      nodes {
        viewerCanApprove viewerCanReject viewerIneligibility { code }
        task { id plan { hash summary risk reversible steps { name diffs { __typename } } } }
      }
    }
  }`;

  test.each([
    ['what is shown of it', `presentation = '{"steps": 7}'`],
    [
      'one word of what is shown of it',
      `presentation = jsonb_set(presentation, '{steps,0,summary}', '"Read"')`,
    ],
    ['its document', `document = '{'`],
    ['its hash', `hash = repeat('0', 64)`],
  ])('by %s is nobody’s to decide, and the others stay', async (_title, assignment) => {
    const good = await asked();
    const bad = await asked();
    await owner.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(`UPDATE plan SET ${assignment} WHERE task_id = $1`, [bad.taskId]);
    });

    const { data, errors } = await here.approver<{ approvals: { nodes: { task: { id: string } }[] } }>(
      approvals,
    );
    expect(errors).toBeUndefined();
    const nodeOf = ({ taskId }: { taskId: string }) =>
      data?.approvals.nodes.find(({ task }) => task.id === taskId);
    expect(nodeOf(bad)).toEqual({
      viewerCanApprove: false,
      viewerCanReject: false,
      viewerIneligibility: { code: 'CONFLICT' },
      task: { id: bad.taskId, plan: null },
    });
    expect(nodeOf(good)).toMatchObject({
      viewerCanApprove: true,
      viewerCanReject: true,
      viewerIneligibility: null,
      task: { plan: { hash: good.planHash, steps: [{ name: 'step-1' }] } },
    });

    expect(await decide(here.approver, 'approveTask', bad)).toMatchObject({ refusal: { code: 'CONFLICT' } });
    expect(await decide(here.approver, 'approveTask', good)).toMatchObject({ refusal: null });
  });
});

describe("another tenant's ids are not found", () => {
  test('by any door', async () => {
    const ask = await asked();
    const { data } = await here.approver<{ task: { approval: { id: string } } }>(
      'query ($id: ID!) { task(id: $id) { approval { id } } }',
      { id: ask.taskId },
    );
    const seen = await elsewhere.admin(
      `query ($task: ID!, $approval: ID!) {
        task(id: $task) { id }
        approval(id: $approval) { id }
        tasks { totalCount nodes { id } }
      }`,
      { task: ask.taskId, approval: data?.task.approval.id },
    );
    expect(seen.data).toMatchObject({ task: null, approval: null });
    expect(JSON.stringify(seen.data)).not.toContain(ask.taskId);
    for (const filtered of [
      'tasks(filter: { ids: [$task] }) { totalCount }',
      'approvals(filter: { taskId: $task }) { totalCount }',
      'approvals(filter: { taskIds: [$task] }) { totalCount }',
      'auditEntries(filter: { taskId: $task }) { nodes { seq } }',
    ]) {
      const refused = await elsewhere.admin(`query ($task: ID!) { ${filtered} }`, { task: ask.taskId });
      expect(refused.errors).toMatchObject([{ extensions: { code: 'RESOURCE_NOT_FOUND' } }]);
    }
    expect((await decide(elsewhere.approver, 'approveTask', ask))?.refusal?.code).toBe('RESOURCE_NOT_FOUND');
    const cancel = `mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { refusal { code } } }`;
    const cancelled = await elsewhere.admin(cancel, { input: { taskId: ask.taskId } });
    expect(cancelled.data).toMatchObject({ cancelTask: { refusal: { code: 'RESOURCE_NOT_FOUND' } } });
  });
});

test('a filter that no task can meet finds none, and is no fault of ours', async () => {
  const query = 'query ($filter: TaskFilter) { tasks(filter: $filter) { nodes { id } totalCount } }';
  for (const filter of [{ search: '%\u0000' }, { tag: '\u0000' }, { correlationId: '\ud800' }]) {
    const { data, errors } = await here.agent(query, { filter });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ tasks: { nodes: [], totalCount: 0 } });
  }
});

test('a filter that names what is not there is refused, with every fault and not with an empty list', async () => {
  const query = 'query ($filter: TaskFilter) { tasks(filter: $filter) { nodes { id } } }';
  const task = (await submit(here.agent, submission())).task?.id ?? '';
  const refusalOf = async (filter: object): Promise<unknown> => {
    const [error, ...more] = (await here.agent(query, { filter })).errors ?? [];
    expect(more).toEqual([]);
    return error;
  };
  const nobody = crypto.randomUUID();
  expect(await refusalOf({ ids: [task, nobody], submittedById: nobody })).toMatchObject({
    message: 'filter.ids[1]: there is no such task. filter.submittedById: there is no such principal.',
    extensions: { code: 'RESOURCE_NOT_FOUND' },
  });
  expect(await refusalOf({ ids: [task, 'me'], submittedById: 'me' })).toMatchObject({
    message: 'filter.ids[1]: this is not an id (and 1 more)',
    extensions: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
  const { data } = await here.agent(query, { filter: { ids: [task.toUpperCase()] } });
  expect(data).toEqual({ tasks: { nodes: [{ id: task }] } });
});

describe('what a caller may use', () => {
  const ask = (call: Call) =>
    call(`{ capabilities {
      actionTypes platforms repositories { name isPrefix } publicPorts internalHosts secrets
      decidesIn canExpedite maxOpenApprovals requestsPerMinute
    } }`);
  const limits = { maxOpenApprovals: 1_000_000, requestsPerMinute: 1_000_000_000 };

  test('an agent learns what its tasks can reach, and no value of a secret', async () => {
    const answer = await ask(here.agent);
    expect(answer.data?.['capabilities']).toEqual({
      actionTypes: expect.arrayContaining(['http.request@1', 'repo.commit@1']),
      platforms: expect.arrayContaining(['git', 'http']),
      repositories: [
        { name: 'gone', isPrefix: false },
        { name: 'https://git.example.com/team/', isPrefix: true },
      ],
      publicPorts: [80, 443],
      internalHosts: ['wiki.internal:8443'],
      secrets: ['TRACKER'],
      decidesIn: [],
      canExpedite: false,
      ...limits,
    });
    expect(JSON.stringify(answer)).not.toContain('a-value-that-nobody-reads');
  });

  test('an approver learns where their key decides, and that they submit nothing', async () => {
    const answer = await ask(here.approver);
    expect(answer.data?.['capabilities']).toEqual({
      actionTypes: [],
      platforms: [],
      repositories: [],
      publicPorts: [],
      internalHosts: [],
      secrets: [],
      decidesIn: ['DEVELOPMENT', 'STAGING'],
      canExpedite: false,
      ...limits,
    });
  });

  test('an operator may submit as CRITICAL, and who only reads may use nothing', async () => {
    expect((await ask(here.admin)).data?.['capabilities']).toMatchObject({
      canExpedite: true,
      secrets: ['TRACKER'],
    });
    expect((await ask(here.viewer)).data?.['capabilities']).toMatchObject({
      canExpedite: false,
      secrets: [],
      decidesIn: [],
    });
  });

  test('who has no key learns nothing', async () => {
    const answer = await ask(callWith());
    expect(answer.data?.['capabilities']).toBeUndefined();
    expect(answer.errors?.[0]?.extensions.code).toBe('AUTHENTICATION_FAILED');
  });
});

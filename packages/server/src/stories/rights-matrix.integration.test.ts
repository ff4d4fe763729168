import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { asks, type Answer } from '../../testing/rights/asking.ts';
import { mcpCalls, restCalls, type OtherCall } from '../../testing/rights/other-doors.ts';
import { rootFields, type RootField } from '../../testing/rights/root-fields.ts';
import { argumentsOf, type Samples } from '../../testing/rights/samples.ts';
import { createMatrixTenant, type MatrixCaller, type MatrixTenant } from '../../testing/rights/tenant.ts';
import { testConfig } from '../../testing/test-config.ts';
import { until } from '../../testing/until.ts';
import { value } from '../../testing/access-node.ts';
import { createApp, type App } from '../app.ts';
import { hasRight, type Right } from '../domain/principal.ts';
import { rightWords } from '../modules/operation.ts';
import type { Database } from '../infra/database.ts';
import { createLogger } from '../infra/logger.ts';

const stack = new AsyncDisposableStack();
let app: App;
let owner: Database;
let here: MatrixTenant;
let elsewhere: MatrixTenant;
let others: readonly OtherCall[];
const fields = rootFields();
const asked = fields.filter(({ kind }) => kind !== 'subscription');

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  owner = stack.use(database.open({ as: 'OWNER' }));
  const home = await mkdtemp(join(tmpdir(), 'countersign-rights-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  app = stack.use(
    await createApp(testConfig(database.connectionString, home), createLogger({ level: 'fatal' }), {
      moreExecutors: [createNoopExecutor()],
    }),
  );
  here = await createMatrixTenant(app, fields, 'mark-here');
  elsewhere = await createMatrixTenant(app, fields, 'mark-elsewhere');
  others = [...(await restCalls(app.url)), ...(await mcpCalls(app.url, here.everything))];
});
afterAll(() => stack.disposeAsync());

/** Addresses and tools that are no operation by their own name. */
const rightsOfOthers: Readonly<Record<string, Right>> = {
  ...of(
    'READ',
    'plan listIntents findIntent listExecutions findExecution listAgents listTools recentActions',
  ),
  ...of('READ', 'actionQueue actionMetrics actionHealth actionEvents contextActions'),
  ...of(
    'READ',
    'get_task wait_for_task list_tasks list_action_types cancel_task answer_question record_feedback',
  ),
  ...of('SUBMIT', 'executeIntent submit_task'),
  ...of('DECIDE', 'decideTask approveIntent rejectIntent approveAction rejectAction'),
  ...of('OPERATE', 'pauseExecution resumeExecution cancelExecution'),
  ...of('ADMINISTER', 'backupStatus backupProgress'),
};
function of(right: Right, names: string): Record<string, Right> {
  return Object.fromEntries(names.split(' ').map((name) => [name, right]));
}
/** A tool of an action type submits it. */
const isActionTool = (name: string): boolean => /^[a-z]+(-[a-z]+)+$/.test(name);

/** What a rule asks for beyond the right: one's own sessions anybody ends, and those of others an administrator. */
const rightsByRule: Readonly<Record<string, Right>> = {
  ...of('ADMINISTER', 'createSignInLink endSessions'),
  ...of('DECIDE', 'approveTask rejectTask decideTasks askRequester requestChanges withdrawApproval'),
};

const rightOf = (name: string): Right => {
  const operations: Readonly<Record<string, { readonly right: Right }>> = app.operations;
  const right =
    rightsByRule[name] ??
    operations[name]?.right ??
    rightsOfOthers[name] ??
    (isActionTool(name) ? 'SUBMIT' : undefined);
  if (!right) throw new Error(`Nobody says which right ${name} needs: say it in rightsOfOthers.`);
  return right;
};

const askField = (field: RootField, caller: MatrixCaller, samples: Samples): Promise<Answer> =>
  asks(app.url, caller, field, argumentsOf(field.name, field.args, samples));

const missing = [...Object.values(rightWords), 'There is no tool'];
const lacksRight = ({ text }: Answer): boolean => missing.some((words) => text.includes(words));

/** Of these, what is asked about is looked at first: that there is none, or that it has ended, is told before. */
const looksFirst = new Set([
  ...Object.keys(of('DECIDE', 'decideTask approveIntent rejectIntent approveAction rejectAction')),
  ...Object.keys(
    of('DECIDE', 'approveTask rejectTask decideTasks askRequester requestChanges withdrawApproval'),
  ),
  ...Object.keys(of('OPERATE', 'pauseExecution resumeExecution cancelExecution')),
]);
const isRefused = ({ status, codes }: Answer): boolean => status >= 400 || codes.length > 0;

/** What is wrong with how these callers were answered. */
const faultsOf = async (name: string, ask: (caller: MatrixCaller) => Promise<Answer>): Promise<string[]> => {
  const right = rightOf(name);
  const found = await Promise.all(
    here.callers.map(async (caller) => {
      const answer = await ask(caller);
      const { status, text } = answer;
      if (caller.key === null) return status === 401 ? [] : [`${name}: nobody is answered with ${status}`];
      const may = hasRight(caller, 'READ') && hasRight(caller, right);
      const isAsSaid = may ? !lacksRight(answer) : lacksRight(answer);
      if (isAsSaid || (!may && looksFirst.has(name) && isRefused(answer))) return [];
      return [`${name} (${right}): ${caller.name} ${may ? 'may not' : 'may'}: ${text.slice(0, 200)}`];
    }),
  );
  return found.flat();
};

test('every sample is one that its operation takes', async () => {
  const spoiled: string[] = [];
  for (const field of asked) {
    const { text, codes } = await askField(field, here.everything, here.samples);
    const isFaulty = codes.includes('SCHEMA_VALIDATION_FAILED') || codes.includes('QUERY_TOO_COMPLEX');
    if (isFaulty) spoiled.push(`${field.name}: ${text.slice(0, 200)}`);
  }
  for (const { door, name, ask } of others) {
    // The parameters of a platform's action are its own; and of a task a part is approved once.
    if (isActionTool(name) || name === 'approvePart') continue;
    const { status, text, codes } = await ask(here.everything, here.samples);
    if (door === 'REST' ? status === 400 : codes.includes('SCHEMA_VALIDATION_FAILED'))
      spoiled.push(`${door} ${name}: ${text.slice(0, 200)}`);
  }
  expect(spoiled).toEqual([]);
});

test('everybody may do what the operation says, and nobody else', async () => {
  const faults: string[] = [];
  for (const field of asked)
    faults.push(...(await faultsOf(field.name, (caller) => askField(field, caller, here.samples))));
  for (const { name, ask } of others)
    faults.push(...(await faultsOf(name, (caller) => ask(caller, here.samples))));
  expect(faults).toEqual([]);
});

/** What an answer tells of another tenant that the question did not. */
const leaksIn = (name: string, asking: string, { text }: Pick<Answer, 'text'>): string[] =>
  [elsewhere.mark, ...elsewhere.ids].some((each) => text.includes(each) && !asking.includes(each))
    ? [`${name}: ${text.slice(0, 200)}`]
    : [];

/**
 * All rows of a tenant, but for what goes on by itself, what everybody's log tells of the installation, and what it was
 * refused itself, which is written down by and by.
 */
const rowsOf = async ({ id }: MatrixTenant): Promise<Record<string, unknown>> => {
  const tables = await owner.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public'
       AND column_name = 'tenant_id' AND table_name NOT IN ('audit_seal', 'target_watch', 'job') ORDER BY 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const rows = await Promise.all(
    tables.map(({ name }) =>
      owner.query<{ hash: string }>(
        `SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) AS hash
           FROM (SELECT to_jsonb(t) - '{last_used_at,cursor,lease,lease_until}'::text[] AS row FROM "${name}" t WHERE tenant_id = $1) r
          WHERE coalesce(row->>'type', '') NOT IN ('backup.taken', 'attempt.refused')`,
        [id],
      ),
    ),
  );
  return Object.fromEntries(tables.map(({ name }, at) => [name, rows[at]?.[0]?.hash]));
};

test('nobody sees or changes anything of another tenant, whatever id they send', async () => {
  await until(
    async () =>
      (await owner.query('SELECT FROM policy_simulation WHERE ended_at IS NULL')).length === 0 || undefined,
    () => 'a simulation goes on',
  );
  let shown = 0;
  for (const field of asked.filter(({ kind }) => kind === 'query')) {
    const { text } = await askField(field, elsewhere.everything, elsewhere.samples);
    if (text.includes(elsewhere.mark)) shown += 1;
  }
  // What the owner is shown would be found with anybody else.
  expect(shown).toBeGreaterThan(15);
  const before = await rowsOf(elsewhere);
  const leaks: string[] = [];
  for (const field of asked) {
    const given = argumentsOf(field.name, field.args, { ...here.samples, ...elsewhere.idSamples });
    const answer = await asks(app.url, here.everything, field, given);
    leaks.push(...leaksIn(field.name, JSON.stringify(given), answer));
  }
  const sent = elsewhere.ids.join();
  for (const { name, ask } of others) {
    const answer = await ask(here.everything, { ...here.samples, ...elsewhere.idSamples });
    leaks.push(...leaksIn(name, sent, answer));
  }
  expect(leaks).toEqual([]);
  expect(await rowsOf(elsewhere)).toEqual(before);
});

/** One that is there beside the agent that asked for everything; it asks for something of its own. */
const aStranger = async (
  type: 'AGENT' | 'SERVICE',
): Promise<{ readonly caller: MatrixCaller; readonly samples: Samples }> => {
  const { access } = app;
  const { id, roles } = await access.ensurePrincipal({
    tenantId: here.id,
    type,
    name: `stranger ${type}`,
    roles: ['VIEWER', 'SUBMITTER', 'OPERATOR'],
    ownerId: here.ownerId,
  });
  const { secret } = value(await access.issueApiKey(here.id, { principalId: id, name: 'stranger' }));
  const own = ['goal', 'task', 'reason', 'note', 'question', 'answer', 'comment', 'evidence', 'name'];
  return {
    caller: { id, name: `stranger ${type}`, roles, tenantId: here.id, key: secret },
    samples: {
      ...here.samples,
      ...Object.fromEntries(own.map((name) => [name, `Of its own, ${crypto.randomUUID()}`])),
    },
  };
};

test.each(['AGENT', 'SERVICE'] as const)(
  'an %s sees nothing of what another submitted, whatever id it sends and whatever its roles',
  async (type) => {
    const { caller, samples } = await aStranger(type);
    const told: string[] = [];
    const look = (name: string, { text }: Pick<Answer, 'text'>): void => {
      if (here.words.some((words) => text.includes(words))) told.push(`${name}: ${text.slice(0, 300)}`);
    };
    let shown = 0;
    for (const field of asked) {
      if (field.kind === 'query') {
        const { text } = await askField(field, here.everything, here.samples);
        if (here.words.some((words) => text.includes(words))) shown += 1;
      }
      look(field.name, await askField(field, caller, samples));
    }
    for (const { door, name, ask } of others) look(`${door} ${name}`, await ask(caller, samples));
    for (const field of fields.filter(({ kind }) => kind === 'subscription')) {
      const given = argumentsOf(field.name, field.args, { ...samples, after: '0' });
      if (!JSON.stringify(given).includes(here.taskId)) continue;
      look(field.name, { text: await firstOf(field, caller, given) });
    }
    expect(told).toEqual([]);
    // What people are shown would be found with the agent.
    expect(shown).toBeGreaterThan(5);
  },
);

/** What a stream tells first: something, or why it tells nothing. */
const firstOf = async (field: RootField, caller: MatrixCaller, variables: Record<string, unknown>) => {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: caller.key === null ? {} : { authorization: `Bearer ${caller.key}` },
  });
  const told = new Promise<string>((resolve) => {
    client.subscribe(
      { query: field.document, variables },
      {
        next: (value) => {
          resolve(JSON.stringify(value));
        },
        error: (error) => {
          resolve(`refused: ${error instanceof CloseEvent ? error.code : JSON.stringify(error)}`);
        },
        complete: () => {
          resolve('refused: it ended');
        },
      },
    );
  });
  try {
    return await told;
  } finally {
    await client.dispose();
  }
};

test('no stream tells of another tenant, nor anything to nobody', async () => {
  const streams = fields.filter(({ kind }) => kind === 'subscription');
  const nobody = here.callers.find(({ key }) => key === null);
  if (!nobody) throw new Error('Everybody is somebody.');
  let following = 0;
  for (const field of streams) {
    expect(rightOf(field.name)).toBe('READ');
    const given = argumentsOf(field.name, field.args, { ...here.samples, ...elsewhere.idSamples });
    expect(await firstOf(field, nobody, given)).toMatch(/^refused/);
    if (!elsewhere.ids.some((id) => JSON.stringify(given).includes(id))) continue;
    following += 1;
    expect(await firstOf(field, here.everything, given), field.name).toMatch(/^refused|RESOURCE_NOT_FOUND/);
  }
  expect(following).toBeGreaterThanOrEqual(2);
});

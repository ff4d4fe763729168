import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedPolicyData } from '../../../testing/policy-data.ts';
import { createRestWorld, type RestAnswer, type RestWorld } from '../../../testing/rest-world.ts';

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 0 }));
});
afterAll(() => world[Symbol.asyncDispose]());

const aKey = (): { 'idempotency-key': string } => ({ 'idempotency-key': crypto.randomUUID() });
const asks = async (more: object = {}): Promise<RestAnswer['body']> => {
  const body = { goal: 'Ask', actions: [{ type: 'noop.run', params: {} }], requiresApproval: true, ...more };
  const answer = await world.agent.call('POST', '/tasks', { body, headers: aKey() });
  expect(answer.status).toBe(202);
  return answer.body;
};
const taskOf = async (id: unknown, query = ''): Promise<RestAnswer['body']> =>
  (await world.agent.call('GET', `/tasks/${String(id)}${query}`)).body;

describe('people decide', () => {
  test('by the token of what they saw, and it runs', async () => {
    const { task_id: id, approval_token: token } = await asks();
    const plan = await world.ann.call('GET', `/tasks/${String(id)}/plan`);
    expect(plan.body).toMatchObject({ approval_token: token, steps: [{ action: 'noop.run@1' }] });
    const body = { decision: 'approve', approval_token: token };
    const decided = await world.ann.call('POST', `/approvals/${String(id)}`, { body, headers: aKey() });
    expect(decided).toMatchObject({
      status: 200,
      body: {
        decision: 'approve',
        decidedById: world.ann.id,
        replayed: false,
        approval: { status: 'APPROVED' },
      },
    });
    expect(await taskOf(id, '?wait=20')).toMatchObject({ status: 'succeeded', approval_token: null });
    const said = { outcome: 'SUCCESS', executionQuality: 5, notes: 'As it should be' };
    expect(await world.ann.call('POST', `/tasks/${String(id)}/feedback`, { body: said })).toMatchObject({
      status: 201,
      body: { task_id: id, notes: 'As it should be' },
    });
    const again = await world.ann.call('POST', `/approvals/${String(id)}`, { body, headers: aKey() });
    expect(again).toMatchObject({ status: 200, body: { replayed: true, status: 'succeeded' } });
    const other = { decision: 'reject', reason: 'On second thoughts, no.', approval_token: token };
    expect(
      await world.ann.call('POST', `/approvals/${String(id)}`, { body: other, headers: aKey() }),
    ).toMatchObject({ status: 409, body: { reason: 'ALREADY_DECIDED' } });
  });

  test('once by a key: another decision with it is refused, and the first stands', async () => {
    const [one, other] = [await asks(), await asks()];
    const keyed = aKey();
    const decides = ({ task_id: id, approval_token: token }: Record<string, unknown>, more: object) =>
      world.ann.call('POST', `/approvals/${String(id)}`, {
        body: { approval_token: token, ...more },
        headers: keyed,
      });
    const approval = { decision: 'approve' };
    const rejection = { decision: 'reject', reason: 'On second thoughts, no.' };
    expect(await decides(one, approval)).toMatchObject({ status: 200, body: { replayed: false } });
    for (const answer of [await decides(one, rejection), await decides(other, approval)])
      expect(answer).toMatchObject({ status: 409, body: { reason: 'CONFLICT' } });
    expect(await decides(one, approval)).toMatchObject({ status: 200, body: { replayed: true } });
    expect(await taskOf(other.task_id)).toMatchObject({ status: 'awaiting_approval' });
  });

  test.each([
    ['the agent itself', 'agent'],
    ['its owner', 'olga'],
  ] as const)('and %s does not', async (_words, who) => {
    const { task_id: id, revision, planHash } = await asks();
    const body = { decision: 'approve', revision, planHash };
    const answer = await world[who].call('POST', `/approvals/${String(id)}`, { body, headers: aKey() });
    expect(answer).toMatchObject({ status: 403, body: { code: 'AUTHORIZATION_FAILED' } });
    expect(await taskOf(id)).toMatchObject({ status: 'awaiting_approval' });
  });

  test('on the revision that they see: what an edit took the place of stays as it was', async () => {
    const { task_id: id, revision, planHash } = await asks();
    const actions = [{ type: 'noop.run', params: { label: 'smaller' } }];
    const body = { revision, planHash, actions, comment: 'smaller' };
    const edited = await world.ann.call('POST', `/tasks/${String(id)}/edit`, { body });
    expect(edited).toMatchObject({ status: 200, body: { revision: 2 } });
    const query = `query ($id: ID!) { task(id: $id) { approval { revision plan { revision hash }
      previous { status revision planHash plan { revision hash steps { summary } } } } } }`;
    expect(await world.olga.graphql(query, { id })).toMatchObject({
      task: {
        approval: {
          revision: 2,
          plan: { revision: 2, hash: edited.body['planHash'] },
          previous: {
            status: 'SUPERSEDED',
            revision: 1,
            planHash,
            plan: { revision: 1, hash: planHash, steps: [{ summary: 'Do nothing' }] },
          },
        },
      },
    });
  });

  test('with every fault told at once', async () => {
    const { task_id: id } = await asks();
    const answer = await world.ann.call('POST', `/approvals/${String(id)}`, { body: { decision: 'maybe' } });
    expect(answer.status).toBe(400);
    const faults = answer.body['faults'] as { path: string; message: string }[];
    expect(faults.map(({ path }) => path)).toEqual(expect.arrayContaining(['Idempotency-Key', 'decision']));
    const stale = { decision: 'approve', revision: 1, planHash: '0'.repeat(64) };
    expect(
      await world.ann.call('POST', `/approvals/${String(id)}`, { body: stale, headers: aKey() }),
    ).toMatchObject({ status: 409, body: { reason: 'CONFLICT' } });
    const noReason = { decision: 'reject', approval_token: `1.${'0'.repeat(64)}` };
    expect(
      await world.ann.call('POST', `/approvals/${String(id)}`, { body: noReason, headers: aKey() }),
    ).toMatchObject({ status: 400, body: { faults: [{ path: 'reason' }] } });
  });

  test('and a list shows what waits, until it is cancelled', async () => {
    const { task_id: id } = await asks({ tags: ['listed'] });
    const listed = await world.olga.call('GET', '/tasks?tag=listed&status=awaiting_approval&first=1');
    expect(listed.body).toMatchObject({ tasks: [{ task_id: id }], after: null });
    const cancelled = await world.agent.call('POST', `/tasks/${String(id)}/cancel`, {
      body: { reason: 'Not any more' },
    });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    for (const path of ['/tasks', '/assets', '/api/v1/ai/tasks'])
      expect(await world.olga.call('GET', `${path}?after=approvals:x`), path).toMatchObject({
        status: 400,
        body: {
          faults: [
            { path: 'after', message: expect.stringContaining('after is a cursor of approvals: give') },
          ],
        },
      });
    expect(await world.olga.call('GET', '/tasks?first=many&colour=red')).toMatchObject({
      status: 400,
      body: {
        faults: expect.arrayContaining([
          expect.objectContaining({ path: 'first' }),
          expect.objectContaining({ path: 'colour' }),
        ]),
      },
    });
  });
});

/** Over the addresses of the AI orchestrator's interface, without X-Tenant-ID. */
const orchestrator = async (
  who: 'agent' | 'ann' | 'operator',
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<RestAnswer> =>
  world[who].call(method, `/api/v1/ai${path}`, {
    headers: { 'x-tenant-id': undefined },
    ...(body && { body }),
  });

describe('the orchestrator', () => {
  const intent = {
    intent: 'Fix drift on web servers',
    environment: 'staging',
    context: { fleet_size: 100, drift_score: 85 },
  };

  test('has a goal alone planned, with what its requester says besides', async () => {
    const { status, body } = await orchestrator('agent', 'POST', '/execute', intent);
    expect({ status, body }).toMatchObject({ status: 202, body: { task_spec: { goal: intent.intent } } });
    const { task } = await world.olga.graphql('query ($id: ID!) { task(id: $id) { context } }', {
      id: body['task_id'],
    });
    expect(task).toEqual({ context: intent.context });
  });

  test('does what somebody wants, and tells it phase by phase', async () => {
    const actions = [
      { name: 'patch', type: 'noop.run', params: {}, targets: [{ label: 'web-1' }, { label: 'web-2' }] },
    ];
    const asked = await orchestrator('agent', 'POST', '/execute', {
      ...intent,
      actions,
      org_id: world.tenantId,
      requires_approval: true,
    });
    expect(asked).toMatchObject({
      status: 202,
      body: {
        status: 'pending_approval',
        task_spec: { goal: intent.intent, environment: 'staging', task_type: 'noop.run' },
        agent_result: { agent_name: 'builder', affected_assets: 2 },
        requires_hitl: true,
      },
    });
    const id = String(asked.body['task_id']);
    expect(asked.body['agent_result']).toMatchObject({ plan: expect.stringContaining('### Canary') });
    const waiting = await orchestrator('ann', 'GET', '/tasks?status=pending_approval&environment=staging');
    expect(waiting.body).toMatchObject({ tasks: [{ task_id: id }], total: 1 });
    const approved = await orchestrator('ann', 'POST', `/tasks/${id}/approve`, {
      reason: 'Approved after review',
    });
    expect(approved).toMatchObject({ status: 200, body: { task_id: id, requires_hitl: false } });
    expect(await taskOf(id, '?wait=20')).toMatchObject({ status: 'succeeded' });
    const runs = await orchestrator('agent', 'GET', `/tasks/${id}/executions`);
    const [run] = runs.body['executions'] as { id: string }[];
    expect(await orchestrator('agent', 'GET', `/executions/${run?.id}`)).toMatchObject({
      status: 200,
      body: {
        task_id: id,
        status: 'completed',
        current_phase: 2,
        total_phases: 2,
        phases: [
          { name: 'Canary', status: 'completed', assets: [{ asset_id: 'web-1', status: 'completed' }] },
          { name: 'Wave 1', status: 'completed', assets: [{ asset_id: 'web-2', status: 'completed' }] },
        ],
      },
    });
    expect(await orchestrator('operator', 'POST', `/executions/${run?.id}/pause`)).toMatchObject({
      status: 409,
      body: { reason: 'NOT_IN_THIS_STATE' },
    });
  });

  test('takes a rejection, with its reason', async () => {
    const actions = [{ type: 'noop.run', params: {} }];
    const { body } = await orchestrator('agent', 'POST', '/execute', {
      ...intent,
      actions,
      requires_approval: true,
    });
    const path = `/tasks/${String(body['task_id'])}/reject`;
    expect(await orchestrator('ann', 'POST', path, {})).toMatchObject({
      status: 400,
      body: { faults: [{ path: 'reason' }] },
    });
    const reason = 'Not while the auditors are here.';
    expect(await orchestrator('ann', 'POST', path, { reason })).toMatchObject({
      status: 200,
      body: { status: 'rejected' },
    });
  });

  test('says what it cannot do, and for whom it does nothing', async () => {
    expect(
      await orchestrator('agent', 'POST', '/execute', { intent: '', environment: 'moon' }),
    ).toMatchObject({
      status: 400,
      body: {
        faults: expect.arrayContaining([
          expect.objectContaining({ path: 'intent' }),
          expect.objectContaining({ path: 'environment' }),
        ]),
      },
    });
    expect(await orchestrator('agent', 'POST', '/execute', { ...intent, org_id: 'org-123' })).toMatchObject({
      status: 403,
    });
    expect(await orchestrator('agent', 'GET', '/agents')).toMatchObject({
      body: {
        agents: expect.arrayContaining([expect.objectContaining({ name: 'drift_agent' })]) as unknown[],
        callers: [{ name: 'builder' }],
      },
    });
    const tools = await orchestrator('agent', 'GET', '/tools');
    expect(tools.body['actions']).toContainEqual(
      expect.objectContaining({ name: 'noop.run@1', category: 'WRITE' }),
    );
    expect(tools.body['tools']).toContainEqual(expect.objectContaining({ name: 'query_assets' }));
  });
});

describe('the orchestration layer', () => {
  const actionsOf = (answer: RestAnswer): { id: string; metadata: { taskId: string } }[] =>
    answer.body['actions'] as { id: string; metadata: { taskId: string } }[];
  const looks = (path: string): Promise<RestAnswer> =>
    world.olga.call('GET', path, { headers: { 'x-tenant-id': undefined } });

  test('shows what was done, for whom and how it went', async () => {
    const { task_id: id } = await asks({ requiresApproval: false, source: 'email', tags: ['billing', 'q4'] });
    await taskOf(id, '?wait=20');
    const recent = await looks('/api/actions/recent?limit=500&status=success&platform=noop');
    expect(actionsOf(recent)).toContainEqual(
      expect.objectContaining({
        type: 'noop.run',
        priority: 'normal',
        retries: 0,
        metadata: { taskId: id, step: 'step-1' },
      }),
    );
    expect(recent.body).toMatchObject({ limit: 500, offset: 0, total: actionsOf(recent).length });
    const history = await looks(`/api/context/actions?source=email&tags=q4,billing&userId=${world.agent.id}`);
    expect(actionsOf(history).map(({ metadata }) => metadata.taskId)).toEqual([id]);
    expect(history.body['patterns']).toMatchObject({ mostFrequentType: 'noop.run', avgActionsPerDay: 1 });
    expect(await looks('/api/context/actions?tags=none')).toMatchObject({
      body: { actions: [], patterns: { mostFrequentType: null, peakHours: [], avgActionsPerDay: 0 } },
    });
    expect(await looks('/api/actions/queue')).toMatchObject({
      status: 200,
      body: { queues: { critical: [] } },
    });
    const metrics = await looks('/api/actions/metrics?timeWindow=1h&platform=noop');
    expect(metrics).toMatchObject({ status: 200, body: { timeWindow: '1h', byPlatform: { noop: {} } } });
    const health = await looks('/api/actions/health');
    expect(health.body).toMatchObject({ executors: { noop: { circuitBreaker: { state: 'CLOSED' } } } });
  });

  test('takes decisions by the request, from whoever they are of', async () => {
    const { task_id: id } = await asks();
    const approvals = await world.ann.graphql(
      'query ($id: ID!) { approvals(filter: { taskId: $id }) { edges { node { id } } } }',
      { id },
    );
    const { edges } = approvals['approvals'] as { edges: { node: { id: string } }[] };
    const path = `/api/approvals/${edges[0]?.node.id}`;
    const headers = { 'x-tenant-id': undefined };
    const forged = await world.ann.call('POST', `${path}/approve`, { headers, body: { userId: 'U12345' } });
    expect(forged).toMatchObject({
      status: 403,
      body: { error: { code: 'PERMISSION_DENIED', retriable: false } },
    });
    const unsaid = await world.ann.call('POST', `${path}/reject`, { headers, body: { userId: 'Ann' } });
    expect(unsaid).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_ERROR', details: { faults: [{ path: 'reason' }] } } },
    });
    const done = await world.ann.call('POST', `${path}/approve`, { headers, body: { userId: 'Ann' } });
    expect(done).toMatchObject({
      status: 200,
      body: { status: 'approved', actionId: id, approvedBy: world.ann.id },
    });
    const late = { userId: 'Ann', reason: 'On second thoughts, no.' };
    expect(await world.ann.call('POST', `${path}/reject`, { headers, body: late })).toMatchObject({
      status: 409,
      body: { error: { code: 'DUPLICATE_ERROR' } },
    });
  });
});

interface Heard {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: {
    readonly type?: string;
    readonly status?: string;
    readonly actionId?: string;
    readonly metadata?: { readonly taskId?: string };
  };
}

const opens = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${world.app.url}${path}`, {
    headers: { authorization: `Bearer ${world.agent.key}`, 'x-tenant-id': world.tenantId, ...headers },
  });

/** What a stream told until it ended. */
const toldBy = async (response: Response): Promise<Heard[]> => {
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('content-encoding')).toBeNull();
  return heardIn(await response.text());
};

/** What came whole. */
const heardIn = (text: string): Heard[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .filter((block) => block.includes('data: '))
    .map((block): Heard => {
      const fieldOf = (name: string): string | undefined =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      return {
        id: fieldOf('id'),
        event: fieldOf('event'),
        data: JSON.parse(fieldOf('data') ?? '') as Heard['data'],
      };
    });

const hears = async (path: string, headers?: Record<string, string>): Promise<Heard[]> =>
  toldBy(await opens(path, headers));

describe('what webhooks are told', () => {
  test('is told live in the same words, and goes on behind the last that somebody has', async () => {
    const types = 'types=action:executing,action:completed';
    /** What is told of a task, until it is done; of others' work as well. */
    const untilDone = async (response: Response, taskId: unknown): Promise<readonly Heard[]> => {
      let told = '';
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        told += part;
        if (heardIn(told).some(({ data }) => data.metadata?.taskId === taskId)) break;
      }
      const all = heardIn(told);
      const done = all.find(({ data }) => data.metadata?.taskId === taskId);
      return all.filter(({ data }) => data.actionId === done?.data.actionId);
    };
    const open = await opens(`/api/actions/events?${types}`);
    expect(open.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { body } = await world.agent.call('POST', '/tasks', {
      body: { goal: 'Tell', actions: [{ type: 'noop.run', params: {} }] },
      headers: aKey(),
    });
    const told = await untilDone(open, body['task_id']);
    expect(told.map(({ event }) => event)).toEqual(['action:executing', 'action:completed']);
    const again = await opens(`/api/actions/events?${types}`, { 'last-event-id': told[0]?.id ?? '' });
    expect((await untilDone(again, body['task_id'])).map(({ event }) => event)).toEqual(['action:completed']);
    const unknown = await world.agent.call('GET', '/api/actions/events?types=action:none');
    expect(unknown.status).toBe(400);
  });

  test('loses nobody an event who leaves between two that are of one moment', async () => {
    const heardUntil = async (response: Response, isEnough: (all: readonly Heard[]) => boolean) => {
      let told = '';
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        told += part;
        if (isEnough(heardIn(told))) break;
      }
      return heardIn(told);
    };
    const open = await opens('/api/actions/events?types=action:queued');
    const one = { type: 'noop.run', params: {} };
    await world.agent.call('POST', '/tasks', {
      body: { goal: 'Tell of both', actions: [one, one] },
      headers: aKey(),
    });
    const [first, second] = await heardUntil(open, (all) => all.length >= 2);
    const isSecond = ({ data }: Heard) => data.actionId === second?.data.actionId;
    const again = await opens('/api/actions/events?types=action:queued', {
      'last-event-id': first?.id ?? '',
    });
    expect((await heardUntil(again, (all) => all.some(isSecond))).some(isSecond)).toBe(true);
  });
});

describe('progress', () => {
  test('comes as it happens, each event once, until the task has ended', async () => {
    const { task_id: id, approval_token: token } = await asks();
    const hearing = hears(`/tasks/${String(id)}/events`);
    await world.ann.call('POST', `/approvals/${String(id)}`, {
      body: { decision: 'approve', approval_token: token },
      headers: aKey(),
    });
    const heard = await hearing;
    const types = heard.flatMap(({ data }) => data.type ?? []);
    expect(types[0]).toBe('task.submitted');
    expect(types).toContain('approval.reviewed');
    expect(types).toContain('task.succeeded');
    expect(heard.at(-1)).toMatchObject({ event: 'end', data: { status: 'succeeded' } });
    const ids = heard.flatMap(({ id: seq }) => seq ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const later = await hears(`/tasks/${String(id)}/events`, { 'last-event-id': ids[1] ?? '' });
    expect(later.flatMap(({ id: seq }) => seq ?? [])).toEqual(ids.slice(2));
  });

  test('a wait is answered as soon as the task has ended, and by then at the latest', async () => {
    const { task_id: id } = await asks();
    const begun = Date.now();
    const waiting = taskOf(id, '?wait=50');
    expect(await taskOf(id, '?wait=1')).toMatchObject({ status: 'awaiting_approval' });
    await world.agent.call('POST', `/tasks/${String(id)}/cancel`, { body: {} });
    expect(await waiting).toMatchObject({ status: 'cancelled' });
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect(await world.agent.call('GET', `/tasks/${String(id)}?wait=51`)).toMatchObject({
      status: 400,
      body: { faults: [{ path: 'wait' }] },
    });
  });

  test('a wait tells nothing to a key that ended meanwhile', async () => {
    const { task_id: id } = await asks();
    const issued = await world.app.access.issueApiKey(world.tenantId, {
      principalId: world.olga.id,
      name: 'short',
    });
    if (!issued.ok) throw new Error(issued.refusal.message);
    const authorization = `Bearer ${issued.value.secret}`;
    const path = `/tasks/${String(id)}`;
    expect(await world.agent.call('GET', path, { headers: { authorization } })).toMatchObject({
      status: 200,
    });
    const waiting = world.agent.call('GET', `${path}?wait=50`, { headers: { authorization } });
    // Requests are let in in their order: once this later one is answered, the one before it waits.
    expect(await taskOf(id, '?wait=1')).toMatchObject({ status: 'awaiting_approval' });
    await world.admin.graphql(
      'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { refusal { code } } }',
      { id: issued.value.apiKey.id },
    );
    await world.agent.call('POST', `${path}/cancel`, { body: {} });
    expect(await waiting).toMatchObject({
      status: 401,
      body: { code: 'AUTHENTICATION_FAILED', detail: expect.stringContaining('while you waited') },
    });
  });

  test('ends with the key of whoever listens', async () => {
    const { task_id: id } = await asks();
    const { access } = world.app;
    const issued = await access.issueApiKey(world.tenantId, { principalId: world.olga.id, name: 'short' });
    if (!issued.ok) throw new Error(issued.refusal.message);
    const stream = await opens(`/tasks/${String(id)}/events`, {
      authorization: `Bearer ${issued.value.secret}`,
    });
    await world.admin.graphql(
      'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { refusal { code } } }',
      {
        id: issued.value.apiKey.id,
      },
    );
    expect((await toldBy(stream)).some(({ event }) => event === 'end')).toBe(false);
  });

  test('ends whole where the server stops, to be gone on with at another', async () => {
    const { task_id: id } = await asks();
    const waiting = taskOf(id, '?wait=50');
    const { body } = await opens(`/tasks/${String(id)}/events`);
    let told = '';
    let stopping: PromiseLike<void> | undefined;
    // Were it cut off at the end of the drain, reading on would throw.
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      told += part;
      if (told.includes('approval.requested')) stopping ??= world[Symbol.asyncDispose]();
    }
    expect(stopping).toBeDefined();
    await stopping;
    expect(await waiting).toMatchObject({ status: 'awaiting_approval' });
  });
});

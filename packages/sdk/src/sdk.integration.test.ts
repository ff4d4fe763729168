import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../postgres/src/free-port.ts';
import { startCuttingProxy } from '../../server/testing/cutting-proxy.ts';
import { shippedPolicyData } from '../../server/testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../server/testing/rest-world.ts';
import {
  createCountersign,
  guardAiSdk,
  toLangChain,
  toMastra,
  toOpenAiAgents,
  type CallOptions,
  type Countersign,
  type Event,
  type Submission,
} from './index.ts';
import { createTools } from './tools.ts';

let world: RestWorld;
let countersign: Countersign;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, {}, { STAGING: ['noop.run'] }));
  countersign = createCountersign({ url: world.app.url, apiKey: world.agent.key });
});
afterAll(async () => {
  await countersign.close();
  await world[Symbol.asyncDispose]();
});

const noop = (label: string) => ({ type: 'noop.run', params: { label } });
const submit = async (key: string, more: object = {}) => {
  const submitted = await countersign.submit({
    idempotencyKey: key,
    goal: `Do ${key}`,
    actions: [noop(key)],
    ...more,
  });
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return submitted;
};
const reject = async (taskId: string, reason: string) => {
  const query = 'query ($id: ID!) { task(id: $id) { plan { revision hash } } }';
  const { task } = (await world.ann.graphql(query, { id: taskId })) as {
    task: { plan: { revision: number; hash: string } };
  };
  const { revision, hash: planHash } = task.plan;
  const mutation =
    'mutation ($input: RejectTaskInput!) { rejectTask(input: $input) { refusal { message } } }';
  expect(await world.ann.graphql(mutation, { input: { taskId, revision, planHash, reason } })).toEqual({
    rejectTask: { refusal: null },
  });
};

test('a task is submitted, waited for, and told with what it put out', async () => {
  const { task } = await submit('one');
  const done = await countersign.waitFor(task.id);
  expect(done).toMatchObject({ status: 'SUCCEEDED', isOver: true, outputs: { 'step-1': { label: 'one' } } });
  expect(await submit('one')).toMatchObject({ isReplay: true, task: { id: task.id } });
});

test('what a task came to is said once it has run; what is wrong with it is a value', async () => {
  const { task } = await submit('rated');
  await countersign.waitFor(task.id);
  const ann = createCountersign({ url: world.app.url, apiKey: world.ann.key });
  const praise = { outcome: 'SUCCESS', executionQuality: 5 } as const;
  const no = await ann.feedback(task.id, { ...praise, executionQuality: 7 });
  expect(no).toMatchObject({ ok: false, refusal: { faults: [{ path: 'executionQuality' }] } });
  const said = await ann.feedback(task.id, { ...praise, notes: 'Well done.', learningPoints: ['Go on'] });
  expect(said).toEqual({ ok: true });
});

test('what is wrong is a value with every fault', async () => {
  const refused = await countersign.submit({
    idempotencyKey: 'faulty',
    goal: 'x',
    actions: [{ type: 'noop.run', params: { delayMs: -1, label: 3 } }],
  });
  expect(refused).toMatchObject({
    ok: false,
    refusal: { code: 'SCHEMA_VALIDATION_FAILED', retriable: false },
  });
  expect(refused.ok ? [] : refused.refusal.faults).toHaveLength(2);
});

test('a time that is over is never an approval; a decision is told with its reason', async () => {
  const { task } = await submit('asks', { requiresApproval: true });
  const pending = await countersign.waitFor(task.id, { timeoutMs: 50 });
  expect(pending).toMatchObject({ status: 'AWAITING_APPROVAL', isOver: false, outputs: {} });
  const waiting = countersign.waitFor(task.id);
  await reject(task.id, 'This is not the time for it.');
  const rejected = await waiting;
  expect(rejected).toMatchObject({ status: 'REJECTED', isOver: true });
  expect(rejected.reasons.join()).toContain('This is not the time for it.');
});

test('a task is cancelled, and what is unknown is told', async () => {
  const { task } = await submit('cancelled', { requiresApproval: true });
  expect(await countersign.cancel(task.id, 'not needed')).toMatchObject({
    ok: true,
    task: { status: 'CANCELLED' },
  });
  expect(await countersign.cancel(task.id)).toMatchObject({ ok: false });
  const nobody = '00000000-0000-4000-8000-000000000000';
  expect(await countersign.task(nobody)).toBeNull();
  await expect(countersign.waitFor(nobody)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  expect(await countersign.answer(task.id, 'because')).toMatchObject({ ok: false });
});

test('settings and keys that cannot be used are said at once', async () => {
  expect(() => createCountersign({ url: 'ftp://x', apiKey: 'k' })).toThrow();
  const stranger = createCountersign({ url: world.app.url, apiKey: 'csk_nobody' });
  await expect(stranger.actionTypes()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
});

test('events come once each and in order, however often the connection breaks', async () => {
  await using proxy = await startCuttingProxy(Number(new URL(world.app.url).port));
  const through = createCountersign({ url: `http://127.0.0.1:${proxy.port}`, apiKey: world.agent.key });
  const stop = new AbortController();
  const ids: string[] = [];
  const events = through.events({ types: ['task.submitted'], signal: stop.signal });
  const first = events.next();
  // Until the stream has its place nothing is awaited of it.
  ids.push((await submit('cut-0')).task.id);
  const got: Event[] = [];
  const begun = await Promise.race([first, countersign.waitFor(ids[0] ?? '').then(() => null)]);
  if (begun && !begun.done) got.push(begun.value);
  for (let round = 1; round <= 12; round += 1) {
    if (round % 3 === 0) proxy.cut();
    ids.push((await submit(`cut-${round}`)).task.id);
  }
  const lastId = ids.at(-1);
  if (!begun) {
    const { value, done } = await first;
    if (done !== true) got.push(value);
  }
  while (got.at(-1)?.taskId !== lastId) {
    const { value, done } = await events.next();
    if (done === true) break;
    got.push(value);
  }
  stop.abort();
  await through.close();
  const told = got.map(({ taskId }) => taskId);
  // Where the stream began after the first submission it begins there, and from then on nothing is missing.
  expect(told).toEqual(ids.slice(ids.length - told.length));
  expect(told.length).toBeGreaterThanOrEqual(12);
});

test('from a place that a reader has, everything after it comes, also to who reads slowly', async () => {
  const stop = new AbortController();
  const all: Event[] = [];
  for await (const event of countersign.events({
    types: ['task.submitted'],
    signal: stop.signal,
    after: '0',
  })) {
    all.push(event);
    if (event.taskId !== null && all.length === 3) break;
  }
  const [one, two, three] = all;
  const again = countersign.events({ types: ['task.submitted'], after: one?.seq ?? '' });
  expect(await again.next()).toMatchObject({ value: two });
  expect(await again.next()).toMatchObject({ value: three });
  await again.return?.();
});

test('a server that is away is told of, and may come back', async () => {
  const away = createCountersign({ url: `http://127.0.0.1:${await freePort()}`, apiKey: 'k' });
  await expect(away.task('x')).rejects.toMatchObject({ code: 'NETWORK_ERROR', retriable: true });
});

test('a tool answers with what came of it: done, pending, denied with the reason, failed', async () => {
  const options = { thread: 'conversation-1', actions: ['noop.run'] };
  const [tool, wait] = await countersign.tools(options);
  if (!tool || !wait) throw new Error('A tool is missing.');
  const done = await tool.execute({ label: 'one' }, { toolCallId: 'call-1' });
  expect(done).toMatchObject({ status: 'succeeded', outputs: { 'step-1': { label: 'one' } } });
  // The framework makes the same call again: it is the same task.
  expect(await tool.execute({ label: 'one' }, { toolCallId: 'call-1' })).toEqual(done);
  const [denied] = await countersign.tools({ ...options, environment: 'STAGING' });
  expect(await denied?.execute({ label: 'two' }, { toolCallId: 'call-2' })).toMatchObject({
    status: 'refused',
    code: 'POLICY_DENIED',
    reason: expect.stringContaining('noop.run'),
  });
  const { task } = await submit('three', {
    actions: [{ type: 'noop.run', params: { delayMs: 60_000 } }],
    timeoutMs: 1_000,
  });
  // Somebody let it run: nobody says that nothing happened.
  const failed = await wait.execute({ taskId: task.id }, { toolCallId: 'call-4' });
  expect(failed).toMatchObject({ status: 'failed', taskId: task.id, outputs: {} });
  expect(await wait.execute({ taskId: 'x' }, { toolCallId: 'call-5' })).toMatchObject({
    status: 'refused',
    code: 'RESOURCE_NOT_FOUND',
  });
});

test('a server that goes away while a call is held leaves it pending, and claims nothing', async () => {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startCuttingProxy(Number(new URL(world.app.url).port)));
  const through = createCountersign({ url: `http://127.0.0.1:${proxy.port}`, apiKey: world.agent.key });
  const goal = `Away ${crypto.randomUUID()}`;
  const options = { thread: goal, goal, actions: ['noop.run'], environment: 'PRODUCTION' } as const;
  const isTaken = Promise.withResolvers<void>();
  const watched = {
    ...through,
    async submit(submission: Submission, given?: CallOptions) {
      const submitted = await through.submit(submission, given);
      isTaken.resolve();
      return submitted;
    },
  };
  const [tool] = await createTools(watched, { ...options, holdMs: 5_000 });
  const answer = tool?.execute({ label: 'away' }, { toolCallId: 'call-1' });
  await isTaken.promise;
  await stack.disposeAsync();
  expect(await answer).toMatchObject({ status: 'pending', taskId: expect.any(String) });
  await through.close();
});

test('a call that is given up submits nothing any more, and holds nobody', async () => {
  const goal = `given-up-${crypto.randomUUID()}`;
  const options = { thread: goal, goal, actions: ['noop.run'], environment: 'PRODUCTION' } as const;
  const [tool, wait] = await countersign.tools(options);
  const gone = new AbortController();
  gone.abort(new Error('The chat is closed.'));
  const call = { toolCallId: 'call-1', signal: gone.signal };
  await expect(tool?.execute({ label: 'never' }, call)).rejects.toThrow('The chat is closed.');
  const query = 'query ($goal: String) { tasks(filter: { search: $goal }) { totalCount } }';
  expect(await world.ann.graphql(query, { goal })).toEqual({ tasks: { totalCount: 0 } });
  const { task } = await submit(goal, { environment: 'PRODUCTION' });
  const leaving = new AbortController();
  const waiting = wait?.execute({ taskId: task.id }, { toolCallId: 'call-2', signal: leaving.signal });
  leaving.abort(new Error('The chat is closed.'));
  await expect(waiting).rejects.toThrow('The chat is closed.');
  expect(await countersign.task(task.id)).toMatchObject({ hasRun: false });
});

test('a guarded tool never acts by itself; pending is an answer, and so is the rejection', async () => {
  const tools = {
    refund: {
      description: 'Refunds an order.',
      inputSchema: (await countersign.tools({ thread: 't', actions: ['noop.run'] }))[0]?.schema,
      execute: () => {
        throw new Error('It acted past Countersign.');
      },
    },
  };
  const options = { thread: 'conversation-2', environment: 'PRODUCTION', holdMs: 50 } as const;
  const { refund } = guardAiSdk(
    countersign,
    tools,
    { refund: ({ order }) => noop(`refund ${JSON.stringify(order)}`) },
    options,
  );
  const answer = await refund.execute({ order: 7 }, { toolCallId: 'call-1' });
  expect(answer).toMatchObject({ status: 'pending', taskStatus: 'AWAITING_APPROVAL', retryAfterMs: 30_000 });
  if (answer.status !== 'pending') throw new Error('It is not pending.');
  const url = new URL(answer.approvalUrl);
  expect(url.pathname).toBe(`/tasks/${answer.taskId}`);
  expect(() =>
    guardAiSdk(countersign, tools, {} as { refund: () => ReturnType<typeof noop> }, options),
  ).toThrow('No action is given for refund.');
  await countersign.cancel(answer.taskId);
  expect(await refund.execute({ order: 7 }, { toolCallId: 'call-1' })).toMatchObject({
    status: 'refused',
    code: 'TASK_CANCELLED',
  });
});

test('no framework makes a task without a call id, and input that is no object is refused', async () => {
  const [tool] = await countersign.tools({ thread: 'conversation-3', actions: ['noop.run'] });
  if (!tool) throw new Error('There is no tool.');
  const [openAi] = toOpenAiAgents([tool]);
  const [langChain] = toLangChain(tool);
  const mastra = toMastra([tool])['noop-run'];
  await expect(openAi?.invoke(null, '{}')).rejects.toThrow('names no tool call');
  await expect(langChain({}, {})).rejects.toThrow('names no tool call');
  await expect(mastra?.execute({}, {})).rejects.toThrow('names no tool call');
  for (const text of ['[]', '{', '3'])
    expect(await openAi?.invoke(null, text, { toolCall: { callId: 'call-1' } })).toContain(
      'SCHEMA_VALIDATION_FAILED',
    );
});

test('what the key may not submit is no tool', async () => {
  await expect(countersign.tools({ thread: 't', actions: ['no.such'] })).rejects.toThrow('no.such');
});

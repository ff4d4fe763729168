import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { startMailbox, type Mailbox } from '../../testing/mailbox.ts';
import { startReceiver, type Receiver } from '../../testing/receiver.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createWebhookCommands } from '../modules/webhooks/index.ts';
import { createOperations } from '../operations.ts';

const canary = 'canary-of-the-crm-4711';
const headerSecret = 'token-of-the-collector';
const callerTrace = '0af7651916cd43dd8448eb211c80319c';
const callerSpan = 'b7ad6b7169203331';

let world: World;
let mailbox: Mailbox;
let collector: Receiver;
let origin: string;
const arrived: IncomingHttpHeaders[] = [];
const platform = createServer((request, response) => {
  arrived.push(request.headers);
  request.resume().on('end', () => response.end(`You said ${request.headers.authorization ?? ''}`));
});
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  origin = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  collector = stack.use(await startReceiver());
  mailbox = stack.use(await startMailbox());
  world = stack.use(
    await createWorld({
      background: 'KEEPERS',
      notifications: {
        digestMs: 0,
        mail: {
          ...{ host: '127.0.0.1', port: mailbox.port, isEncrypted: false },
          ...{ from: 'Countersign <c@example.com>', to: ['ops@example.com'] },
        },
        slack: null,
      },
      secrets: { crm: { value: canary, origins: [origin] } },
      tracing: {
        endpoint: new URL(collector.url).origin,
        headers: { authorization: headerSecret },
        sampleRatio: 1,
        link: null,
      },
    }),
  );
  await world.startsWorker();
});
afterAll(async () => {
  await stack.disposeAsync();
  platform.closeAllConnections();
  platform.close();
});

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly instance: unknown;
}

interface Batch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const valueOf = ({ attributes }: Pick<Span, 'attributes'>, key: string): unknown =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

/** All that the collector has of a trace. */
const spansOf = (traceId: string): readonly Span[] =>
  collector.received
    .flatMap(({ body }) => (JSON.parse(body) as Batch).resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const instance = valueOf(resource, 'service.instance.id');
      return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, instance })));
    })
    .filter((span) => span.traceId === traceId);

const submits = async (traceparent: string | null, headers = {}): Promise<Task> => {
  const { executeTask } = createOperations(world.services, {} as never, {} as never);
  const input = {
    goal: 'Tell the CRM',
    idempotencyKey: crypto.randomUUID(),
    requiresApproval: true,
    actions: [
      {
        type: 'http.request',
        params: {
          method: 'POST',
          url: `${origin}/things?of=${canary}`,
          headers,
          secretHeaders: { Authorization: 'crm' },
        },
      },
    ],
  };
  const outcome = await executeTask.execute({ viewer: signedIn(world.agent.principal), traceparent }, input);
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value.task;
};

const runs = async (traceparent: string | null, headers = {}): Promise<Task> => {
  const task = await submits(traceparent, headers);
  await world.approver.approves(await world.reaches(task, 'AWAITING_APPROVAL'));
  return world.reaches(task, 'SUCCEEDED');
};

/** Each span under its parent's name: `run step > apply`. */
const edgesOf = (spans: readonly Span[]): readonly string[] => {
  const byId = new Map(spans.map((span) => [span.spanId, span.name]));
  const parentOf = ({ parentSpanId = '' }: Span): string =>
    parentSpanId === callerSpan ? 'the caller' : (byId.get(parentSpanId) ?? 'nobody');
  return spans.map((span) => `${parentOf(span)} > ${span.name}`).toSorted();
};

test("all that comes of a call is one tree under its caller's span, from both processes", async () => {
  const task = await runs(`00-${callerTrace}-${callerSpan}-01`);
  const expected = [
    'apply > POST',
    'plan task > plan',
    'run step > apply',
    'run step > claim step',
    'run step > keep outcome',
    'submit task > plan task',
    'submit task > run step',
    'submit task > wait for people',
    'submit task > wait in queue',
    'executeTask > submit task',
    'the caller > executeTask',
  ];
  await expect
    .poll(() => edgesOf(spansOf(callerTrace)), { timeout: 20_000 })
    .toEqual(expect.arrayContaining(expected));
  const spans = spansOf(callerTrace);
  expect(edgesOf(spans).filter((edge) => edge.startsWith('nobody'))).toEqual([]);
  expect(new Set(spans.map(({ instance }) => instance)).size).toBe(2);

  // A claim that was put off, as on a busy machine, is a span of its own.
  const step = spans.findLast(
    (span) => span.name === 'run step' && valueOf(span, 'countersign.outcome') === 'SUCCEEDED',
  );
  expect(
    step && Object.fromEntries(step.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  ).toMatchObject({
    'countersign.task.id': task.id,
    'countersign.run.id': expect.any(String),
    'countersign.step.id': expect.any(String),
    'countersign.action': 'http.request@1',
    'countersign.resource': { values: [{ stringValue: origin }, { stringValue: 'crm' }] },
    'countersign.outcome': 'SUCCEEDED',
  });
  const post = spans.findLast(({ name }) => name === 'POST');
  expect(arrived.at(-1)?.traceparent).toBe(`00-${callerTrace}-${post?.spanId}-01`);
});

test('what is told outside of a task is told in its trace', async () => {
  const webhook = await startReceiver();
  await using _ = webhook;
  const { access, sending } = world.services;
  const ada = { tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] } as const;
  const platforms = () => world.services.reach().platforms;
  const { createWebhook } = createWebhookCommands({ ...sending, platforms });
  const made = await createWebhook.execute(
    { viewer: signedIn(await access.ensurePrincipal({ ...ada, roles: ['ADMIN'] })), traceparent: null },
    { name: 'pipeline', url: webhook.url, types: ['action:completed', 'queue:updated'] },
  );
  expect(made).toMatchObject({ ok: true });
  const traceId = '1bf7651916cd43dd8448eb211c80319d';
  webhook.answers(() => ({
    status: webhook.received.length === 1 ? 503 : 204,
    headers: { 'retry-after': '0' },
  }));
  const mailsBefore = mailbox.mails.length;
  const task = await submits(`00-${traceId}-${callerSpan}-01`);
  const waiting = await world.reaches(task, 'AWAITING_APPROVAL');
  // Nobody is told of what was decided before they could be.
  await until(
    () => mailbox.mails.length > mailsBefore || undefined,
    () => 'nobody was told of the request',
  );
  await world.approver.approves(waiting);
  await world.reaches(task, 'SUCCEEDED');
  const told = ['submit task > send webhook', 'send webhook > POST', 'submit task > tell people'];
  const completed = () => webhook.received.filter(({ body }) => body.includes('action:completed'));
  await until(
    () => completed().length >= 1 || undefined,
    () => 'no event came',
  );
  await expect
    .poll(() => edgesOf(spansOf(traceId)), { timeout: 20_000 })
    .toEqual(expect.arrayContaining(told));
  const sent = spansOf(traceId).filter(({ name }) => name === 'send webhook');
  for (const { headers } of completed()) {
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(sent.map(({ spanId }) => spanId)).toContain(headers['traceparent']?.slice(36, 52));
  }
  // What no task is told by has no trace.
  const others = webhook.received.filter(({ body }) => body.includes('queue:updated'));
  expect(others.filter(({ headers }) => headers['traceparent'] !== undefined)).toEqual([]);
});

test('the trace of a task whose caller sent none is ours', async () => {
  const task = await runs(null);
  const traceId = task.traceparent?.slice(3, 35) ?? '';
  await expect.poll(() => edgesOf(spansOf(traceId)), { timeout: 20_000 }).toContain('apply > POST');
  expect(edgesOf(spansOf(traceId)).filter((edge) => edge.startsWith('nobody'))).toEqual([
    'nobody > executeTask',
  ]);
});

test('what a caller does not keep is not sent, and is told to the platform all the same', async () => {
  const other = 'f'.repeat(32);
  await runs(`00-${other}-${callerSpan}-00`);
  expect(arrived.at(-1)?.traceparent).toMatch(new RegExp(`^00-${other}-[0-9a-f]{16}-00$`));
  expect(spansOf(other)).toEqual([]);
});

test('a trace that people approved with a request is sent as it is', async () => {
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await runs(`00-${callerTrace}-${callerSpan}-01`, { TraceParent: own });
  expect(arrived.at(-1)?.traceparent).toBe(own);
});

test('no span holds a secret, and the collector knows us by ours', () => {
  const sent = collector.received.map(({ body }) => body).join('\n');
  expect(sent.length).toBeGreaterThan(1_000);
  expect(sent).not.toContain(canary);
  expect(sent).not.toContain(headerSecret);
  expect(collector.received.map(({ headers }) => headers.authorization)).toContain(headerSecret);
});

test('a collector that does not answer holds nothing up', async () => {
  let asked = 0;
  collector.answers(() => {
    asked += 1;
    return null;
  });
  await runs(null);
  await until(
    () => asked > 0 || undefined,
    () => 'the collector was not asked',
  );
  await runs(null);
});

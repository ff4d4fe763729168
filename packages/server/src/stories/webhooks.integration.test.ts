import { freePort } from '@countersign/postgres/free-port';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReceiver, type Received } from '../../testing/receiver.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { until as waitFor } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Caller } from '../domain/principal.ts';
import { createWebhookCommands, createWebhookQueries } from '../modules/webhooks/index.ts';

let world: World;
let admin: Caller;
const call = () => ({ viewer: admin, traceparent: null });
const platforms = () => world.services.reach().platforms;
const commands = () => createWebhookCommands({ ...world.services.sending, platforms });
const queries = () => createWebhookQueries(world.services.sending.webhooks);

beforeAll(async () => {
  world = await createWorld();
  const { access } = world.services;
  admin = signedIn(
    await access.ensurePrincipal({ tenantId: world.tenantId, type: 'HUMAN', name: 'Ada', roles: ['ADMIN'] }),
  );
});
const receivers = new AsyncDisposableStack();
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await receivers.disposeAsync();
});

/** Waits for an answer that is neither false nor undefined. */
const until = <Answer>(
  ask: () => Promise<Answer | false | undefined> | Answer | false | undefined,
  explain: () => string,
) => waitFor<Answer>(async () => (await ask()) || undefined, explain);

const makes = async (input: object = {}) => {
  const receiver = receivers.use(await startReceiver());
  const made = accepted(
    await commands().createWebhook.execute(call(), {
      name: 'pipeline',
      url: receiver.url,
      types: ['action:queued', 'action:executing', 'action:completed', 'action:failed'],
      ...input,
    }),
  );
  return { ...made, receiver };
};

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const told = ({ body }: Received): Told => JSON.parse(body) as Told;
const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const ofTask = (received: readonly Received[], taskId: string) =>
  received.filter(({ body }) => body.includes(taskId));
const gone = (webhookId: string) => commands().deleteWebhook.execute(call(), { webhookId });
const deliveriesOf = async (webhookId: string) =>
  accepted(await queries().webhookDeliveries.execute(call(), { webhookId })).nodes;

describe('what happens is told', () => {
  test('an action, signed and in order, in the shapes of the events', async () => {
    const { webhook, secret, receiver } = await makes();
    const task = await world.agent.submits(anErrand());
    await world.reaches(task, 'SUCCEEDED');
    await until(
      () => receiver.received.length >= 3,
      () => `${receiver.received.length} came`,
    );
    expect(receiver.received.map((each) => told(each).type)).toEqual([
      'action:queued',
      'action:executing',
      'action:completed',
    ]);
    for (const each of receiver.received)
      expect(new Verifier(secret).verify(each.body, headersOf(each))).toEqual(told(each));
    const [queued, executing, completed] = receiver.received.map((each) => told(each).data);
    expect(queued).toMatchObject({ priority: 'normal', queuePosition: expect.any(Number) });
    expect(executing).toMatchObject({ platform: 'noop', workerId: expect.any(String) });
    expect(completed).toMatchObject({
      actionId: queued?.['actionId'],
      executionTime: expect.any(Number),
      retries: 0,
      metadata: { taskId: task.id },
    });
    const [first] = receiver.received;
    expect(() => new Verifier(secret).verify(`${first?.body} `, headersOf(first as Received))).toThrow();
    expect(await gone(webhook.id)).toMatchObject({ ok: true });
  });

  test('an approval, its decision, and nothing of what the webhook did not ask for', async () => {
    const { webhook, receiver } = await makes({ types: ['approval:pending', 'approval:resolved'] });
    const task = await world.agent.submits(aRiskyTask());
    const [request] = await world.approvalsOf(task);
    await world.approver.rejects(task, 'not before the freeze is over');
    await until(
      () => receiver.received.length === 2,
      () => `${receiver.received.length} came`,
    );
    expect(receiver.received.map(told)).toMatchObject([
      {
        type: 'approval:pending',
        data: { approvalId: request?.id, actionId: task.id, action: { requiresApproval: true } },
      },
      {
        type: 'approval:resolved',
        data: {
          approvalId: request?.id,
          status: 'rejected',
          resolvedBy: world.approver.principal.id,
          reason: 'not before the freeze is over',
        },
      },
    ]);
    await gone(webhook.id);
  });

  test('by environment and platform, and never to another tenant', async () => {
    const { webhook, receiver } = await makes({ types: ['action:completed'], platforms: ['git'] });
    const other = await world.inTenant('other');
    const stranger = await other.agent.submits(anErrand());
    const passedOver = await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
    // What it is to be told of is looked at a little later than it happens.
    await until(
      async () =>
        (
          await world.owner.query(
            `SELECT FROM webhook WHERE id = $1
               AND cursor >= (SELECT max(seq) FROM event WHERE task_id = $2 AND type = 'task.succeeded')`,
            [webhook.id, passedOver.id],
          )
        ).length > 0 || undefined,
      () => 'it is not looked at',
    );
    await until(
      async () =>
        (await world.services.tasks.findMany(other.agent.principal, [stranger.id]))[0]?.status ===
        'SUCCEEDED',
      () => 'the stranger waits',
    );
    const changed = await commands().updateWebhook.execute(call(), { webhookId: webhook.id, platforms: [] });
    expect(changed).toMatchObject({ ok: true });
    const task = await world.agent.submits(anErrand());
    await until(
      () => ofTask(receiver.received, task.id).length === 1,
      () => 'it waits',
    );
    expect(ofTask(receiver.received, stranger.id)).toEqual([]);
    expect(receiver.received.length).toBe(1);
    await gone(webhook.id);
  });
});

describe('an address that does not take it', () => {
  test('is asked again with the same id, nothing overtakes, and what is given up is redriven', async () => {
    const { webhook, receiver } = await makes({ types: ['action:completed'] });
    receiver.answers(() => ({ status: 503 }));
    const first = await world.agent.submits(anErrand());
    await world.reaches(first, 'SUCCEEDED');
    const dead = await until(
      async () => {
        const [delivery] = await deliveriesOf(webhook.id);
        return delivery?.state === 'DEAD' ? delivery : undefined;
      },
      () => 'it is not given up',
    );
    expect(dead).toMatchObject({ attempts: 3, status: 503, error: 'It answered 503.' });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    receiver.answers(() => ({ status: 200 }));
    const again = await commands().redriveDeliveries.execute(call(), { webhookId: webhook.id });
    expect(again).toMatchObject({ ok: true, value: [{ id: dead.id, state: 'PENDING' }] });
    await until(
      async () => (await deliveriesOf(webhook.id))[0]?.state === 'DELIVERED',
      () => 'it waits',
    );
    expect(receiver.received.at(-1)?.headers['webhook-id']).toBe(dead.eventId);
    const nothing = await commands().redriveDeliveries.execute(call(), { webhookId: webhook.id });
    expect(nothing).toMatchObject({ ok: false, refusal: { code: 'NOT_IN_THIS_STATE' } });
    await gone(webhook.id);
  });

  test.each(['3600', '3600, 3600'])('is left alone as long as it asks: %s', async (asked) => {
    const { webhook, receiver } = await makes({ types: ['action:completed'] });
    receiver.answers(() => ({ status: 429, headers: { 'retry-after': asked } }));
    await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
    const waiting = await until(
      async () => {
        const [delivery] = await deliveriesOf(webhook.id);
        return delivery?.attempts === 1 ? delivery : undefined;
      },
      () => 'it was not tried',
    );
    expect(waiting.nextAttemptAt.getTime() - Date.now()).toBeGreaterThan(3_000_000);
    await gone(webhook.id);
  });

  test('holds up nobody else, and is not sent to once it says that it is gone', async () => {
    const slow = await makes({ types: ['action:completed'] });
    slow.receiver.answers(() => null);
    const leaving = await makes({ types: ['action:completed'] });
    leaving.receiver.answers(() => ({ status: 410 }));
    const quick = await makes({ types: ['action:completed'] });
    const tasks = await world.agent.submitsMany([anErrand(), anErrand(), anErrand()]);
    await world.allReach(tasks, 'SUCCEEDED');
    await until(
      () => quick.receiver.received.length === 3,
      () => 'the quick one waits',
    );
    // The first of them is still in flight, or tried again.
    expect(new Set(slow.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBeLessThan(2);
    const disabled = await until(
      async () => {
        const all = accepted(await queries().webhooks.execute(call(), {}));
        return all.find(({ id, disabledAt }) => id === leaving.webhook.id && disabledAt !== null);
      },
      () => 'it is not disabled',
    );
    expect(disabled.disabledReason).toContain('410');
    const [event] = await world.owner.query<{ summary: string }>(
      `SELECT summary FROM event WHERE type = 'webhook.disabled'`,
    );
    expect(event?.summary).toContain('pipeline');
    for (const { webhook } of [slow, leaving, quick]) await gone(webhook.id);
  });
});

describe('secrets and addresses', () => {
  test('after a rotation both secrets verify, and neither stands in the database, the record or an answer', async () => {
    const { webhook, secret, receiver } = await makes({ types: ['action:completed'] });
    const rotated = accepted(await commands().rotateWebhookSecret.execute(call(), { webhookId: webhook.id }));
    expect(rotated.secret).not.toBe(secret);
    await world.reaches(await world.agent.submits(anErrand()), 'SUCCEEDED');
    const [sent] = await until(
      () => (receiver.received.length > 0 ? receiver.received : undefined),
      () => 'none',
    );
    if (!sent) throw new Error('Nothing was sent.');
    for (const each of [secret, rotated.secret])
      expect(new Verifier(each).verify(sent.body, headersOf(sent))).toEqual(told(sent));
    const kept = await world.owner.query<{ text: string }>(
      `SELECT row_to_json(w)::text AS text FROM webhook w UNION ALL SELECT row_to_json(d)::text FROM webhook_delivery d
       UNION ALL SELECT row_to_json(e)::text FROM event e WHERE type LIKE 'webhook.%'`,
    );
    const everything =
      kept.map(({ text }) => text).join('\n') + JSON.stringify(await queries().webhooks.execute(call(), {}));
    for (const each of [secret, rotated.secret])
      expect(everything).not.toContain(each.slice('whsec_'.length, -1));
    await gone(webhook.id);
  });

  test('a test is sent at once, signed', async () => {
    const { webhook, secret, receiver } = await makes({ types: ['action:failed'] });
    const tested = accepted(await commands().testWebhook.execute(call(), { webhookId: webhook.id }));
    expect(tested.answer).toEqual({ kind: 'TAKEN', status: 204 });
    const [sent] = receiver.received;
    expect(new Verifier(secret).verify(sent?.body ?? '', headersOf(sent as Received))).toMatchObject({
      type: 'webhook:test',
    });
    await gone(webhook.id);
  });

  test('where nobody is there, a test says where, why and what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const { webhook } = await makes({ url });
    const tested = accepted(await commands().testWebhook.execute(call(), { webhookId: webhook.id }));
    expect(tested.answer).toMatchObject({
      kind: 'NOT_TAKEN',
      error: `${new URL(url).host} cannot be reached: nothing listens there (ECONNREFUSED). See that it runs, and that its address is right.`,
    });
    await gone(webhook.id);
  });

  test.each([
    'http://169.254.169.254/latest',
    'http://10.0.0.5/',
    'file:///etc/passwd',
    'http://a:b@example.com/',
  ])('%s is no address to send to', async (url) => {
    const made = await commands().createWebhook.execute(call(), { name: 'x', url, types: ['action:failed'] });
    expect(made).toMatchObject({ ok: false, refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  });

  test('nobody but an administrator has anything to do with them', async () => {
    const viewer = signedIn(world.approver.principal);
    for (const operation of [...Object.values(commands()), ...Object.values(queries())])
      expect(await operation.execute({ viewer, traceparent: null }, {})).toMatchObject({
        ok: false,
        refusal: { code: 'AUTHORIZATION_FAILED' },
      });
  });
});

test('one that nothing would ever be sent to is refused, with the nearest names', async () => {
  const wanted = { name: 'x', url: 'http://127.0.0.1:1/', types: ['action:complete'], platforms: ['gitt'] };
  expect(await commands().createWebhook.execute(call(), wanted)).toMatchObject({
    refusal: {
      details: {
        faults: [
          { path: 'types[0]', suggestions: ['action:completed'] },
          { path: 'platforms[0]', suggestions: ['git'] },
        ],
      },
    },
  });
});

test('one whose host is found no more is switched off all the same, and twenty at once make no more than twenty', async () => {
  const { webhook, receiver } = await makes();
  await world.owner.query("UPDATE webhook SET url = 'https://gone.invalid/' WHERE id = $1", [webhook.id]);
  const off = accepted(
    await commands().updateWebhook.execute(call(), { webhookId: webhook.id, isEnabled: false }),
  );
  expect(off.disabledAt).not.toBeNull();
  const more = await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      commands().createWebhook.execute(call(), {
        name: `one of many ${index}`,
        url: receiver.url,
        types: ['action:failed'],
      }),
    ),
  );
  const all = accepted(await queries().webhooks.execute(call(), {}));
  expect(all).toHaveLength(20);
  expect(more.some((each) => !each.ok && each.refusal.code === 'QUOTA_EXCEEDED')).toBe(true);
  for (const { id } of all) await gone(id);
});

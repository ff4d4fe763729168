import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asDescribed, ofType, type Recorded } from '../../testing/events.ts';
import { startMailbox } from '../../testing/mailbox.ts';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { createLogger } from '../infra/logger.ts';
import { createAlertQueries } from '../modules/alerts/index.ts';
import { createNotificationOperations } from '../modules/notifications/index.ts';
import { createMonitoring } from '../monitoring.ts';
import type { Services } from '../services.ts';

let origin: string;
let status = 500;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(status).end();
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** One approved call of the platform. */
const asks = async ({ agent, approver }: World): Promise<void> => {
  const task = await agent.submits({
    goal: 'Tell it',
    actions: [{ type: 'http.request', params: { method: 'POST', url: `${origin}/things` } }],
    retry: { maxRetries: 0 },
  });
  if (task.status === 'AWAITING_APPROVAL') await approver.approves(task);
};

/** Says where mail reaches somebody. */
const isReachedAt = async (
  { services }: World,
  { principal }: World['operator'] | World['approver'],
  email: string,
): Promise<void> => {
  const { setNoticeEmail } = createNotificationOperations({
    ...services.sending,
    findPrincipals: services.access.findPrincipals,
  });
  const call = { viewer: signedIn(principal), traceparent: null };
  accepted(await setNoticeEmail.execute(call, { principalId: principal.id, email }));
};

test('a platform that goes down and a lane that is long are told once, to who can act, however many processes look', async () => {
  await using mailbox = await startMailbox();
  await using world = await createWorld({
    background: 'KEEPERS',
    alerts: { queueDepth: 4 },
    notifications: {
      digestMs: 0,
      mail: {
        host: '127.0.0.1',
        port: mailbox.port,
        isEncrypted: false,
        from: 'Countersign <c@example.com>',
        to: [],
      },
      slack: null,
    },
    guards: { http: { breaker: { opensAt: 2, probeAfterMs: 3_000 } } },
  });
  await using watching = new AsyncDisposableStack();
  const watch = (services: Services) =>
    createMonitoring(world.config, createLogger({ level: 'error' }), services, () => 0, watching);
  const { alerts, registry } = watch(world.services);
  watch(await world.startsNode());
  watch(await world.startsNode());
  const open = async () => {
    const outcome = await createAlertQueries(alerts).alerts.execute(
      { viewer: signedIn(world.operator.principal), traceparent: null },
      {},
    );
    return outcome.ok ? outcome.value : [];
  };
  const told = async () =>
    asDescribed(
      await world.owner.query<Recorded>(
        "SELECT seq, type, summary, data FROM event WHERE tenant_id = $1 AND (type LIKE 'alert.%' OR type = 'executor.health_changed') ORDER BY seq",
        [world.tenantId],
      ),
    );
  const isOpen = (subjects: string[]) =>
    until(
      async () => {
        const seen = (await open()).map(({ subject }) => subject);
        return seen.join() === subjects.join() ? true : undefined;
      },
      async () => (await told()).map(({ summary }) => summary).join('\n'),
    );

  await isReachedAt(world, world.operator, 'olga@example.com');
  await isReachedAt(world, world.approver, 'ann@example.com');
  const errands = await world.agent.submitsMany(Array.from({ length: 6 }, () => anErrand()));
  await isOpen(['NORMAL']);
  expect(await registry.render()).toContain('countersign_alerts{kind="QUEUE_DEPTH"} 1');
  world.begins('ALL');
  await world.allReach(errands, 'SUCCEEDED');
  await isOpen([]);

  for (let failures = 0; failures < 2; failures += 1) await asks(world);
  await isOpen(['http']);
  status = 200;
  await asks(world);
  await isOpen([]);

  const events = await told();
  expect(
    [...ofType(events, 'alert.raised'), ...ofType(events, 'alert.cleared')].map(({ type, data }) => [
      type,
      data.kind,
      data.subject,
    ]),
  ).toEqual([
    ['alert.raised', 'QUEUE_DEPTH', 'NORMAL'],
    ['alert.raised', 'EXECUTOR_DOWN', 'http'],
    ['alert.cleared', 'QUEUE_DEPTH', 'NORMAL'],
    ['alert.cleared', 'EXECUTOR_DOWN', 'http'],
  ]);
  const changes = ofType(events, 'executor.health_changed').map(({ data }) => data);
  expect(changes.every(({ platform }) => platform === 'http')).toBe(true);
  const states = changes.map(({ circuitBreaker }) => circuitBreaker.state);
  expect(states.filter((state) => state === 'OPEN')).toHaveLength(1);
  expect(states.at(-1)).toBe('CLOSED');
  for (const [index, change] of changes.slice(1).entries())
    expect(change.previousStatus).toBe(changes[index]?.currentStatus);

  const words = ['steps wait in the lane NORMAL', 'http is down', 'Well again: http is down'];
  await until(
    () => {
      const text = mailbox.mails
        .flatMap(({ to, text: mail }) => (to.includes('olga@example.com') ? mail : []))
        .join();
      return words.every((each) => text.includes(each)) || undefined;
    },
    () => JSON.stringify(mailbox.mails),
  );
  expect(mailbox.mails.map(({ text }) => text).join()).toMatch(/http is down[^]*\/executors/);
  // Who only approves has other things to do.
  expect(
    mailbox.mails.filter(({ to, text }) => to.includes('ann@example.com') && /is down/.test(text)),
  ).toEqual([]);
});

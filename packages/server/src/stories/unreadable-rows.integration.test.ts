import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { startReceiver } from '../../testing/receiver.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Notice } from '../domain/notice.ts';
import { wholeTenant } from '../domain/sight.ts';
import { newId } from '../infra/ids.ts';
import { dispatchAgain } from '../modules/execution/reconciler.ts';
import { createWebhookCommands } from '../modules/webhooks/index.ts';
import { createDeliveryStore } from '../record/delivery-store.ts';
import { createNoticeStore } from '../record/notice-store.ts';
import { readOutgoing } from '../record/outgoing-store.ts';

const key = { name: '2026-01', hex: '11'.repeat(32) };
const damaged = 'enc:1:2026-01:AAAA';
let world: World;

beforeAll(async () => {
  world = await createWorld({ logLevel: 'fatal', encryption: { keys: [key] } });
});
afterAll(() => world[Symbol.asyncDispose]());

const anEndedErrand = async (label: string) => {
  const task = await world.agent.submits(anErrand({ label }));
  return world.reaches(task, 'SUCCEEDED');
};

describe('one row that does not decrypt keeps nothing of others', () => {
  test('from being dispatched again', async () => {
    const { owner, services } = world;
    const [bad, good] = [await anEndedErrand('bad'), await anEndedErrand('good')];
    await owner.query('UPDATE task SET justification = $2 WHERE id = $1', [bad.id, damaged]);
    await owner.query('UPDATE step SET output = to_jsonb($2::text) WHERE task_id = $1', [bad.id, damaged]);
    const ids = (
      await owner.query<{ id: string }>(
        `UPDATE step SET state = 'READY' WHERE task_id = ANY($1::uuid[]) RETURNING id`,
        [[bad.id, good.id]],
      )
    ).map(({ id }) => id);
    const suspects = await services.stores.runs.findDispatched(services.database, ids);
    await dispatchAgain({ ...services.stores, journal: services.journal }, suspects);
    const now = await services.stores.runs.findDispatched(services.database, ids);
    for (const { id, dispatchEpoch } of suspects)
      expect(now.find((step) => step.id === id)?.dispatchEpoch).toBeGreaterThan(dispatchEpoch);
    await owner.query('UPDATE task SET justification = NULL WHERE id = $1', [bad.id]);
    await owner.query(`UPDATE step SET output = NULL, state = 'SUCCEEDED' WHERE id = ANY($1::uuid[])`, [ids]);
  });

  test('from being told outside', async () => {
    const [bad, good] = [await anEndedErrand('bad'), await anEndedErrand('good')];
    await world.owner.query('UPDATE step SET output = to_jsonb($2::text) WHERE task_id = $1', [
      bad.id,
      damaged,
    ]);
    const page = await readOutgoing(world.services.database, wholeTenant(world.tenantId), 0n, 200);
    expect(page.sources.map(({ taskId }) => taskId)).toContain(good.id);
    expect(page.unreadable.map(({ taskId }) => taskId)).toContain(bad.id);
    expect(page.sources.every(({ seq }) => seq <= page.to)).toBe(true);
  });

  test('from being sent to the same webhook, and is given up with its reason', async () => {
    const { access, sending, reach, database } = world.services;
    const admin = signedIn(
      await access.ensurePrincipal({
        tenantId: world.tenantId,
        type: 'HUMAN',
        name: 'Ada',
        roles: ['ADMIN'],
      }),
    );
    await using receiver = await startReceiver();
    const commands = createWebhookCommands({ ...sending, platforms: () => reach().platforms });
    const { webhook } = accepted(
      await commands.createWebhook.execute(
        { viewer: admin, traceparent: null },
        { name: 'pipeline', url: receiver.url, types: ['action:failed'] },
      ),
    );
    const made = [1n, 2n].map((seq) => ({
      ...{ id: newId(), webhookId: webhook.id, tenantId: world.tenantId, seq, place: 0 },
      ...{ eventId: `event ${seq}`, type: 'action:failed', body: `{"of":"${seq}"}` },
    }));
    await world.owner.transaction(async (tx) => {
      await createDeliveryStore(database).append({ ...tx, cells: world.services.cells }, made);
      tx.write('UPDATE webhook_delivery SET body = $2 WHERE id = $1', [made[0]?.id, damaged]);
    });
    await until(
      async () => (receiver.received.length > 0 ? true : undefined),
      () => 'nothing came',
    );
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"of":"2"}']);
    const [given] = await world.owner.query('SELECT state, error FROM webhook_delivery WHERE id = $1', [
      made[0]?.id,
    ]);
    expect(given).toMatchObject({ state: 'DEAD', error: expect.stringMatching(/does not decrypt/) });
  });

  test('from being told to somebody, and is given up with its reason', async () => {
    const store = createNoticeStore(world.services.database);
    const made = [1n, 2n].map((eventSeq): Notice => ({
      ...{
        id: newId(),
        tenantId: world.tenantId,
        principalId: null,
        channel: 'MAIL',
        place: `p${eventSeq}@example.com`,
      },
      ...{
        kind: 'ALERT',
        eventSeq,
        taskId: null,
        approvalId: null,
        title: 'title',
        text: 'text',
      },
      ...{ path: '/', decides: null, state: 'PENDING', attempts: 0, dueAt: new Date(0), ended: null },
      ...{ slackTs: null, slackChannel: null },
    }));
    await world.owner.transaction((tx) => {
      store.insert({ ...tx, cells: world.services.cells }, made);
      tx.write('UPDATE notice SET text = $2 WHERE id = $1', [made[0]?.id, damaged]);
    });
    const [bad, good] = await until(
      async () => {
        const rows = await world.owner.query<{ state: string; error: string | null }>(
          'SELECT state, error FROM notice ORDER BY event_seq',
        );
        return rows.every(({ error }) => error !== null) ? rows : undefined;
      },
      () => 'a notice was claimed and not settled',
    );
    expect(bad).toMatchObject({ state: 'DEAD', error: expect.stringMatching(/does not decrypt/) });
    // There is no mail server: that it was tried is what counts.
    expect(good).toMatchObject({ state: 'PENDING', error: expect.stringMatching(/mail server/) });
  });
});

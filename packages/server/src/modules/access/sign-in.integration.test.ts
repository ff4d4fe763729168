import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  populate,
  refusalCode,
  startAccessNode,
  value,
  type AccessNode,
} from '../../../testing/access-node.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';

/** Only an event or its expiry can end what a node believes for so long. */
const neverMs = 3_600_000;

let testDatabase: TestDatabase;
let node: AccessNode;
let people: Awaited<ReturnType<typeof populate>>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  node = await startAccessNode(testDatabase);
  people = await populate(node);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

const newLink = async () => value(await node.access.createSignInLink(people.admin.id));
const newSession = async () => value(await node.access.signIn((await newLink()).token));
const eventsOf = (type: string) =>
  node.database.query<{ actor_id: string | null; data: Record<string, unknown> }>(
    'SELECT actor_id, data FROM event WHERE type = $1 AND tenant_id = $2 ORDER BY seq',
    [type, people.tenant.id],
  );

describe('a sign-in link', () => {
  it('lets exactly one of twenty in who come at once', async () => {
    const { token } = await newLink();
    const before = await eventsOf('session.started');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => node.access.signIn(token)));
    const winners = outcomes.filter(({ ok }) => ok);
    expect(winners).toHaveLength(1);
    expect(new Set(outcomes.filter(({ ok }) => !ok).map(refusalCode))).toEqual(
      new Set(['AUTHENTICATION_FAILED']),
    );
    const started = (await eventsOf('session.started')).slice(before.length);
    expect(started).toHaveLength(1);
    expect(started[0]).toMatchObject({
      actor_id: people.admin.id,
      data: { principalId: people.admin.id },
    });
    expect(refusalCode(await node.access.signIn(token))).toBe('AUTHENTICATION_FAILED');
  });

  it('works for 15 minutes and no longer', async () => {
    const { token, expiresAt } = await newLink();
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(14.9 * 60_000);
    expect(expiresAt.getTime() - Date.now()).toBeLessThan(15.1 * 60_000);
    await node.owner.query(
      `UPDATE sign_in_link SET expires_at = now() - interval '1 millisecond' WHERE used_at IS NULL`,
    );
    expect(refusalCode(await node.access.signIn(token))).toBe('AUTHENTICATION_FAILED');
  });

  it('is for people who may act', async () => {
    expect(refusalCode(await node.access.createSignInLink(people.agent.id))).toBe('NOT_ELIGIBLE');
    expect(refusalCode(await node.access.createSignInLink(people.tenant.id))).toBe('RESOURCE_NOT_FOUND');
    expect(refusalCode(await node.access.createSignInLink('nobody'))).toBe('RESOURCE_NOT_FOUND');
  });

  it('lets nobody in who was disabled meanwhile', async () => {
    const { admin } = await populate(node);
    const { token } = value(await node.access.createSignInLink(admin.id));
    await node.owner.query('UPDATE principal SET disabled_at = now() WHERE id = $1', [admin.id]);
    expect(refusalCode(await node.access.signIn(token))).toBe('AUTHENTICATION_FAILED');
    expect(refusalCode(await node.access.createSignInLink(admin.id))).toBe('RESOURCE_NOT_FOUND');
  });

  it('is no session itself, and no other text is a link', async () => {
    const { token } = await newLink();
    expect(await node.access.authenticate({ sessionToken: token })).toBeNull();
    expect(refusalCode(await node.access.signIn('nonsense'))).toBe('AUTHENTICATION_FAILED');
    expect(refusalCode(await node.access.signIn('a'.repeat(43)))).toBe('AUTHENTICATION_FAILED');
  });
});

describe('a session', () => {
  it('stands for who signed in, for 12 hours', async () => {
    const { sessionToken, principal, expiresAt } = await newSession();
    expect(principal).toEqual(people.admin);
    expect(await node.access.authenticate({ sessionToken })).toMatchObject(people.admin);
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
    expect(expiresAt.getTime() - Date.now()).toBeLessThan(12.1 * 3_600_000);
  });

  it('is no bearer token', async () => {
    const { sessionToken } = await newSession();
    expect(await node.access.authenticate({ authorization: `Bearer ${sessionToken}` })).toBeNull();
  });

  it('ends at once where the person signs out, and soon on other nodes', async () => {
    await using other = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { sessionToken } = await newSession();
    expect(await node.access.authenticate({ sessionToken })).not.toBeNull();
    expect(await other.access.authenticate({ sessionToken })).not.toBeNull();
    await node.access.signOut(sessionToken);
    expect(await node.access.authenticate({ sessionToken })).toBeNull();
    await vi.waitFor(
      async () => {
        expect(await other.access.authenticate({ sessionToken })).toBeNull();
      },
      { timeout: 30_000, interval: 5 },
    );
  });

  it('ends once', async () => {
    const { sessionToken } = await newSession();
    const before = (await eventsOf('session.ended')).length;
    await Promise.all([1, 2, 3].map(() => node.access.signOut(sessionToken)));
    await node.access.signOut('nonsense');
    expect((await eventsOf('session.ended')).length - before).toBe(1);
  });

  it('expires on time, also where it was just believed', async () => {
    await using trusting = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { sessionToken } = await newSession();
    await node.owner.query(
      `UPDATE session SET expires_at = now() + interval '1 second' WHERE revoked_at IS NULL`,
    );
    expect(await trusting.access.authenticate({ sessionToken })).not.toBeNull();
    await vi.waitFor(
      async () => {
        expect(await trusting.access.authenticate({ sessionToken })).toBeNull();
      },
      { timeout: 30_000, interval: 10 },
    );
  });
});

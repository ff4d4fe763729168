import { anEvent } from '../../../testing/events.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  keyOf,
  populate,
  refusalCode,
  startAccessNode,
  value,
  type AccessNode,
} from '../../../testing/access-node.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { signedIn } from '../../../testing/signed-in.ts';

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

const agentKey = (expiresAt?: Date) => keyOf(node, people.admin, people.agent, expiresAt);

describe('an API key', () => {
  it('stands for its principal', async () => {
    const { authorization, secret, apiKey } = await agentKey();
    expect(await node.access.authenticate({ authorization })).toMatchObject(people.agent);
    expect(secret.startsWith(`${apiKey.prefix}_`)).toBe(true);
    expect(apiKey).toMatchObject({ principalId: people.agent.id, expiresAt: null, revokedAt: null });
  });

  it('that nobody made stands for nobody', async () => {
    const authorization = `Bearer cs_aaaaaaaa_${'a'.repeat(43)}`;
    expect(await node.access.authenticate({ authorization })).toBeNull();
  });

  it('stands for nobody where a character differs', async () => {
    const { secret } = await agentKey();
    const flipped = secret.at(-2) === 'A' ? 'B' : 'A';
    const authorization = `Bearer ${secret.slice(0, -2)}${flipped}${secret.slice(-1)}`;
    expect(await node.access.authenticate({ authorization })).toBeNull();
  });

  it('is turned away at once when it is revoked, and soon on other nodes', async () => {
    await using other = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { authorization, apiKey } = await agentKey();
    expect(await node.access.authenticate({ authorization })).not.toBeNull();
    expect(await other.access.authenticate({ authorization })).not.toBeNull();
    const revoked = value(await node.access.revokeApiKey(signedIn(people.admin), apiKey.id));
    expect(revoked.revokedAt).toBeInstanceOf(Date);
    expect(await node.access.authenticate({ authorization })).toBeNull();
    await vi.waitFor(
      async () => {
        expect(await other.access.authenticate({ authorization })).toBeNull();
      },
      { timeout: 30_000, interval: 5 },
    );
  });

  it('is turned away for good while calls with it go on', async () => {
    const { authorization, apiKey } = await agentKey();
    let isOver = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        await node.access.authenticate({ authorization });
        await nextTurn();
      }
    });
    value(await node.access.revokeApiKey(signedIn(people.admin), apiKey.id));
    const after = await Promise.all(
      Array.from({ length: 50 }, () => node.access.authenticate({ authorization })),
    );
    isOver = true;
    await Promise.all(callers);
    expect(after.every((principal) => principal === null)).toBe(true);
  });

  it('is revoked once', async () => {
    const { apiKey } = await agentKey();
    const revocations = await Promise.all(
      [1, 2, 3, 4].map(() => node.access.revokeApiKey(signedIn(people.admin), apiKey.id)),
    );
    expect(new Set(revocations.map((outcome) => value(outcome).revokedAt?.getTime())).size).toBe(1);
    const events = await node.database.query(
      `SELECT 1 FROM event WHERE type = 'api_key.revoked' AND data->>'apiKeyId' = $1`,
      [apiKey.id],
    );
    expect(events).toHaveLength(1);
  });

  it('expires on time, also where it was just believed', async () => {
    await using trusting = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { authorization } = await agentKey(new Date(Date.now() + 1_000));
    expect(await trusting.access.authenticate({ authorization })).not.toBeNull();
    await vi.waitFor(
      async () => {
        expect(await trusting.access.authenticate({ authorization })).toBeNull();
      },
      { timeout: 30_000, interval: 10 },
    );
  });

  it('of a disabled principal stands for nobody', async () => {
    const others = await populate(node);
    const { authorization } = await keyOf(node, others.admin, others.agent);
    expect(await node.access.authenticate({ authorization })).not.toBeNull();
    await node.owner.query('UPDATE principal SET disabled_at = now() WHERE id = $1', [others.agent.id]);
    node.access.forget(
      anEvent('a tenant', { type: 'principal.disabled', data: { principalId: others.agent.id } }),
    );
    expect(await node.access.authenticate({ authorization })).toBeNull();
    const more = { principalId: others.agent.id, name: 'more' };
    expect(refusalCode(await node.access.createApiKey(signedIn(others.admin), more))).toBe(
      'RESOURCE_NOT_FOUND',
    );
  });

  it('shows when it was last used, written once a minute at most', async () => {
    const other = await startAccessNode(testDatabase);
    const { authorization, apiKey } = await agentKey();
    const usedAt = async () =>
      (await node.access.listApiKeys(people.admin)).find(({ id }) => id === apiKey.id)?.lastUsedAt;
    await other.access.authenticate({ authorization });
    await other[Symbol.asyncDispose]();
    const first = await usedAt();
    expect(first).toBeInstanceOf(Date);

    const again = await startAccessNode(testDatabase);
    await again.access.authenticate({ authorization });
    await again[Symbol.asyncDispose]();
    expect(await usedAt()).toEqual(first);
  });
});

describe('who is no administrator', () => {
  it('makes, revokes and sees no keys', async () => {
    const { apiKey } = await agentKey();
    const key = { principalId: people.agent.id, name: 'mine' };
    expect(refusalCode(await node.access.createApiKey(signedIn(people.agent), key))).toBe(
      'AUTHORIZATION_FAILED',
    );
    expect(refusalCode(await node.access.revokeApiKey(signedIn(people.agent), apiKey.id))).toBe(
      'AUTHORIZATION_FAILED',
    );
    const asked = { viewer: signedIn(people.agent), traceparent: null };
    expect(refusalCode(await node.access.operations.apiKeys.execute(asked, {}))).toBe('AUTHORIZATION_FAILED');
  });
});

describe('another tenant', () => {
  it('has keys that cannot be found', async () => {
    const others = await populate(node);
    const { apiKey, authorization } = await keyOf(node, others.admin, others.agent);
    const key = { principalId: others.agent.id, name: 'theirs' };
    expect(refusalCode(await node.access.createApiKey(signedIn(people.admin), key))).toBe(
      'RESOURCE_NOT_FOUND',
    );
    for (const id of [apiKey.id, others.tenant.id, 'nonsense', '']) {
      expect(refusalCode(await node.access.revokeApiKey(signedIn(people.admin), id))).toBe(
        'RESOURCE_NOT_FOUND',
      );
    }
    expect((await node.access.authenticate({ authorization }))?.id).toBe(others.agent.id);
    expect((await node.access.listApiKeys(others.admin)).map(({ id }) => id)).toEqual([apiKey.id]);
  });
});

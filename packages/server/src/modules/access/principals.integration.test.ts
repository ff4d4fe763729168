import { anEvent } from '../../../testing/events.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  populate,
  refusalCode,
  startAccessNode,
  value,
  type AccessNode,
} from '../../../testing/access-node.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { signedIn } from '../../../testing/signed-in.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { newId } from '../../infra/ids.ts';
import { createAccessStore } from '../../record/access-store.ts';
import { createAuthenticator } from './authenticator.ts';
import { createCredentialStore } from '../../record/credential-store.ts';
import { createPrincipalLoader } from '../../doors/graphql/schema/principal-loader.ts';

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

const disable = (id: string) =>
  node.database.query('UPDATE principal SET disabled_at = now() WHERE id = $1', [id]);

const countFacts = async (type: string, tenantId: string): Promise<number> => {
  const rows = await node.database.query('SELECT 1 FROM event WHERE type = $1 AND tenant_id = $2', [
    type,
    tenantId,
  ]);
  return rows.length;
};

describe('a new principal', () => {
  it('is recorded with who made it', async () => {
    const made = value(
      await node.access.createPrincipal(signedIn(people.admin), {
        type: 'AGENT',
        name: ' release-bot ',
        roles: ['SUBMITTER', 'VIEWER', 'SUBMITTER'],
        ownerId: people.admin.id,
      }),
    );
    expect(made).toEqual({
      id: made.id,
      tenantId: people.tenant.id,
      type: 'AGENT',
      name: 'release-bot',
      roles: ['SUBMITTER', 'VIEWER'],
      ownerId: people.admin.id,
      createdById: people.admin.id,
      handIds: [people.admin.id],
      groups: [],
      disabledAt: null,
    });
    expect(await node.access.findPrincipal(made.id)).toEqual(made);
    const events = await node.database.query(
      `SELECT actor_id, data FROM event WHERE type = 'principal.created' AND data->>'principalId' = $1`,
      [made.id],
    );
    const { id: principalId, type, name, roles, ownerId } = made;
    const data = { type, name, roles, ownerId };
    expect(events).toEqual([{ actor_id: people.admin.id, data: { principalId, ...data } }]);
  });

  it('is refused with every fault and its path, and then is not there', async () => {
    const outcome = await node.access.createPrincipal(signedIn(people.admin), {
      type: 'AGENT',
      name: 'Ada',
      roles: ['APPROVER'],
      ownerId: newId(),
    });
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
    const details = outcome.ok ? [] : faultsOf(outcome.refusal.details);
    expect(details.map(({ path }) => path)).toEqual(['name', 'roles[0]', 'ownerId']);
    const names = (await node.access.listPrincipals(people.admin)).map(({ name }) => name);
    expect(names.filter((name) => name === 'Ada')).toHaveLength(1);
  });

  it.each(['a\u0000b', 'a\ud800', 'x'.repeat(100_000)])(
    'is refused, not an error, with a hostile name',
    async (name) => {
      const outcome = await node.access.createPrincipal(signedIn(people.admin), {
        type: 'AGENT',
        name,
        roles: ['VIEWER'],
      });
      expect(refusalCode(outcome)).toBe('SCHEMA_VALIDATION_FAILED');
    },
  );

  it('has a name of its own in its tenant, also where ten ask at once', async () => {
    const input = {
      type: 'SERVICE',
      name: 'one-of-a-kind',
      roles: ['VIEWER'],
      ownerId: people.admin.id,
    } as const;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => node.access.createPrincipal(signedIn(people.admin), input)),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(outcomes.filter(({ ok }) => !ok).map(refusalCode))).toEqual(
      new Set(['SCHEMA_VALIDATION_FAILED']),
    );
    const others = await populate(node);
    expect(
      (await node.access.createPrincipal(signedIn(others.admin), { ...input, ownerId: others.admin.id })).ok,
    ).toBe(true);
  });

  it('cannot have an owner from another tenant, one that is disabled, or one that is no person', async () => {
    const others = await populate(node);
    const create = (name: string, ownerId: string) =>
      node.access.createPrincipal(signedIn(people.admin), {
        type: 'AGENT',
        name,
        roles: ['VIEWER'],
        ownerId,
      });
    expect(refusalCode(await create('a', others.admin.id))).toBe('RESOURCE_NOT_FOUND');
    expect(refusalCode(await create('b', 'nonsense'))).toBe('RESOURCE_NOT_FOUND');
    expect(refusalCode(await create('c', people.agent.id))).toBe('SCHEMA_VALIDATION_FAILED');
    const retired = value(
      await node.access.createPrincipal(signedIn(people.admin), {
        type: 'HUMAN',
        name: 'Bea',
        roles: ['VIEWER'],
      }),
    );
    await disable(retired.id);
    expect(refusalCode(await create('d', retired.id))).toBe('RESOURCE_NOT_FOUND');
  });

  it('is made by administrators alone', async () => {
    const input = { type: 'HUMAN', name: 'Mallory', roles: ['APPROVER'] } as const;
    expect(refusalCode(await node.access.createPrincipal(signedIn(people.agent), input))).toBe(
      'AUTHORIZATION_FAILED',
    );
  });
});

describe('the first start', () => {
  it('makes one tenant and one principal, however many processes start at once', async () => {
    await using other = await startAccessNode(testDatabase);
    const nodes = [node, other, node, other, node, other];
    const tenants = await Promise.all(nodes.map(({ access }) => access.ensureTenant('Default')));
    const [tenant] = tenants;
    if (!tenant) throw new Error('No tenant.');
    expect(new Set(tenants.map(({ id }) => id)).size).toBe(1);
    const input = { tenantId: tenant.id, type: 'HUMAN', name: 'Operator', roles: ['ADMIN'] } as const;
    const principals = await Promise.all(nodes.map(({ access }) => access.ensurePrincipal(input)));
    expect(new Set(principals.map(({ id }) => id)).size).toBe(1);
    expect(await countFacts('tenant.created', tenant.id)).toBe(1);
    expect(await countFacts('principal.created', tenant.id)).toBe(1);
  });

  it('leaves as it is what is there', async () => {
    const again = await node.access.ensurePrincipal({
      tenantId: people.tenant.id,
      type: 'AGENT',
      name: 'Ada',
      roles: ['VIEWER'],
    });
    expect(again).toEqual(people.admin);
  });

  it('makes nothing that breaks the rules', async () => {
    await expect(
      node.access.ensurePrincipal({
        tenantId: people.tenant.id,
        type: 'AGENT',
        name: 'self-approver',
        roles: ['APPROVER'],
      }),
    ).rejects.toThrow('roles[0]');
  });
});

describe('looking principals up', () => {
  it('stays within the tenant', async () => {
    const others = await populate(node);
    const ids = [people.agent.id, others.agent.id, 'nonsense'];
    expect(await node.access.findPrincipals(people.tenant.id, ids)).toEqual([people.agent]);
    const load = createPrincipalLoader(node.access);
    const loaded = await Promise.all(ids.map((id) => load(people.admin, id)));
    expect(loaded).toEqual([people.agent, null, null]);
    const names = (await node.access.listPrincipals(others.admin)).map(({ name }) => name);
    expect(names).toEqual(['Ada', 'deployer']);
  });

  it('still names one that is disabled, who can act no more', async () => {
    const { tenant, admin, agent } = await populate(node);
    expect(await node.access.findPrincipal(agent.id)).toEqual(agent);
    await disable(agent.id);
    node.access.forget(anEvent('a tenant', { type: 'principal.disabled', data: { principalId: agent.id } }));
    expect(await node.access.findPrincipal(agent.id)).toBeNull();
    expect(await node.access.findPrincipals(tenant.id, [agent.id])).toMatchObject([
      { ...agent, disabledAt: expect.any(Date) as Date },
    ]);
    expect(await node.access.listPrincipals(admin)).toEqual([admin]);
  });

  it('costs nothing the second time', async () => {
    const { findPrincipal } = createAuthenticator({
      access: createAccessStore(node.database),
      credentials: createCredentialStore(node.database),
      uses: { note: () => undefined },
      rememberedMs: 3_600_000,
    });
    await findPrincipal(people.agent.id);
    const found = await node.owner.transaction(async (tx) => {
      await tx.query('LOCK TABLE principal IN ACCESS EXCLUSIVE MODE');
      return findPrincipal(people.agent.id);
    });
    expect(found).toEqual(people.agent);
  });
});

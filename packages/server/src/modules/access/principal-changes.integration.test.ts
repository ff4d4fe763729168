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
import type { Caller } from '../../domain/principal.ts';
import { newId } from '../../infra/ids.ts';

/** Only an event can end what a node believes for so long. */
const neverMs = 3_600_000;
const patiently = { timeout: 30_000, interval: 5 };

let testDatabase: TestDatabase;
let node: AccessNode;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  node = await startAccessNode(testDatabase);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

/** A tenant with an administrator, an agent, and an approver who has signed in. */
const office = async () => {
  const people = await populate(node);
  const admin = signedIn(people.admin);
  const ben = value(
    await node.access.createPrincipal(admin, { type: 'HUMAN', name: 'Ben', roles: ['APPROVER'] }),
  );
  const { token } = value(await node.access.offerSignInLink(admin, ben.id));
  const { sessionToken } = value(await node.access.signIn(token));
  return { ...people, admin, ben, sessionToken };
};
const callerOf = async (sessionToken: string): Promise<Caller> => {
  const caller = await node.access.authenticate({ sessionToken });
  if (!caller) throw new Error('This session is over.');
  return caller;
};
const eventsOf = (tenantId: string, type: string) =>
  node.database.query<{ actor_id: string; data: Record<string, unknown> }>(
    'SELECT actor_id, data FROM event WHERE tenant_id = $1 AND type = $2 ORDER BY seq',
    [tenantId, type],
  );

describe('a disabled person', () => {
  it('is let in nowhere, on any node, and stays out until enabled', async () => {
    await using other = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { tenant, admin, ben, sessionToken } = await office();
    const { authorization } = await keyOf(node, admin, ben);
    const { token } = value(await node.access.offerSignInLink(admin, ben.id));
    for (const { access } of [node, other]) {
      expect(await access.authenticate({ sessionToken })).not.toBeNull();
      expect(await access.authenticate({ authorization })).not.toBeNull();
      expect(await access.findPrincipal(ben.id)).not.toBeNull();
    }

    const disabled = value(await node.access.disablePrincipal(admin, ben.id));
    expect(disabled.disabledAt).not.toBeNull();
    expect(await node.access.authenticate({ sessionToken })).toBeNull();
    expect(await node.access.authenticate({ authorization })).toBeNull();
    await vi.waitFor(async () => {
      expect(await other.access.authenticate({ sessionToken })).toBeNull();
      expect(await other.access.authenticate({ authorization })).toBeNull();
      expect(await other.access.findPrincipal(ben.id)).toBeNull();
    }, patiently);
    expect(refusalCode(await node.access.signIn(token))).toBe('AUTHENTICATION_FAILED');
    expect(refusalCode(await node.access.offerSignInLink(admin, ben.id))).toBe('RESOURCE_NOT_FOUND');
    const events = await eventsOf(tenant.id, 'principal.disabled');
    expect(events).toEqual([{ actor_id: admin.id, data: { principalId: ben.id } }]);
    expect(await eventsOf(tenant.id, 'session.ended')).toMatchObject([{ actor_id: admin.id }]);
    const listed = async (all: boolean) =>
      (await node.access.listPrincipals(admin, all)).map(({ id }) => id).includes(ben.id);
    expect([await listed(false), await listed(true)]).toEqual([false, true]);

    value(await node.access.enablePrincipal(admin, ben.id));
    expect(await node.access.authenticate({ authorization })).not.toBeNull();
    expect(await node.access.authenticate({ sessionToken })).toBeNull();
    expect(refusalCode(await node.access.signIn(token))).toBe('AUTHENTICATION_FAILED');
  });

  it('is disabled once, and enabled once', async () => {
    const { tenant, admin, ben } = await office();
    await Promise.all([1, 2, 3].map(() => node.access.disablePrincipal(admin, ben.id)));
    await Promise.all([1, 2, 3].map(() => node.access.enablePrincipal(admin, ben.id)));
    expect(await eventsOf(tenant.id, 'principal.disabled')).toHaveLength(1);
    expect(await eventsOf(tenant.id, 'principal.enabled')).toHaveLength(1);
  });
});

describe('other roles', () => {
  it('count at once, on any node', async () => {
    await using other = await startAccessNode(testDatabase, { rememberedMs: neverMs });
    const { tenant, admin, ben, sessionToken } = await office();
    expect((await other.access.authenticate({ sessionToken }))?.roles).toEqual(['APPROVER']);
    const changed = value(await node.access.setRoles(admin, ben.id, ['VIEWER', 'OPERATOR', 'VIEWER']));
    expect(changed.roles).toEqual(['VIEWER', 'OPERATOR']);
    expect((await callerOf(sessionToken)).roles).toEqual(['VIEWER', 'OPERATOR']);
    await vi.waitFor(async () => {
      expect((await other.access.authenticate({ sessionToken }))?.roles).toEqual(['VIEWER', 'OPERATOR']);
    }, patiently);
    const data = { principalId: ben.id, roles: ['VIEWER', 'OPERATOR'], rolesBefore: ['APPROVER'] };
    expect(await eventsOf(tenant.id, 'principal.roles_changed')).toEqual([{ actor_id: admin.id, data }]);
    value(await node.access.setRoles(admin, ben.id, ['OPERATOR', 'VIEWER']));
    expect(await eventsOf(tenant.id, 'principal.roles_changed')).toHaveLength(1);
  });

  it('are such as it can have', async () => {
    const { admin, agent } = await office();
    expect(refusalCode(await node.access.setRoles(admin, agent.id, []))).toBe('SCHEMA_VALIDATION_FAILED');
    const outcome = await node.access.setRoles(admin, agent.id, ['SUBMITTER', 'APPROVER', 'ADMIN']);
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { details: { faults: [{ path: 'roles[1]' }, { path: 'roles[2]' }] } },
    });
  });
});

describe('sessions', () => {
  it('end all at once, by an administrator or by their own person', async () => {
    const { tenant, admin, ben, sessionToken } = await office();
    const me = await callerOf(sessionToken);
    const { token } = value(await node.access.offerSignInLink(me, ben.id));
    const second = value(await node.access.signIn(token)).sessionToken;
    const unused = value(await node.access.offerSignInLink(me, ben.id)).token;
    expect(value(await node.access.endSessions(me, ben.id)).count).toBe(2);
    expect(await node.access.authenticate({ sessionToken })).toBeNull();
    expect(await node.access.authenticate({ sessionToken: second })).toBeNull();
    expect(refusalCode(await node.access.signIn(unused))).toBe('AUTHENTICATION_FAILED');
    expect(value(await node.access.endSessions(admin, ben.id)).count).toBe(0);
    expect(await eventsOf(tenant.id, 'session.ended')).toHaveLength(2);
  });
});

describe('the last administrator', () => {
  it('stays one', async () => {
    const { admin, ben } = await office();
    expect(refusalCode(await node.access.disablePrincipal(admin, admin.id))).toBe('PRECONDITION_FAILED');
    expect(refusalCode(await node.access.setRoles(admin, admin.id, ['VIEWER']))).toBe('PRECONDITION_FAILED');
    value(await node.access.setRoles(admin, admin.id, ['ADMIN', 'VIEWER']));
    value(await node.access.setRoles(admin, ben.id, ['ADMIN']));
    value(await node.access.setRoles(admin, admin.id, ['VIEWER']));
    expect(refusalCode(await node.access.disablePrincipal({ ...admin, id: ben.id }, ben.id))).toBe(
      'PRECONDITION_FAILED',
    );
  });

  it('is left where administrators end each other at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { tenant, admin, ben } = await office();
      value(await node.access.setRoles(admin, ben.id, ['ADMIN']));
      await Promise.all([
        node.access.disablePrincipal(admin, ben.id),
        node.access.setRoles(signedIn({ ...ben, roles: ['ADMIN'] }), admin.id, ['VIEWER']),
      ]);
      const left = await node.database.query(
        `SELECT 1 FROM principal WHERE tenant_id = $1 AND 'ADMIN' = ANY (roles) AND disabled_at IS NULL`,
        [tenant.id],
      );
      expect(left).toHaveLength(1);
    }
  });
});

describe('who is no administrator, or of another tenant', () => {
  it('changes nobody', async () => {
    const { admin, ben, agent, sessionToken } = await office();
    const elsewhere = await office();
    const { access } = node;
    const acts = [
      (viewer: Caller, id: string) => access.setRoles(viewer, id, ['VIEWER']),
      (viewer: Caller, id: string) => access.disablePrincipal(viewer, id),
      (viewer: Caller, id: string) => access.enablePrincipal(viewer, id),
      (viewer: Caller, id: string) => access.endSessions(viewer, id),
      (viewer: Caller, id: string) => access.offerSignInLink(viewer, id),
    ];
    for (const act of acts) {
      expect(refusalCode(await act(await callerOf(sessionToken), admin.id))).toBe('AUTHORIZATION_FAILED');
      expect(refusalCode(await act(signedIn(agent), admin.id))).toBe('AUTHORIZATION_FAILED');
      for (const id of [elsewhere.ben.id, newId(), 'nonsense']) {
        expect(refusalCode(await act(admin, id))).toBe('RESOURCE_NOT_FOUND');
      }
    }
    expect(await callerOf(elsewhere.sessionToken)).toMatchObject({ id: elsewhere.ben.id });
    expect(await node.access.findPrincipal(ben.id)).not.toBeNull();
  });

  it('makes no session out of a key of their own', async () => {
    const { admin, ben } = await office();
    const { authorization } = await keyOf(node, admin, ben);
    const byKey = await node.access.authenticate({ authorization });
    if (!byKey) throw new Error('The key is no good.');
    expect(refusalCode(await node.access.offerSignInLink(byKey, ben.id))).toBe('AUTHORIZATION_FAILED');
  });

  it('is not signed in where no person is', async () => {
    const { admin, agent } = await office();
    expect(refusalCode(await node.access.offerSignInLink(admin, agent.id))).toBe('NOT_ELIGIBLE');
  });
});

describe('hands', () => {
  it('go from credential to credential', async () => {
    const { admin, ben, sessionToken } = await office();
    const me = await callerOf(sessionToken);
    expect(me).toMatchObject({
      createdById: admin.id,
      handIds: [admin.id],
      credential: { handIds: [admin.id] },
    });
    const { token } = value(await node.access.offerSignInLink(me, ben.id));
    const again = await callerOf(value(await node.access.signIn(token)).sessionToken);
    expect(again.credential.handIds).toEqual([ben.id, admin.id]);
    value(await node.access.setRoles(admin, ben.id, ['ADMIN']));
    const cleo = value(
      await node.access.createPrincipal(
        { ...again, roles: ['ADMIN'] },
        { type: 'HUMAN', name: 'Cleo', roles: ['APPROVER'] },
      ),
    );
    expect(cleo).toMatchObject({ createdById: ben.id, handIds: [ben.id, admin.id] });
  });
});

import { graphql, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf, populate, startAccessNode, type AccessNode } from '../../../../testing/access-node.ts';
import { createTestDatabase, type TestDatabase } from '../../../../testing/postgres.ts';
import { signedIn } from '../../../../testing/signed-in.ts';
import type { Principal } from '../../../domain/principal.ts';
import { createBuilder } from './builder.ts';
import { createRefs } from './refs.ts';
import { addAccessSchema } from './access-schema.ts';

let testDatabase: TestDatabase;
let node: AccessNode;
let schema: GraphQLSchema;
let people: Awaited<ReturnType<typeof populate>>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  node = await startAccessNode(testDatabase);
  people = await populate(node);
  const builder = createBuilder();
  addAccessSchema(builder, createRefs(builder), node.access, () => 'http://console');
  // A schema is valid with a subscription only; this module has none.
  builder.subscriptionField('never', (t) =>
    t.boolean({
      authScopes: { read: true },
      subscribe: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
      }),
      resolve: () => true,
    }),
  );
  schema = builder.toSchema();
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

const ask = async (viewer: Principal, source: string, variableValues: Record<string, unknown> = {}) => {
  const contextValue = { viewer: signedIn(viewer), requestId: 'test', traceparent: null };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  return { data: structuredClone(data), codes: (errors ?? []).map(({ extensions }) => extensions.code) };
};

const createKey = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id name prefix principal { name } } secret refusal { code details { ... on InputFaults { faults { path message } } } } }
}`;
const createPrincipal = `mutation ($input: CreatePrincipalInput!) {
  createPrincipal(input: $input) { principal { name type roles owner { name } } refusal { code details { ... on InputFaults { faults { path message } } } } }
}`;
const revokeKey = `mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { apiKey { id revokedAt } refusal { code } }
}`;

describe('viewer', () => {
  const query =
    '{ viewer { principal { name owner { name } } tenant { name } canSubmit canApprove canOperate canAdminister } }';

  it('says who one is and what one may do', async () => {
    const tenant = { name: people.tenant.name };
    expect((await ask(people.agent, query)).data).toEqual({
      viewer: {
        principal: { name: 'deployer', owner: { name: 'Ada' } },
        tenant,
        canSubmit: true,
        canApprove: false,
        canOperate: false,
        canAdminister: false,
      },
    });
    expect((await ask(people.admin, query)).data).toEqual({
      viewer: {
        principal: { name: 'Ada', owner: null },
        tenant,
        canSubmit: true,
        canApprove: true,
        canOperate: true,
        canAdminister: true,
      },
    });
  });

  it('lets only people approve, whatever the roles say', async () => {
    const { data } = await ask({ ...people.agent, roles: ['APPROVER'] }, '{ viewer { canApprove } }');
    expect(data).toEqual({ viewer: { canApprove: false } });
  });
});

describe('mutations', () => {
  it('make a principal and a key that works until it is revoked', async () => {
    const input = { type: 'AGENT', name: 'graph-bot', roles: ['SUBMITTER'], ownerId: people.admin.id };
    const made = await ask(people.admin, createPrincipal, { input });
    expect(made.data).toEqual({
      createPrincipal: {
        principal: { name: 'graph-bot', type: 'AGENT', roles: ['SUBMITTER'], owner: { name: 'Ada' } },
        refusal: null,
      },
    });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const key = { principalId: people.agent.id, name: 'laptop', expiresAt };
    const { data } = await ask(people.admin, createKey, { input: key });
    const { apiKey, secret } = (data as { createApiKey: { apiKey: { id: string }; secret: string } })
      .createApiKey;
    expect(apiKey).toMatchObject({ name: 'laptop', principal: { name: 'deployer' } });
    const authorization = `Bearer ${secret}`;
    expect(await node.access.authenticate({ authorization })).toMatchObject(people.agent);
    const revoked = await ask(people.admin, revokeKey, { input: { apiKeyId: apiKey.id } });
    expect(revoked.data).toMatchObject({ revokeApiKey: { apiKey: { id: apiKey.id }, refusal: null } });
    expect(await node.access.authenticate({ authorization })).toBeNull();
  });

  it('are refused as values', async () => {
    const key = { principalId: people.agent.id, name: ' ', expiresAt: '2001-01-01T00:00:00Z' };
    expect((await ask(people.admin, createKey, { input: key })).data).toMatchObject({
      createApiKey: {
        apiKey: null,
        secret: null,
        refusal: {
          code: 'SCHEMA_VALIDATION_FAILED',
          details: { faults: [{ path: 'name' }, { path: 'expiresAt' }] },
        },
      },
    });
    const input = { type: 'HUMAN', name: 'Mallory', roles: ['APPROVER'] };
    expect((await ask(people.agent, createPrincipal, { input })).data).toMatchObject({
      createPrincipal: { principal: null, refusal: { code: 'AUTHORIZATION_FAILED' } },
    });
    expect((await ask(people.admin, revokeKey, { input: { apiKeyId: 'nonsense' } })).data).toMatchObject({
      revokeApiKey: { apiKey: null, refusal: { code: 'RESOURCE_NOT_FOUND' } },
    });
  });
});

interface Listed {
  readonly nodes: readonly Readonly<Record<string, string>>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe('lists', () => {
  it('hold what belongs to the tenant', async () => {
    const others = await populate(node);
    const { apiKey } = await keyOf(node, others.admin, others.agent);
    const query = '{ principals { nodes { name } } apiKeys { nodes { id lastUsedAt revokedAt } } }';
    expect((await ask(others.admin, query)).data).toEqual({
      principals: { nodes: [{ name: 'Ada' }, { name: 'deployer' }] },
      apiKeys: { nodes: [{ id: apiKey.id, lastUsedAt: null, revokedAt: null }] },
    });
  });

  it.each([
    ['principals', 'name', ['Ada', 'deployer']],
    ['apiKeys', 'id', null],
  ] as const)('come page by page, without a gap or a repetition: %s', async (list, field, expected) => {
    const others = await populate(node);
    const keys = [];
    for (let made = 0; made < 3; made += 1)
      keys.unshift((await keyOf(node, others.admin, others.agent)).apiKey.id);
    const query = `query ($after: String) {
      ${list}(first: 1, after: $after) { nodes { ${field} } pageInfo { hasNextPage endCursor } } }`;
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await ask(others.admin, query, { after });
      const page = (data as Record<string, Listed>)[list];
      seen.push(...(page?.nodes ?? []).map((item) => item[field] ?? ''));
      after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(expected ?? keys);
    // A cursor of somebody else's list leads nowhere.
    const strange = await ask(people.admin, query, { after: `${list}:${others.admin.id}` });
    expect(JSON.stringify(strange.data)).not.toContain(others.admin.id);
    expect((await ask(people.admin, query, { after: 'x' })).codes).toEqual(['SCHEMA_VALIDATION_FAILED']);
  });

  it('show keys to administrators alone', async () => {
    expect((await ask(people.agent, '{ apiKeys { nodes { prefix } } }')).codes).toEqual([
      'AUTHORIZATION_FAILED',
    ]);
    expect((await ask({ ...people.agent, roles: [] }, '{ principals { nodes { name } } }')).codes).toEqual([
      'AUTHORIZATION_FAILED',
    ]);
  });
});

describe('mutations about people who are there', () => {
  const input = (principalId: string) => ({ input: { principalId } });

  it('change roles, sign in and out, disable and enable', async () => {
    const made = await ask(people.admin, createPrincipal, {
      input: { type: 'HUMAN', name: 'Bea', roles: ['VIEWER'] },
    });
    expect(made.data).toMatchObject({ createPrincipal: { refusal: null } });
    const bea = (await node.access.listPrincipals(people.admin)).find(({ name }) => name === 'Bea');
    const id = bea?.id ?? '';
    const setRoles = `mutation ($input: SetRolesInput!) {
      setRoles(input: $input) { principal { roles createdBy { name } } refusal { code } } }`;
    expect(
      (await ask(people.admin, setRoles, { input: { principalId: id, roles: ['APPROVER'] } })).data,
    ).toEqual({
      setRoles: { principal: { roles: ['APPROVER'], createdBy: { name: 'Ada' } }, refusal: null },
    });
    const createLink = `mutation ($input: CreateSignInLinkInput!) {
      createSignInLink(input: $input) { url expiresAt refusal { code } } }`;
    const link = (await ask(people.admin, createLink, input(id))).data as {
      createSignInLink: { url: string };
    };
    const token = /^http:\/\/console\/sign-in#token=(.{43})$/.exec(link.createSignInLink.url)?.[1] ?? '';
    expect((await node.access.signIn(token)).ok).toBe(true);
    const end = `mutation ($input: EndSessionsInput!) { endSessions(input: $input) { endedCount refusal { code } } }`;
    expect((await ask(people.admin, end, input(id))).data).toEqual({
      endSessions: { endedCount: 1, refusal: null },
    });
    const disable = `mutation ($input: DisablePrincipalInput!) {
      disablePrincipal(input: $input) { principal { disabledAt } refusal { code } } }`;
    expect((await ask(people.admin, disable, input(id))).data).toMatchObject({
      disablePrincipal: { principal: { disabledAt: expect.any(String) as string }, refusal: null },
    });
    const names =
      '{ principals { nodes { name } } everybody: principals(includeDisabled: true) { nodes { name disabledAt } } }';
    const { data } = await ask(people.agent, names);
    expect(JSON.stringify(data?.principals)).not.toContain('Bea');
    expect(JSON.stringify(data?.everybody)).toContain('Bea');
    const enable = `mutation ($input: EnablePrincipalInput!) {
      enablePrincipal(input: $input) { principal { disabledAt } refusal { code } } }`;
    expect((await ask(people.admin, enable, input(id))).data).toEqual({
      enablePrincipal: { principal: { disabledAt: null }, refusal: null },
    });
    expect((await ask(people.admin, disable, input(people.admin.id))).data).toMatchObject({
      disablePrincipal: { principal: null, refusal: { code: 'PRECONDITION_FAILED' } },
    });
    for (const document of [createLink, end, disable, enable]) {
      const refused = Object.values((await ask(people.agent, document, input(id))).data ?? {});
      expect(refused).toMatchObject([{ refusal: { code: 'AUTHORIZATION_FAILED' } }]);
    }
  });
});

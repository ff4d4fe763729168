import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { forgedTokens } from '../../testing/token-corpus.ts';

let world: RestWorld;
/** Ann's session: she makes links for herself, to decide on another machine. */
let cookie: string;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 3_600_000 }));
  const { access } = world.app;
  const { token } = value(await access.createSignInLink(world.ann.id));
  cookie = `cs_session=${value(await access.signIn(token)).sessionToken}`;
});
afterAll(() => world[Symbol.asyncDispose]());

const asks = async (more: object = {}): Promise<string> => {
  const input = {
    ...more,
    idempotencyKey: crypto.randomUUID(),
    goal: 'Run an errand',
    actions: [{ type: 'noop.run', params: {} }],
    requiresApproval: true,
  };
  const data = await world.agent.graphql(
    'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } } }',
    { input },
  );
  return (data['executeTask'] as { task: { id: string } }).task.id;
};

const mutation = `mutation ($input: CreateApprovalLinkInput!) { createApprovalLink(input: $input) {
  url expiresAt refusal { code message } } }`;
interface Made {
  readonly url: string | null;
  readonly refusal: { readonly code: string } | null;
}

const makes = async (taskId: string, headers: Record<string, string>): Promise<Made> => {
  const response = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: mutation, variables: { input: { taskId, principalId: world.ann.id } } }),
  });
  return ((await response.json()) as { data: { createApprovalLink: Made } }).data.createApprovalLink;
};
const tokenOf = ({ url }: Made): string => new URL(url ?? '').hash.slice(1);
const madeFor = async (taskId: string): Promise<string> => tokenOf(await makes(taskId, { cookie }));

const follow = async (token: string, decision?: object) => {
  const response = await fetch(`${world.app.url}/approval-link`, {
    method: decision ? 'POST' : 'GET',
    headers: { 'x-approval-link': token, ...(decision && { 'content-type': 'application/json' }) },
    ...(decision && { body: JSON.stringify(decision) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as object };
};

/** Decides on what the page shows. */
const decides = async (token: string, decision: object) => {
  const { status, headers, body } = await follow(token);
  if (status !== 200) return { status, headers, body };
  const { revision, planHash } = body as { readonly revision: number; readonly planHash: string };
  return follow(token, { revision, planHash, ...decision });
};

const standing = async (taskId: string): Promise<unknown> => {
  const { approval } = (
    await world.ann.graphql(
      'query ($id: ID!) { task(id: $id) { approval { status reviews { verdict reviewer { name } } } } }',
      { id: taskId },
    )
  )['task'] as { approval: object };
  return approval;
};
const refusedWith = (code: string) => ({ body: { error: { code } } });

describe('a link for one person and one plan', () => {
  test('shows and never decides, however often it is fetched, and then decides once', async () => {
    const taskId = await asks();
    const token = await madeFor(taskId);
    const looks = await Promise.all(Array.from({ length: 100 }, () => follow(token)));
    expect(new Set(looks.map(({ status }) => status))).toEqual(new Set([200]));
    const about = { person: 'Ann', requester: 'builder', goal: 'Run an errand', revision: 1 };
    expect(looks[0]?.body).toMatchObject({ ...about, riskFactors: expect.any(Array), outsideContent: [] });
    expect(looks[0]?.headers.get('cache-control')).toBe('no-store');
    expect(looks[0]?.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await standing(taskId)).toEqual({ status: 'PENDING', reviews: [] });

    const { revision, planHash } = (looks[0]?.body ?? {}) as { revision?: number; planHash?: string };
    const presses = await Promise.all(
      Array.from({ length: 5 }, () => follow(token, { decision: 'approve', revision, planHash })),
    );
    expect(presses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await standing(taskId)).toEqual({
      status: 'APPROVED',
      reviews: [{ verdict: 'APPROVE', reviewer: { name: 'Ann' } }],
    });
    expect(await follow(token)).toMatchObject(refusedWith('ALREADY_DECIDED'));
  });

  test('tells of content from outside that it rests on', async () => {
    const reference = 'https://example.org/how-to';
    const inside = { kind: 'FILE', reference: 'handbook.md', trust: 'INTERNAL' };
    const taskId = await asks({ sources: [{ kind: 'WEB', reference }, inside] });
    expect((await follow(await madeFor(taskId))).body).toMatchObject({
      outsideContent: [`web page ${reference}`],
    });
  });

  test('rejects with a reason, and a refused word does not use it up', async () => {
    const taskId = await asks();
    const token = await madeFor(taskId);
    expect(await decides(token, { decision: 'reject' })).toMatchObject(
      refusedWith('SCHEMA_VALIDATION_FAILED'),
    );
    expect(
      await decides(token, { decision: 'reject', comment: 'Not while the books are open.' }),
    ).toMatchObject({ status: 200, body: { status: 'REJECTED' } });
  });

  test('decides on what its page showed, and on nothing else', async () => {
    const taskId = await asks();
    const token = await madeFor(taskId);
    expect(await follow(token, { decision: 'approve' })).toMatchObject(
      refusedWith('SCHEMA_VALIDATION_FAILED'),
    );
    for (const shown of [{ revision: 2 }, { planHash: '0'.repeat(64) }])
      for (const word of [{ decision: 'approve' }, { decision: 'reject', comment: 'Not this one, not now.' }])
        expect(await decides(token, { ...word, ...shown })).toMatchObject(refusedWith('CONFLICT'));
    expect(await standing(taskId)).toEqual({ status: 'PENDING', reviews: [] });
    expect(await decides(token, { decision: 'approve' })).toMatchObject({ status: 200 });
  });

  test('is worth nothing once the plan is another', async () => {
    const taskId = await asks();
    const token = await madeFor(taskId);
    const { task } = (await world.agent.graphql('query ($id: ID!) { task(id: $id) { plan { hash } } }', {
      id: taskId,
    })) as { task: { plan: { hash: string } } };
    const input = {
      taskId,
      revision: 1,
      planHash: task.plan.hash,
      actions: [{ type: 'noop.run', params: { label: 'another' } }],
      comment: 'As it should be.',
    };
    await world.agent.graphql(
      'mutation ($input: EditTaskInput!) { editTask(input: $input) { refusal { message } } }',
      { input },
    );
    const shown = { revision: 1, planHash: task.plan.hash };
    expect(await follow(token)).toMatchObject(refusedWith('CONFLICT'));
    expect(await follow(token, { decision: 'approve', ...shown })).toMatchObject(refusedWith('CONFLICT'));
  });

  test('is made by its person, or by an operator who is asked as well', async () => {
    const taskId = await asks();
    const by = ({ key }: { readonly key: string }) => makes(taskId, { authorization: `Bearer ${key}` });
    // What a key could make, whoever made the key could follow.
    expect(await by(world.ann)).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
    expect(await by(world.agent)).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
    expect(await by(world.operator)).toMatchObject({ refusal: { code: 'NOT_ELIGIBLE' } });
  });

  test('of another key, of another algorithm or altered, opens nothing', async () => {
    const token = await madeFor(await asks());
    for (const [what, forged] of Object.entries(await forgedTokens(token)))
      expect(await follow(forged, { decision: 'approve', revision: 1, planHash: 'any' }), what).toMatchObject(
        refusedWith('AUTHENTICATION_FAILED'),
      );
    expect(await follow(token)).toMatchObject({ status: 200 });
  });
});

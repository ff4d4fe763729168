import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGitSandbox, type GitSandbox } from '../../testing/git-repository.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Refusal } from '../domain/errors.ts';
import { faultsOf } from '../domain/refusal-details.ts';

let sandbox: GitSandbox;
let world: World;

beforeAll(async () => {
  sandbox = await createGitSandbox();
  const repository = await sandbox.bareRepository('app.git', { 'README.md': 'app\n' });
  world = await createWorld({
    background: 'NONE',
    repositories: [
      { name: 'app', location: repository },
      { location: join(sandbox.folder, 'team'), isPrefix: true },
    ],
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const commit = (more: object = {}) => ({
  type: 'repo.commit',
  params: {
    repository: 'app',
    branch: 'main',
    message: 'Say more',
    files: [{ path: 'README.md', content: 'more\n' }],
    ...more,
  },
});
const withoutBranch = (more: object = {}) => {
  const { branch: _branch, ...params } = { ...commit().params, ...more };
  return { type: 'repo.commit', params };
};
const request = (url: string) => ({ type: 'http.request', params: { method: 'GET', url } });

const refusalOf = async (...actions: readonly object[]): Promise<Refusal> => {
  const outcome = await world.agent.asks({ goal: 'Try it', actions } as never);
  if (outcome.ok) throw new Error('It was accepted.');
  return outcome.refusal;
};
const faultsIn = async (...actions: readonly object[]) => faultsOf((await refusalOf(...actions)).details);

describe('a refusal says what to do next', () => {
  test('of an unknown action type: the nearest names, and where the list is', async () => {
    expect(await faultsIn({ type: 'repo.comit', params: {} })).toEqual([
      {
        path: 'actions[0].type',
        message:
          'There is no action type "repo.comit"; did you mean "repo.commit"? The query actionTypes lists all of them.',
        code: 'RESOURCE_NOT_FOUND',
        suggestions: ['repo.commit'],
      },
    ]);
    const [strange] = await faultsIn({ type: 'kubernetes.scale', params: {} });
    expect(strange?.suggestions).toContain('http.request');
  });

  test('of a repository that is not allowed: which are, and the setting', async () => {
    const refusal = await refusalOf(commit({ repository: 'ap' }));
    expect(refusal).toMatchObject({
      code: 'POLICY_DENIED',
      details: {
        faults: [
          {
            path: 'actions[0].params.repository',
            setting: 'repositories',
            suggestions: ['app', `${join(sandbox.folder, 'team')}/…`],
          },
        ],
      },
    });
    expect(refusal.message).toContain('The setting repositories allows app');
  });

  test.each(['http://10.0.0.5:9999/', 'http://localhost:1/', 'http://192.168.1.1/'])(
    'of a host inside (%s): that it is inside, before its port',
    async (url) => {
      expect(await refusalOf(request(url.replace('localhost', '[::1]')))).toMatchObject({
        code: 'POLICY_DENIED',
        message: expect.stringMatching(
          /is inside .* The setting egress\.allowedInternalHosts allows 127\.0\.0\.1\./,
        ),
        details: { faults: [{ setting: 'egress.allowedInternalHosts', suggestions: ['127.0.0.1'] }] },
      });
    },
  );

  test('of a port: which are allowed', async () => {
    expect(await faultsIn(request('https://93.184.216.34:22/'))).toMatchObject([
      { setting: 'egress.allowedPorts', suggestions: ['80', '443'] },
    ]);
  });

  test('names every fault in one round: of the shape, the types and the params of all actions', async () => {
    const outcome = await world.agent.asks({
      goal: '',
      tags: ['ok', ''],
      actions: [
        withoutBranch({ push: 'yes' }),
        { type: 'repo.comit', params: {} },
        { ...request('x'), name: 'no name!' },
        { ...request('x'), params: { method: 'BREW' } },
      ],
    });
    if (outcome.ok) throw new Error('It was accepted.');
    expect(faultsOf(outcome.refusal.details).map(({ path }) => path)).toEqual([
      'goal',
      'actions[2].name',
      'tags[1]',
      'actions[0].params.branch',
      'actions[0].params.push',
      'actions[1].type',
      'actions[3].params.method',
      'actions[3].params.url',
    ]);
    const [branch] = faultsOf(outcome.refusal.details).filter(({ path }) => path.endsWith('branch'));
    expect(branch?.message).toBe('branch is missing');
  });

  test('names what keeps each of several actions from being planned', async () => {
    const faults = await faultsIn(commit({ repository: 'other' }), request('http://10.0.0.5/'), commit());
    expect(faults.map(({ path }) => path)).toEqual(['actions[0].params.repository', 'actions[1].params.url']);
  });

  test('reads alone: the place and the word', async () => {
    expect((await refusalOf(withoutBranch())).message).toBe('actions[0].params.branch is missing');
  });
});

describe('the same submission', () => {
  const submit = (idempotencyKey: string, more: object, action: object) =>
    world.agent.asks({ idempotencyKey, goal: 'Say more', actions: [action], ...more } as never);

  test.each<[what: string, more: object, action: object]>([
    ['a default of the action type', {}, commit({ push: false })],
    ['defaults of the submission', { mode: 'APPLY', priority: 'NORMAL', retry: { maxRetries: 3 } }, commit()],
    ['the version', {}, { ...commit(), type: 'repo.commit@1' }],
    ['the name that it gets anyway', {}, { ...commit(), name: 'step-1', dependsOn: [] }],
    ['its params in another order', {}, { ...commit(), params: reversed(commit().params) }],
  ])('is the one that writes out %s', async (_what, more, action) => {
    const key = crypto.randomUUID();
    const first = await submit(key, {}, commit());
    const again = await submit(key, more, action);
    expect(first).toMatchObject({ ok: true, value: { isReplay: false } });
    expect(again).toMatchObject({ ok: true, value: { isReplay: true } });
  });

  test('is not one that differs in what it does', async () => {
    const key = crypto.randomUUID();
    await submit(key, {}, commit());
    for (const action of [
      commit({ push: true }),
      commit({ message: 'Say less' }),
      { ...commit(), name: 'one' },
    ]) {
      expect(await submit(key, {}, action)).toMatchObject({
        ok: false,
        refusal: { code: 'IDEMPOTENCY_KEY_REUSED' },
      });
    }
  });
});

function reversed(params: object): object {
  return Object.fromEntries(Object.entries(params).toReversed());
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  commitDirectly,
  createGitHttpServer,
  createGitSandbox,
  runGit,
  type GitHttpServer,
  type GitSandbox,
} from '../../../testing/git-repository.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';

const authorization = `Basic ${Buffer.from('bot:s3cret-token').toString('base64')}`;
const key = 'c0de'.repeat(16);

let sandbox: GitSandbox;
let server: GitHttpServer;
let executors: Executors;
/** Where the server keeps the repository that our URL names. */
let hosted: string;
let url: string;

beforeEach(async () => {
  sandbox = await createGitSandbox();
  hosted = await sandbox.bareRepository('hosted/app.git', { 'README.md': 'one\n' });
  await sandbox.bareRepository('hosted/other.git', { 'README.md': 'other\n' });
  server = await createGitHttpServer(join(sandbox.folder, 'hosted'), authorization);
  url = `${server.origin}/app.git`;
  executors = createTestExecutors({
    git: {
      allowedRepositories: [
        { name: 'app', location: url, authorization },
        { location: join(sandbox.folder, 'local'), isPrefix: true },
        { location: `${server.origin}/open`, isPrefix: true },
      ],
      cacheDir: join(sandbox.folder, 'cache'),
      author: { name: 'Countersign', email: 'countersign@example.com' },
      gitEnvironment: { PATH: process.env.PATH ?? '' },
    },
  });
});

afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const prepare = (params: object = {}): PreparedAction => {
  const prepared = executors.prepare(
    'repo.commit',
    {
      repository: 'app',
      branch: 'main',
      message: 'docs: say more',
      files: [{ path: 'README.md', content: 'two\n' }],
      push: true,
      ...params,
    },
    'actions[0]',
  );
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};

const callOf = async (action: PreparedAction): Promise<ApplyCall> => {
  const planned = await action.plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const ids = { taskId: 'task-1', stepId: 'step-1', attempt: 1 };
  return { ...planCall(), ...ids, idempotencyKey: key, precondition: planned.value.precondition };
};

const content = (branch = 'main') => runGit(hosted, 'show', `${branch}:README.md`);
const commits = (branch = 'main') => runGit(hosted, 'rev-list', '--count', branch);

describe('a repository behind a URL', () => {
  test('takes the commit by a push, with the configured authorization', async () => {
    const action = prepare();
    expect(action.traits.budget.network).toBe('INTERNET');
    const call = await callOf(action);
    const output = await action.apply(call);
    await action.verify(output, call);
    expect(await content()).toBe('two');
    expect(output).toMatchObject({ branch: 'main', isPushed: true });
    expect(server.authorizations).toContain(authorization);
  });

  test('makes one commit of two calls, and finds it again', async () => {
    const action = prepare();
    const call = await callOf(action);
    expect(await action.reconcile(call)).toEqual({ kind: 'ABSENT' });
    const output = await action.apply(call);
    expect(await action.apply({ ...call, attempt: 2 })).toEqual(output);
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
    expect(await commits()).toBe('2');
  });

  test('that moved meanwhile is not written to', async () => {
    const action = prepare();
    const call = await callOf(action);
    await commitDirectly(hosted, 'main', { 'README.md': 'theirs\n' });
    await expect(action.apply(call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', effect: 'NONE' });
    expect(await content()).toBe('theirs');
  });

  test('that loses our commit is caught', async () => {
    const action = prepare();
    const call = await callOf(action);
    const output = await action.apply(call);
    await runGit(hosted, 'update-ref', 'refs/heads/main', 'main^');
    await expect(action.verify(output, call)).rejects.toMatchObject({ effect: 'UNKNOWN' });
  });

  test('gets a new branch from its default branch', async () => {
    const action = prepare({ branch: 'topic/x' });
    const call = await callOf(action);
    await action.verify(await action.apply(call), call);
    expect(await content('topic/x')).toBe('two');
    expect(await content()).toBe('one');
  });

  test('takes a tag by a push with a lease, finds it by its mark and gives it back', async () => {
    const params = { repository: 'app', branch: 'main', tag: 'v1', message: 'Release 1', push: true };
    const prepared = executors.prepare('repo.tag', params, 'actions[0]');
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
    const { action } = prepared;
    const call = await callOf(action);
    const output = await action.apply(call);
    await action.verify(output, call);
    expect(await runGit(hosted, 'cat-file', '-t', 'refs/tags/v1')).toBe('tag');
    expect(await action.apply({ ...call, attempt: 2 })).toEqual(output);
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
    await runGit(hosted, 'update-ref', 'refs/tags/v1', 'main');
    await expect(action.compensate(output, call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await runGit(hosted, 'update-ref', 'refs/tags/v1', (output as { object: string }).object);
    await action.compensate(output, call);
    expect(await runGit(hosted, 'tag')).toBe('');
  });

  test('undoes by another push', async () => {
    const action = prepare();
    const call = await callOf(action);
    const output = await action.apply(call);
    await action.compensate(output, { ...call, idempotencyKey: 'bead'.repeat(16) });
    expect(await content()).toBe('one');
    expect(await commits()).toBe('3');
  });

  test('that never answers is left soon after the signal fired', async () => {
    const action = prepare();
    const call = await callOf(action);
    const controller = new AbortController();
    server.answerInstead = () => void setTimeout(() => controller.abort(), 50);
    const startedAt = performance.now();
    await expect(action.apply({ ...call, signal: controller.signal })).rejects.toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      isAborted: true,
    });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test('whose hook says no is told as a refusal that did nothing', async () => {
    const action = prepare();
    const call = await callOf(action);
    await mkdir(join(hosted, 'hooks'), { recursive: true });
    await writeFile(join(hosted, 'hooks', 'pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await expect(action.apply(call)).rejects.toMatchObject({
      code: 'PLATFORM_PERMISSION_DENIED',
      effect: 'NONE',
      message: expect.stringContaining('hook declined'),
    });
    expect(await commits()).toBe('1');
  });
});

describe('is refused', () => {
  const refusalOf = async (params: object) => {
    const planned = await prepare(params).plan(planCall());
    if (planned.ok) throw new Error('the plan should have been refused');
    return planned.refusal;
  };

  test('without push: a commit in our own copy helps nobody', async () => {
    expect(await refusalOf({ push: false })).toMatchObject({ details: { faults: [{ path: 'push' }] } });
  });

  test.each([
    '/other.git',
    '/app.git/../other.git',
    '/app.git%2f..%2fother.git',
    '/openness/app.git',
    '/open/../app.git?x',
    '/app.git?',
    '/app.git#x',
  ])('outside of what is allowed: %s', async (path) => {
    const asked = `${server.origin}${path}`;
    expect(await refusalOf({ repository: asked })).toMatchObject({ code: 'POLICY_DENIED' });
    expect(server.authorizations).toEqual([]);
  });

  test('with wrong credentials, a missing repository, or nobody there', async () => {
    const open = `${server.origin}/open/app.git`;
    expect(await refusalOf({ repository: open })).toMatchObject({ code: 'PLATFORM_AUTHENTICATION_FAILED' });
    server.answerInstead = (response) => void response.writeHead(404).end();
    expect(await refusalOf({})).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    server.answerInstead = (response) => void response.writeHead(503).end();
    expect(await refusalOf({})).toMatchObject({ code: 'SERVICE_DOWN', retriable: true });
    await server[Symbol.asyncDispose]();
    expect(await refusalOf({})).toMatchObject({ code: 'NETWORK_ERROR' });
    server = await createGitHttpServer(sandbox.folder, authorization);
  });

  test('where the server redirects elsewhere', async () => {
    const location = `${server.origin}/other.git/info/refs?service=git-upload-pack`;
    server.answerInstead = (response) => void response.writeHead(302, { location }).end();
    expect(await refusalOf({})).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    expect(server.authorizations).toHaveLength(1);
  });

  test('and no message carries the credentials', async () => {
    server.answerInstead = (response) => void response.writeHead(500).end('boom');
    expect(JSON.stringify(await refusalOf({}))).not.toMatch(/s3cret|czNjcmV0/);
  });
});

describe('a branch that the remote has no room for', () => {
  test.each([
    ['main/x', 'main'],
    ['topic', 'topic/a'],
  ])('is refused before anybody is asked: %s beside %s', async (branch, other) => {
    await runGit(hosted, 'update-ref', `refs/heads/${other}`, 'refs/heads/main');
    const planned = await prepare({ branch }).plan(planCall());
    expect(planned).toMatchObject({
      refusal: { code: 'PRECONDITION_FAILED', message: expect.stringContaining(`"${other}"`) },
    });
  });
});

describe('a repository whose HEAD names no branch', () => {
  test.each(['refs/heads/gone', 'detached'])(
    'takes no new branch as if it were the first: %s',
    async (target) => {
      const main = await runGit(hosted, 'rev-parse', 'main');
      if (target === 'detached') await writeFile(join(hosted, 'HEAD'), `${main}\n`);
      else await runGit(hosted, 'symbolic-ref', 'HEAD', target);
      const planned = await prepare({ branch: 'topic' }).plan(planCall());
      expect(planned).toMatchObject({
        refusal: { code: 'PRECONDITION_FAILED', message: expect.stringContaining('HEAD') },
      });
      expect(await prepare().plan(planCall())).toMatchObject({ ok: true });
    },
  );
});

describe('a local repository with a remote', () => {
  const cloned = async (): Promise<string> => {
    const local = await sandbox.bareRepository('local/app.git', {});
    await runGit(local, 'fetch', '--quiet', hosted, 'main:main');
    await runGit(local, 'config', 'remote.origin.url', url);
    return local;
  };

  test('is committed to and pushed to its origin', async () => {
    const local = await cloned();
    const action = prepare({ repository: local });
    const call = await callOf(action);
    const output = await action.apply(call);
    await action.verify(output, call);
    expect(await content()).toBe('two');
    expect(await runGit(local, 'rev-parse', 'main')).toBe(await runGit(hosted, 'rev-parse', 'main'));
  });

  const refusing = async (words: string) => {
    await mkdir(join(hosted, 'hooks'), { recursive: true });
    const script = `#!/bin/sh\necho "${words}" >&2\nexit 1\n`;
    await writeFile(join(hosted, 'hooks', 'pre-receive'), script, { mode: 0o755 });
  };

  test('whose remote says no keeps nothing, is told why, and stays free for others', async () => {
    const local = await cloned();
    const before = await runGit(local, 'rev-parse', 'main');
    const action = prepare({ repository: local });
    const call = await callOf(action);
    await refusing('main is frozen, s3cret-token says so');
    await expect(action.apply(call)).rejects.toMatchObject({
      code: 'PLATFORM_PERMISSION_DENIED',
      effect: 'NONE',
      retriable: false,
      message:
        'The remote refused the push: pre-receive hook declined. It said: "main is frozen, [secret] says so".',
    });
    expect(await runGit(local, 'rev-parse', 'main')).toBe(before);
    expect(await action.reconcile(call)).toEqual({ kind: 'ABSENT' });
    await rm(join(hosted, 'hooks'), { recursive: true });
    const output = await action.apply(call);
    await action.verify(output, call);
    expect(await content()).toBe('two');
  });

  test('goes on with its own branch where an attempt stopped after the push', async () => {
    const local = await cloned();
    const action = prepare({ repository: local });
    const call = await callOf(action);
    // The branch cannot be moved while somebody holds its lock.
    const lock = join(local, 'refs', 'heads', 'main.lock');
    await writeFile(lock, '');
    await expect(action.apply(call)).rejects.toMatchObject({ effect: 'UNKNOWN' });
    expect(await content()).toBe('two');
    expect(await action.reconcile(call)).toEqual({ kind: 'ABSENT' });
    await rm(lock);
    const output = await action.apply({ ...call, attempt: 2 });
    await action.verify(output, call);
    expect(output).toMatchObject({ isLocal: true });
    expect(await runGit(local, 'rev-parse', 'main')).toBe(await runGit(hosted, 'rev-parse', 'main'));
    expect(await commits()).toBe('2');
  });

  test('whose own branch moved while the remote took the commit says so', async () => {
    const local = await cloned();
    const action = prepare({ repository: local });
    const call = await callOf(action);
    const output = await action.apply(call);
    await runGit(local, 'update-ref', 'refs/heads/main', 'main^');
    await commitDirectly(local, 'main', { 'theirs.txt': 'theirs\n' });
    const again = await action.apply({ ...call, attempt: 2 });
    expect(again).toEqual({ ...(output as object), isLocal: false });
    await action.verify(again, call);
    expect(await runGit(local, 'show', 'main:theirs.txt')).toBe('theirs');
  });

  test('is refused where its origin is not allowed, or stands elsewhere', async () => {
    const local = await cloned();
    const refusalOf = async () => {
      const planned = await prepare({ repository: local }).plan(planCall());
      return planned.ok ? null : planned.refusal;
    };
    await runGit(local, 'config', 'remote.origin.url', `${server.origin}/other.git`);
    expect(await refusalOf()).toMatchObject({
      code: 'POLICY_DENIED',
      details: { faults: [{ path: 'push' }] },
    });
    await runGit(local, 'config', 'remote.origin.url', url);
    await commitDirectly(hosted, 'main', { 'README.md': 'ahead\n' });
    expect(await refusalOf()).toMatchObject({
      code: 'PRECONDITION_FAILED',
      details: { faults: [{ path: 'push' }] },
    });
    await runGit(local, 'config', '--unset', 'remote.origin.url');
    expect(await refusalOf()).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

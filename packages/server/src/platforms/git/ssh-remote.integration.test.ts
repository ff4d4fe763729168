import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../testing/debian-package.ts';
import { createGitSandbox, runGit, type GitSandbox } from '../../../testing/git-repository.ts';
import { makeKeyPair, startSshServer, type KeyPair, type SshServer } from '../../../testing/ssh-server.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import { git } from './platform.ts';
import type { SshAccess } from './ssh-access.ts';

const canSign = hasProgram('ssh-keygen', 'openssh-client');
const canServe = hasProgram('sshd', 'openssh-server');
const isNeeded = process.env.CI === 'true';
const ids = { taskId: 'task-1', stepId: 'step-1', attempt: 1, idempotencyKey: 'c0de'.repeat(16) };

let sandbox: GitSandbox;
let us: KeyPair;
let hosted: string;

beforeAll(async () => {
  sandbox = await createGitSandbox();
  us = await makeKeyPair(sandbox.folder, 'us');
  hosted = await sandbox.bareRepository('app.git', { 'README.md': 'one\n' });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const executorsFor = (location: string, ssh?: SshAccess, signingKeyFile?: string, path = process.env.PATH) =>
  createTestExecutors({
    git: {
      allowedRepositories: [{ name: 'app', location, ...(ssh ? { ssh } : {}) }],
      // What ssh, a shell and git each have a way of their own to read.
      cacheDir: join(sandbox.folder, "a cache's 100%d"),
      author: { name: 'Countersign', email: 'countersign@example.com', signingKeyFile },
      gitEnvironment: { PATH: path ?? '' },
    },
  });

const actionOf = (executors: ReturnType<typeof executorsFor>, type: string, params: object) => {
  const prepared = executors.prepare(
    type,
    { repository: 'app', branch: 'main', message: 'change', ...params },
    'a',
  );
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const applied = async (executors: ReturnType<typeof executorsFor>, type: string, params: object) => {
  const action = actionOf(executors, type, params);
  const planned = await action.plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const call = { ...planCall(), ...ids, precondition: planned.value.precondition };
  const output = await action.apply(call);
  await action.verify(output, call);
  return { action, call, output };
};
const files = (content: string) => ({ files: [{ path: 'README.md', content }] });

describe.runIf(canServe || isNeeded)(
  'a repository behind ssh (Debian: apt-get install openssh-server)',
  () => {
    let server: SshServer;
    beforeAll(async () => {
      const folder = join(sandbox.folder, 'sshd');
      await mkdir(folder);
      server = await startSshServer(folder, us);
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test('whose host has the key that configuration names takes a commit', async () => {
      const access = { hostKeys: [server.hostKey], keyFile: us.privateFile };
      await using executors = executorsFor(`${server.origin}${hosted}`, access);
      await applied(executors, 'repo.commit', { ...files('two\n'), push: true });
      expect(await runGit(hosted, 'show', 'main:README.md')).toBe('two');
    });

    test('is told nothing where its host has another key, and tells nothing to whom it does not know', async () => {
      const before = await runGit(hosted, 'rev-parse', 'main');
      const stranger = await makeKeyPair(sandbox.folder, 'stranger');
      for (const access of [
        { hostKeys: [stranger.publicKey], keyFile: us.privateFile },
        { hostKeys: [server.hostKey], keyFile: stranger.privateFile },
      ]) {
        await using executors = executorsFor(`${server.origin}${hosted}`, access);
        expect(
          await actionOf(executors, 'repo.commit', { ...files('three\n'), push: true }).plan(planCall()),
        ).toMatchObject({ refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
      }
      expect(await runGit(hosted, 'rev-parse', 'main')).toBe(before);
    });

    test('whose host nobody has named is not spoken to at all', async () => {
      await using executors = executorsFor(`${server.origin}${hosted}`);
      expect(
        await actionOf(executors, 'repo.commit', { ...files('three\n'), push: true }).plan(planCall()),
      ).toMatchObject({ ok: false });
    });
  },
);

describe('a host that says no where it has done what it was asked', () => {
  /** What stands for ssh, and for the host at its other end: it runs what it is asked for, here. */
  const hostThat = async (ends: string) => {
    const folder = await mkdtemp(join(sandbox.folder, 'host-'));
    const lines = [
      '#!/bin/sh',
      'for command; do :; done',
      `flag='${folder}/pushed'`,
      `case "$command" in *receive-pack*) sh -c "$command"; touch "$flag"; ${ends};; esac`,
      `if [ -e "$flag" ]; then ${ends}; fi`,
      'exec sh -c "$command"',
    ];
    await writeFile(join(folder, 'ssh'), lines.join('\n'), { mode: 0o755 });
    const repository = await sandbox.bareRepository(`${basename(folder)}.git`, { 'README.md': 'one\n' });
    const access = { hostKeys: [`ssh-ed25519 ${'A'.repeat(68)}`] };
    const path = `${folder}:${process.env.PATH ?? ''}`;
    return {
      repository,
      executors: executorsFor(`ssh://git@git.example.com${repository}`, access, undefined, path),
    };
  };
  const denial = 'echo "git@git.example.com: Permission denied (publickey)." >&2; exit 255';

  test('is not taken at its word where its branch has the commit', async () => {
    const { repository, executors } = await hostThat(
      `[ -e "$flag.said" ] || { touch "$flag.said"; ${denial}; }`,
    );
    await using _ending = executors;
    await applied(executors, 'repo.commit', { ...files('two\n'), push: true });
    expect(await runGit(repository, 'show', 'main:README.md')).toBe('two');
  });

  test('leaves it open where nobody can look', async () => {
    const { executors } = await hostThat(`{ ${denial}; }`);
    await using _ending = executors;
    await expect(applied(executors, 'repo.commit', { ...files('two\n'), push: true })).rejects.toMatchObject({
      effect: 'UNKNOWN',
    });
  });
});

describe.runIf(canSign || isNeeded)('a key that signs (Debian: apt-get install openssh-client)', () => {
  test('vouches for commits, tags and what undoes them, by what git itself verifies', async () => {
    const local = await sandbox.bareRepository('signed.git', { 'README.md': 'one\n' });
    await using executors = executorsFor(local, undefined, us.privateFile);
    const signers = join(sandbox.folder, 'signers');
    await writeFile(signers, `countersign@example.com ${us.publicKey}\n`);
    const verify = (command: string, name: string) =>
      runGit(local, '-c', `gpg.ssh.allowedSignersFile=${signers}`, command, name);
    const { action, call, output } = await applied(executors, 'repo.commit', files('two\n'));
    await verify('verify-commit', 'main');
    await applied(executors, 'repo.tag', { tag: 'v1' });
    await verify('verify-tag', 'v1');
    await action.compensate(output, { ...call, idempotencyKey: 'bead'.repeat(16) });
    await verify('verify-commit', 'main');
    await expect(verify('verify-commit', 'main~2')).rejects.toThrow();
  });

  test('that is not there makes no commit without a signature', async () => {
    const before = await runGit(hosted, 'rev-parse', 'main');
    await using executors = executorsFor(hosted, undefined, join(sandbox.folder, 'no-such-key'));
    await expect(applied(executors, 'repo.commit', files('unsigned\n'))).rejects.toMatchObject({
      effect: 'NONE',
    });
    expect(await runGit(hosted, 'rev-parse', 'main')).toBe(before);
  });

  test('that wants a passphrase asks nobody, and makes no commit without a signature', async () => {
    const before = await runGit(hosted, 'rev-parse', 'main');
    const locked = join(sandbox.folder, 'locked');
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', locked]);
    await using executors = executorsFor(hosted, undefined, locked);
    await expect(applied(executors, 'repo.commit', files('unsigned\n'))).rejects.toMatchObject({
      effect: 'NONE',
    });
    expect(await runGit(hosted, 'rev-parse', 'main')).toBe(before);
  });

  test('is asked for by configuration alone, whatever the repository says of signatures', async () => {
    const local = await sandbox.bareRepository('wants.git', { 'README.md': 'one\n' });
    await runGit(local, 'config', 'commit.gpgSign', 'true');
    await runGit(local, 'config', 'tag.gpgSign', 'true');
    await runGit(local, 'config', 'gpg.format', 'ssh');
    await using executors = executorsFor(local);
    await applied(executors, 'repo.commit', files('two\n'));
    await applied(executors, 'repo.tag', { tag: 'v1', message: 'one' });
    expect(await runGit(local, 'show', 'main:README.md')).toBe('two');
  });
});

describe('configuration', () => {
  const faultsOf = (repository: object): string[] => {
    const parsed = git.config.repositories.safeParse([repository]);
    return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
  };
  const hostKeys = [`ssh-ed25519 ${'A'.repeat(68)}`];

  test('names the keys of every ssh host, and of no other', () => {
    const location = 'ssh://git@git.example.com/app.git';
    expect(faultsOf({ location, hostKeys, keyFile: '/etc/countersign/deploy' })).toEqual([]);
    expect(faultsOf({ location })).toEqual(['0.hostKeys']);
    expect(faultsOf({ location, hostKeys: ['git.example.com ssh-ed25519 AAAA'] })).toEqual(['0.hostKeys.0']);
    expect(faultsOf({ location, hostKeys: [`${hostKeys[0]}\n* ${hostKeys[0]}`] })).toEqual(['0.hostKeys.0']);
    expect(faultsOf({ location, hostKeys, keyFile: 'deploy' })).toEqual(['0.keyFile']);
    expect(faultsOf({ location: '/srv/app.git', hostKeys })).toEqual(['0.hostKeys']);
  });

  test('sends a secret over plain HTTP to this machine alone', () => {
    const faultsOfUrl = (location: string) => faultsOf({ location, authorizationSecret: 'git' });
    expect(faultsOfUrl('http://git.example.com/app.git')).toEqual(['0.location']);
    expect(faultsOfUrl('https://git.example.com/app.git')).toEqual([]);
    expect(faultsOfUrl('http://127.0.0.1:3000/app.git')).toEqual([]);
    expect(faultsOf({ location: 'http://git.example.com/app.git' })).toEqual([]);
  });
});

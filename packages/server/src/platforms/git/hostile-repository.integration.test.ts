import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe('a hostile repository', () => {
  test('gets nothing of its own run', async () => {
    await commitDirectly(world.demo, 'main', { '.gitattributes': '* diff=evil merge=evil\n' });
    const canary = join(world.sandbox.folder, 'pwned');
    const evil = join(world.sandbox.folder, 'evil.sh');
    await writeFile(evil, `#!/bin/sh\necho "$0 $@" >> ${canary}\ncat\n`, { mode: 0o755 });
    const hooks = join(world.demo, 'hooks');
    await mkdir(hooks, { recursive: true });
    for (const hook of [
      'pre-commit',
      'prepare-commit-msg',
      'commit-msg',
      'post-commit',
      'post-receive',
      'post-update',
      'post-index-change',
      'pre-push',
      'pre-auto-gc',
      'post-rewrite',
      'fsmonitor-watchman',
    ]) {
      await writeFile(join(hooks, hook), await readFile(evil), { mode: 0o755 });
    }
    const settings: [string, string][] = [
      ['core.fsmonitor', evil],
      ['core.sshCommand', evil],
      ['core.gitProxy', evil],
      ['core.editor', evil],
      ['core.pager', evil],
      ['core.askPass', evil],
      ['core.alternateRefsCommand', evil],
      ['credential.helper', `!${evil}`],
      ['commit.gpgSign', 'true'],
      ['log.showSignature', 'true'],
      ['gpg.program', evil],
      ['diff.external', evil],
      ['diff.evil.textconv', evil],
      ['diff.evil.command', evil],
      ['filter.evil.clean', evil],
      ['filter.evil.smudge', evil],
      ['filter.evil.process', evil],
      ['filter.evil.required', 'true'],
      ['merge.evil.driver', evil],
      ['trailer.sign.command', evil],
      ['alias.rev-parse', `!${evil}`],
      ['gc.auto', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::${evil}`],
      ['remote.origin.uploadpack', evil],
      ['remote.origin.vcs', 'evil'],
      ['uploadpack.packObjectsHook', evil],
      ['core.hooksPath', hooks],
      ['core.worktree', world.sandbox.folder],
    ];
    await runGit(world.demo, 'config', 'core.repositoryFormatVersion', '1');
    for (const [name, value] of settings)
      await runGit(world.demo, 'config', name, value).catch(() => undefined);
    const action = world.prepare();
    const call = await world.callOf(action);
    const output = await action.apply(call);
    await action.verify(output, call);
    await action.reconcile(call);
    await action.compensate(output, { ...call, idempotencyKey: undoKey });
    expect(await readdir(world.sandbox.folder)).not.toContain('pwned');
    // With hooks that would decide, or with filters, nothing is committed at all; and still nothing runs.
    await writeFile(join(hooks, 'reference-transaction'), await readFile(evil), { mode: 0o755 });
    expect(await world.refusalOf({})).toMatchObject({ code: 'PRECONDITION_FAILED' });
    await expect(action.apply({ ...call, idempotencyKey: 'feed'.repeat(16) })).rejects.toThrow();
    expect(await readdir(world.sandbox.folder)).not.toContain('pwned');
    // The traps are live: plain git walks into them.
    await runGit(world.demo, 'update-ref', 'refs/heads/trap', 'main');
    expect(await readFile(canary, 'utf8')).toContain('reference-transaction');
  });
});

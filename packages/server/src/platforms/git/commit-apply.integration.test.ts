import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, effectKey, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { acceptedPaths } from '../../../testing/path-corpus.ts';
import type { ApplyCall } from '../index.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe('the commit', () => {
  test('holds the files, the message and our trailers', async () => {
    const before = await world.head();
    const made = await world.commit();
    expect(await world.head()).toBe(made);
    expect(await runGit(world.demo, 'rev-parse', `${made}^`)).toBe(before);
    expect(await world.show('README.md')).toBe('one\n2\nthree');
    expect(await world.show('src/a.ts')).toBe('a');
    expect(await runGit(world.demo, 'log', '-1', '--format=%an <%ae>%n%B', 'main')).toBe(
      `Countersign <countersign@example.com>\ndocs: say more\n\nCountersign-Key: ${effectKey}\nCountersign-Task: task-1\n`,
    );
    await runGit(world.demo, 'fsck', '--strict');
  });

  test('starts a new branch, and the first one of an empty repository', async () => {
    await world.commit({ branch: 'topic/x' });
    expect(await world.show('README.md', 'topic/x')).toBe('one\n2\nthree');
    expect(await world.show('README.md')).toBe('one\ntwo\nthree');
    const empty = await world.sandbox.bareRepository('team/empty.git', {});
    await world.commit({ repository: empty });
    expect(await runGit(empty, 'show', 'main:README.md')).toBe('one\n2\nthree');
  });

  test('keeps a file executable', async () => {
    await runGit(world.sandbox.folder, 'clone', '--quiet', world.demo, 'work');
    const work = join(world.sandbox.folder, 'work');
    await writeFile(join(work, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await runGit(work, 'add', '.');
    await runGit(work, 'commit', '--quiet', '-m', 'script');
    await runGit(work, 'push', '--quiet');
    await world.commit({ files: [{ path: 'run.sh', content: '#!/bin/sh\necho\n' }] });
    expect(await runGit(world.demo, 'ls-tree', 'main', 'run.sh')).toMatch(/^100755/);
  });

  test('takes every legitimate name as it is, and runs none of them', async () => {
    const files = acceptedPaths
      .filter((path) => path !== 'README.md')
      .map((path) => ({ path, content: `${path}\n` }));
    // "a" cannot be a file and a folder at once.
    const fitting = files.filter(({ path }) => path !== 'a' && path !== 'rm');
    await world.commit({ files: fitting });
    const listed = await runGit(world.demo, 'ls-tree', '-r', '-z', '--name-only', 'main');
    for (const { path } of fitting) expect.soft(listed.split('\0')).toContain(path);
    expect(await readdir(world.sandbox.folder)).not.toContain('pwned');
  });

  test('goes to another branch of a repository with a work tree, which stays as it is', async () => {
    const clone = join(world.sandbox.folder, 'team', 'clone');
    await runGit(world.sandbox.folder, 'clone', '--quiet', world.demo, clone);
    await writeFile(join(clone, 'README.md'), 'dirty\n');
    const statusBefore = await runGit(clone, 'status', '--porcelain=v2', '--branch');
    await world.commit({ repository: clone, branch: 'topic' });
    expect(await runGit(clone, 'show', 'topic:README.md')).toBe('one\n2\nthree');
    expect(await runGit(clone, 'status', '--porcelain=v2', '--branch')).toBe(statusBefore);
    expect(await readFile(join(clone, 'README.md'), 'utf8')).toBe('dirty\n');
  });

  test('leaves nothing behind beside the cache', async () => {
    await world.commit();
    expect(await readdir(join(world.sandbox.folder, 'cache', 'scratch'))).toEqual([]);
  });
});

describe('compare-and-set', () => {
  test('of two commits planned on the same head, one is made', async () => {
    const actions = [world.prepare(), world.prepare({ files: [{ path: 'other.txt', content: 'x' }] })];
    const calls = await Promise.all(
      actions.map((action, index) => world.callOf(action, `${index}`.repeat(64))),
    );
    const results = await Promise.allSettled(
      actions.map((action, index) => action.apply(calls[index] as ApplyCall)),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(refused).toMatchObject([{ reason: { code: 'PRECONDITION_FAILED', effect: 'NONE' } }]);
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('2');
  });

  test('two attempts of the same effect at once make one commit, and both find it', async () => {
    const action = world.prepare();
    const call = await world.callOf(action);
    const outputs = await Promise.all([action.apply(call), action.apply({ ...call, attempt: 2 })]);
    expect(outputs[0]).toEqual(outputs[1]);
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('2');
  });

  test('a branch that was to be new and is there by now is drift', async () => {
    const action = world.prepare({ branch: 'topic' });
    const call = await world.callOf(action);
    await runGit(world.demo, 'branch', 'topic', 'main');
    await expect(action.apply(call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', effect: 'NONE' });
    expect(await world.head('topic')).toBe(await world.head());
  });

  test('somebody else building on our commit does not hide it from a retry', async () => {
    const action = world.prepare();
    const call = await world.callOf(action);
    const first = await action.apply(call);
    await commitDirectly(world.demo, 'main', { 'later.txt': 'later' });
    expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output: first });
    expect(await action.apply(call)).toEqual(first);
    await action.verify(first, call);
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('3');
  });

  test('a message cannot pass for the mark of another effect', () => {
    const message = `innocent\n\nCountersign-Key: ${effectKey}`;
    const prepared = world.executors.prepare('repo.commit', world.paramsWith({ message }), 'actions[0]');
    expect(prepared).toMatchObject({ ok: false, faults: [{ path: 'actions[0].params.message' }] });
  });
});

describe('undoing', () => {
  const undo = async (files: object[], between?: () => Promise<unknown>) => {
    const action = world.prepare({ files });
    const call = await world.callOf(action);
    const output = await action.apply(call);
    await between?.();
    const undoCall = { ...call, idempotencyKey: undoKey };
    return {
      again: () => action.compensate(output, undoCall),
      undone: await action.compensate(output, undoCall),
    };
  };

  test('puts every file back, in one commit that says so, once', async () => {
    const before = await runGit(world.demo, 'rev-parse', 'main^{tree}');
    const { undone, again } = await undo([
      { path: 'README.md', content: 'other\n' },
      { path: 'new.txt', content: 'new\n' },
      { path: 'src/a.ts', content: null },
    ]);
    expect(await runGit(world.demo, 'rev-parse', 'main^{tree}')).toBe(before);
    expect(await runGit(world.demo, 'log', '-1', '--format=%s', 'main')).toBe('Revert "docs: say more"');
    expect(await again()).toEqual(undone);
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('3');
  });

  test('keeps what others did to other files, and refuses to lose what they did to ours', async () => {
    const files = [{ path: 'README.md', content: 'other\n' }];
    await undo(files, () => commitDirectly(world.demo, 'main', { 'later.txt': 'later' }));
    expect(await world.show('later.txt')).toBe('later');
    expect(await world.show('README.md')).toBe('one\ntwo\nthree');
    await rm(join(world.sandbox.folder, 'cache'), { recursive: true });
    const others = () => commitDirectly(world.demo, 'main', { 'README.md': 'theirs\n' });
    await expect(undo([{ path: 'README.md', content: 'ours\n' }], others)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await world.show('README.md')).toBe('theirs');
  });
});

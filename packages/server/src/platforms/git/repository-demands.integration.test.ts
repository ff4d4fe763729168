import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { planCall } from '../../../testing/test-executors.ts';
import { pointerTo } from './lfs-pointer.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

const file = (path: string, content: string | null = 'x\n') => ({ files: [{ path, content }] });

describe('HEAD', () => {
  test('that names a missing branch, or none, makes no commit the first one', async () => {
    await runGit(world.demo, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    const refusal = { code: 'PRECONDITION_FAILED', message: expect.stringContaining('HEAD') };
    expect(await world.refusalOf({ branch: 'topic' })).toMatchObject(refusal);
    await writeFile(join(world.demo, 'HEAD'), `${await world.head()}\n`);
    expect(await world.refusalOf({ branch: 'topic' })).toMatchObject(refusal);
    expect((await world.planOf()).precondition).toEqual({
      head: await world.head(),
      base: await world.head(),
    });
  });

  test('of a repository without branches lets the first commit be made', async () => {
    const empty = await world.sandbox.bareRepository('team/empty.git', {});
    const { summary } = await world.planOf({ repository: empty, branch: 'topic' });
    expect(summary).toContain('as the first commit');
  });
});

describe('.gitattributes', () => {
  test.each(['filter=git-crypt diff=git-crypt', 'filter=any'])(
    'with "%s" keeps raw content out',
    async (attributes) => {
      await commitDirectly(world.demo, 'main', {
        'data/.gitattributes': `*.bin ${attributes}\nfree.bin !filter\n`,
      });
      expect(await world.refusalOf(file('data/a.bin'))).toMatchObject({
        code: 'PRECONDITION_FAILED',
        message: expect.stringMatching(/^"data\/a\.bin" goes through the filter "/),
        details: { faults: [{ path: 'files[0].path' }] },
      });
      for (const path of ['data/free.bin', 'data/a.txt', 'a.bin']) await world.planOf(file(path));
    },
  );

  test('of LFS keeps out what would be nowhere, where configuration names no server of it', async () => {
    await commitDirectly(world.demo, 'main', { '.gitattributes': '*.bin filter=lfs diff=lfs -text\n' });
    for (const content of ['x\n', pointerTo({ oid: 'a1'.repeat(32), size: 9 })])
      expect(await world.refusalOf(file('a.bin', content))).toMatchObject({
        code: 'PRECONDITION_FAILED',
        message: expect.stringContaining('configuration names no LFS server'),
        details: { faults: [{ path: 'files[0].path', setting: 'repositories' }] },
      });
    // An empty file is its own pointer.
    await world.planOf(file('a.bin', ''));
  });

  test('counts as it will be after the commit, and where the repository keeps it to itself', async () => {
    const files = [
      { path: '.gitattributes', content: '*.bin filter=lfs\n' },
      { path: 'a.bin', content: 'x' },
    ];
    expect(await world.refusalOf({ files })).toMatchObject({ message: expect.stringContaining('Git LFS') });
    await mkdir(join(world.demo, 'info'), { recursive: true });
    await writeFile(join(world.demo, 'info', 'attributes'), '*.key filter=git-crypt\n');
    expect(await world.refusalOf(file('a.key'))).toMatchObject({
      message: expect.stringContaining('git-crypt'),
    });
  });

  test('that is too large to be read is said, and one that takes its place is read', async () => {
    const large = `${'# nothing\n'.repeat(60_000)}*.bin filter=lfs\n`;
    await commitDirectly(world.demo, 'main', { '.gitattributes': large });
    const { findings } = await world.planOf(file('a.bin'));
    expect(findings).toContainEqual({
      severity: 'HIGH',
      message: expect.stringMatching(/^"\.gitattributes" is too large to be read/),
    });
    const files = [
      { path: '.gitattributes', content: '*.txt text\n' },
      { path: 'a.bin', content: 'x' },
    ];
    const replaced = await world.planOf({ files });
    expect(replaced.findings).not.toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('to be read here') }),
    );
  });

  test('counts where the repository says by a setting that its attributes are', async () => {
    await writeFile(join(world.demo, 'rules'), '*.bin filter=git-crypt\n');
    for (const named of ['rules', join(world.demo, 'rules')]) {
      await runGit(world.demo, 'config', 'core.attributesFile', named);
      expect(await world.refusalOf(file('a.bin'))).toMatchObject({
        message: expect.stringContaining('git-crypt'),
      });
    }
    // The files of the tree go before it.
    const files = [
      { path: '.gitattributes', content: '*.bin !filter\n' },
      { path: 'a.bin', content: 'x' },
    ];
    await world.planOf({ files });
    await runGit(world.demo, 'config', 'core.attributesFile', 'gone');
    expect((await world.planOf(file('a.bin'))).findings).toEqual([]);
  });

  test.each([
    ['core.attributesFile', '~/rules'],
    ['core.attributesFile', '%(prefix)/rules'],
    ['core.attributesFile', 'objects'],
    ['attr.tree', 'refs/heads/rules'],
  ])('that are elsewhere by %s are said', async (name, named) => {
    await runGit(world.demo, 'config', name, named);
    expect((await world.planOf(file('a.bin'))).findings).toContainEqual({
      severity: 'HIGH',
      message: expect.stringContaining(`"${name}=${named}"`),
    });
  });

  test('lets a file be deleted', async () => {
    await commitDirectly(world.demo, 'main', { '.gitattributes': '*.bin filter=lfs\n', 'a.bin': 'pointer' });
    await world.planOf(file('a.bin', null));
  });

  test('that would change what is checked out or stored is said', async () => {
    const attributes = '*.ps1 working-tree-encoding=UTF-16\n*.md text\n*.c ident\n';
    await commitDirectly(world.demo, 'main', { '.gitattributes': attributes });
    const { findings } = await world.planOf({
      files: [
        { path: 'a.ps1', content: 'x\n' },
        { path: 'a.md', content: 'x\r\n' },
        { path: 'a.c', content: '// $Id$\n' },
      ],
    });
    expect(findings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('is checked out as "UTF-16"'),
        expect.stringContaining("Windows' line ends"),
      ]),
    );
    expect(await world.refusalOf(file('a.c', '// $Id: 12 $\n'))).toMatchObject({
      message: expect.stringContaining('ident'),
    });
  });
});

describe('a hook', () => {
  const hook = async (name: string, folder = join(world.demo, 'hooks')) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    return join(folder, name);
  };

  test.each(['update', 'pre-receive', 'reference-transaction'])(
    '%s that decides is not passed by',
    async (name) => {
      const action = world.prepare();
      const call = await world.callOf(action);
      const path = await hook(name);
      const said = expect.stringContaining(`"${name}"`);
      expect(await world.refusalOf({})).toMatchObject({ code: 'PRECONDITION_FAILED', message: said });
      await expect(action.apply(call)).rejects.toMatchObject({ effect: 'NONE', message: said });
      expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('1');
      // Git itself runs none that is not executable.
      await chmod(path, 0o644);
      await world.planOf();
    },
  );

  test('counts where the repository says that its hooks are', async () => {
    await hook('update', join(world.demo, 'rules'));
    await runGit(world.demo, 'config', 'core.hooksPath', 'rules');
    expect(await world.refusalOf({})).toMatchObject({ message: expect.stringContaining('"update"') });
  });

  test('counts where a work tree of the repository says that its hooks are', async () => {
    await hook('update', join(world.demo, 'rules'));
    await runGit(world.demo, 'config', 'extensions.worktreeConfig', 'true');
    await runGit(world.demo, 'config', '--worktree', 'core.hooksPath', 'rules');
    expect(await world.refusalOf({})).toMatchObject({ message: expect.stringContaining('"update"') });
  });

  test('is not taken for none where it is in the home of whoever commits', async () => {
    for (const elsewhere of ['~/hooks', '%(prefix)/hooks']) {
      await runGit(world.demo, 'config', 'core.hooksPath', elsewhere);
      expect(await world.refusalOf({})).toMatchObject({
        message: expect.stringContaining(`"${elsewhere}"`),
      });
    }
  });

  test.each(['pre-push', 'commit-msg'])('%s, which would speak at a keyboard, is said', async (name) => {
    await hook(name);
    const { findings } = await world.planOf();
    expect(findings).toMatchObject([{ message: expect.stringContaining(`"${name}"`) }]);
  });

  test('that would only run is said', async () => {
    await hook('post-receive');
    const { findings } = await world.planOf();
    expect(findings).toMatchObject([{ message: expect.stringContaining('"post-receive"') }]);
  });
});

describe('signatures', () => {
  const wanted = async (section: string, line: string) =>
    appendFile(join(world.demo, 'config'), `[${section}]\n\t${line}\n`);
  const said = (text: string) => [{ severity: 'MEDIUM', message: expect.stringContaining(text) }];

  test.each(['gpgSign', 'gpgSign = true', 'GPGSIGN = 1', 'gpgSign = if-any'])(
    'that "%s" asks for are missing, which is said',
    async (line) => {
      await wanted('commit', line);
      expect((await world.planOf()).findings).toMatchObject(said('commit.gpgSign'));
      await wanted('tag', line);
      const tagging = world.prepareAny('repo.tag', { repository: 'demo', branch: 'main', tag: 'v1' });
      const plan = await tagging.plan(planCall());
      expect(plan.ok && plan.value.findings).toMatchObject(said('tag.gpgSign'));
    },
  );

  test.each(['gpgSign = false', 'gpgSign ='])('that "%s" does without are not missed', async (line) => {
    await wanted('commit', 'gpgSign = true');
    await wanted('commit', line);
    expect((await world.planOf()).findings).toEqual([]);
  });
});

describe('a name that was a file and becomes a folder', () => {
  test('is one commit, and is undone', async () => {
    await commitDirectly(world.demo, 'main', { k: 'old\n' });
    const before = await runGit(world.demo, 'rev-parse', 'main^{tree}');
    const action = world.prepare({
      files: [
        { path: 'k/inner', content: 'new\n' },
        { path: 'k', content: null },
      ],
    });
    const call = await world.callOf(action);
    const output = await action.apply(call);
    await action.verify(output, call);
    expect(await world.show('k/inner')).toBe('new');
    await action.compensate(output, { ...call, idempotencyKey: undoKey });
    expect(await runGit(world.demo, 'rev-parse', 'main^{tree}')).toBe(before);
  });

  test('needs the file to be deleted, and says so in true words', async () => {
    await commitDirectly(world.demo, 'main', { k: 'old\n' });
    expect(await world.refusalOf(file('k/inner'))).toMatchObject({
      message: '"k" is a file, so nothing can be inside it.',
    });
    expect(await world.refusalOf(file('src'))).toMatchObject({ message: expect.stringContaining('folder') });
  });
});

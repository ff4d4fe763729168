import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, effectKey, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { planCall } from '../../../testing/test-executors.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

const says = (...settings: readonly (readonly [name: string, value: string])[]) =>
  settings.reduce<Promise<unknown>>(
    (before, setting) => before.then(() => runGit(world.demo, 'config', '--add', ...setting)),
    Promise.resolve(),
  );

describe('refs that a repository hides from whoever pushes', () => {
  test.each([
    ['receive.hideRefs', ['refs/heads/main']],
    ['transfer.hideRefs', ['refs/heads']],
    ['receive.hideRefs', ['refs/heads/']],
    ['receive.hideRefs', ['^refs/heads/main']],
    ['transfer.hideRefs', ['!refs/heads/main', 'refs/heads']],
  ])('are not moved: %s %j', async (name, values) => {
    const action = world.prepare();
    const call = await world.callOf(action);
    await says(...values.map((value) => [name, value] as const));
    const said = { code: 'PRECONDITION_FAILED', message: expect.stringContaining('hides the branch "main"') };
    expect(await world.refusalOf({})).toMatchObject(said);
    await expect(action.apply(call)).rejects.toMatchObject({ effect: 'NONE' });
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('1');
  });

  test.each([
    ['receive.hideRefs', ['refs/heads/mai', 'refs/heads/main/x', 'refs/tags', 'main']],
    ['receive.hideRefs', ['refs/heads', '!refs/heads/main']],
    ['uploadpack.hideRefs', ['refs/heads']],
  ])('and others are: %s %j', async (name, values) => {
    await says(...values.map((value) => [name, value] as const));
    await world.commit();
  });
});

const tag = { repository: 'demo', branch: 'main', tag: 'v1' };
/** What git takes for an attack where it looks. */
const unwell = {
  path: '.gitmodules',
  content: '[submodule "a"]\n\tpath = a\n\turl = --upload-pack=touch /tmp/pwned\n',
};

describe('receive.denyDeletes', () => {
  test('is said of a tag, and keeps it', async () => {
    await says(['receive.denyDeletes', 'true']);
    const action = world.prepareAny('repo.tag', tag);
    const plan = await action.plan(planCall());
    expect(plan.ok && plan.value.findings).toMatchObject([
      { severity: 'MEDIUM', message: expect.stringContaining('the tag stays') },
    ]);
    const call = await world.callOf(action);
    const output = await action.apply(call);
    await expect(action.compensate(output, { ...call, idempotencyKey: undoKey })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
      message: expect.stringContaining('receive.denyDeletes'),
    });
    expect(await runGit(world.demo, 'tag')).toBe('v1');
    // A commit is undone by another one.
    const { findings } = await world.planOf();
    expect(findings).toEqual([]);
  });

  test.each(['false', 'no', 'off', '0', ''])('that is "%s" keeps none', async (value) => {
    await says(['receive.denyDeletes', 'true'], ['receive.denyDeletes', value]);
    const action = world.prepareAny('repo.tag', tag);
    const call = await world.callOf(action);
    await action.compensate(await action.apply(call), { ...call, idempotencyKey: undoKey });
    expect(await runGit(world.demo, 'tag')).toBe('');
  });
});

describe('receive.maxInputSize', () => {
  const large = { files: [{ path: 'a.txt', content: randomText(8_000) }] };

  test.each(['2000', '2k', '-1', 'many', '0x7d0', '010000', '+2k', ' 2k ', '', '9'.repeat(30)])(
    'of "%s" keeps out what is larger',
    async (value) => {
      await says(['receive.maxInputSize', value]);
      await expect(world.commit(large)).rejects.toMatchObject({
        code: 'PLATFORM_REJECTED',
        effect: 'NONE',
        message: expect.stringContaining('receive.maxInputSize'),
      });
      expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('1');
    },
  );

  test('that is only named keeps out all, as git does not know what it says', async () => {
    await appendFile(join(world.demo, 'config'), '[receive]\n\tmaxInputSize\n');
    await expect(world.commit(large)).rejects.toMatchObject({
      code: 'PLATFORM_REJECTED',
      effect: 'NONE',
      message: expect.stringContaining('receive.maxInputSize'),
    });
  });

  test.each(['0', '1m', '1G', '100000', '0x100000', '01000000', '0k'])(
    'of %s lets through what is smaller',
    async (value) => {
      await says(['receive.maxInputSize', value]);
      await world.commit(large);
    },
  );
});

test('a tag brings nothing that is not there already, however large or unwell that is', async () => {
  const large = { files: [{ path: 'a.txt', content: randomText(8_000) }, unwell] };
  await world.commit(large);
  await says(['receive.maxInputSize', '2k'], ['receive.fsckObjects', 'true']);
  for (const more of [{ tag: 'v1' }, { tag: 'v2', message: 'Two' }]) {
    const tagging = world.prepareAny('repo.tag', { ...tag, ...more });
    await tagging.apply(await world.callOf(tagging));
  }
  expect(await runGit(world.demo, 'tag')).toBe('v1\nv2');
});

test('what is too large to be looked at is refused in words', async () => {
  await commitDirectly(world.demo, 'main', { 'large.txt': randomText(30_000_000) });
  const taken = await commitDirectly(world.demo, 'main', { 'large.txt': 'small\n' });
  await says(['receive.maxInputSize', '1g'], ['receive.fsckObjects', 'true']);
  const revert = world.prepareAny('repo.revert', { repository: 'demo', branch: 'main', commit: taken });
  await expect(revert.apply(await world.callOf(revert))).rejects.toMatchObject({
    code: 'PLATFORM_REJECTED',
    effect: 'NONE',
    message: expect.stringContaining('more than the 16777216 bytes'),
  });
  expect(await world.head()).toBe(taken);
});

describe('receive.fsckObjects', () => {
  const trap = { files: [unwell] };

  test.each(['receive.fsckObjects', 'transfer.fsckObjects'])('is held to, by %s', async (name) => {
    await says([name, 'true']);
    await expect(world.commit(trap)).rejects.toMatchObject({
      code: 'PLATFORM_REJECTED',
      effect: 'NONE',
      message: expect.stringContaining('gitmodulesUrl'),
    });
    expect(await runGit(world.demo, 'rev-list', '--count', 'main')).toBe('1');
    // What has no fault passes: on a branch, on a new one, as the first of all, and as a tag.
    await world.commit();
    const action = world.prepare({ branch: 'topic', files: [{ path: 'b.txt', content: 'b\n' }] });
    await action.apply(await world.callOf(action, effectKey.replaceAll('c', 'd')));
    for (const more of [{ tag: 'v1' }, { tag: 'v2', message: 'Two' }]) {
      const tagging = world.prepareAny('repo.tag', { ...tag, ...more });
      await tagging.apply(await world.callOf(tagging));
    }
  });

  test('looks as the repository says, and not where it says so', async () => {
    await says(['transfer.fsckObjects', 'true'], ['receive.fsckObjects', 'false']);
    await world.commit(trap);
  });

  test('takes the repository’s own levels', async () => {
    await says(['receive.fsckObjects', 'true'], ['receive.fsck.gitmodulesUrl', 'ignore']);
    await world.commit(trap);
  });

  test('lets the first commit of a repository be made', async () => {
    const empty = await world.sandbox.bareRepository('team/empty.git', {});
    await runGit(empty, 'config', 'receive.fsckObjects', 'true');
    await world.commit({ repository: empty });
  });
});

test('a repository that a group shares is written for the group', async () => {
  await says(['core.sharedRepository', 'group']);
  const commit = await world.commit();
  const modeOf = async (...path: string[]) => (await stat(join(world.demo, ...path))).mode;
  const loose = join('objects', commit.slice(0, 2));
  expect((await readdir(join(world.demo, loose))).length).toBeGreaterThan(0);
  expect((await modeOf(loose)) & 0o070).toBe(0o070);
  expect((await modeOf(loose, commit.slice(2))) & 0o040).toBe(0o040);
  expect((await modeOf('refs', 'heads', 'main')) & 0o060).toBe(0o060);
});

test('a branch that is checked out in a work tree elsewhere is not moved, whatever pushes may do there', async () => {
  await says(['receive.denyCurrentBranch', 'ignore']);
  await runGit(world.demo, 'config', 'core.bare', 'false');
  await runGit(world.demo, 'config', 'core.worktree', world.sandbox.folder);
  expect(await world.refusalOf({})).toMatchObject({ message: expect.stringContaining('checked out') });
});

function randomText(length: number): string {
  // No compression makes it shorter, and it is the same each time.
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % 36).toString(36);
  }).join('');
}

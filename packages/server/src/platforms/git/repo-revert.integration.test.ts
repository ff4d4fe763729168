import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommitWorld, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { planCall } from '../../../testing/test-executors.ts';
import { accepted } from '../../../testing/people.ts';
import type { Json } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const revert = (commit: string, more: object = {}) =>
  world.prepareAny('repo.revert', { repository: 'demo', branch: 'main', commit, ...more });
const planOf = (commit: string, more?: object) => revert(commit, more).plan(planCall());
const apply = async (commit: string) => {
  const action = revert(commit);
  const call = await world.callOf(action);
  const output = await action.apply(call);
  await action.verify(output, call);
  return { action, call, output };
};
const commit = (files: Readonly<Record<string, string>>) => commitDirectly(world.demo, 'main', files);
const many = (first: string, last: string): string => `${first}\n${'line\n'.repeat(20)}${last}\n`;

test('shows and takes back each file that a commit made and changed, and leaves later ones', async () => {
  const wrong = await commit({ 'README.md': 'wrong\n', 'new.md': 'new\n' });
  await commit({ 'later.md': 'later\n' });
  expect(await planOf(wrong)).toMatchObject({
    value: {
      summary: `Revert "a direct commit" (${wrong.slice(0, 7)}) on "main" of "demo"`,
      diffs: [
        { type: 'FILE', path: 'README.md', change: 'UPDATE', additions: 3, deletions: 1 },
        { type: 'FILE', path: 'new.md', change: 'DELETE' },
        { path: '/message', after: `Revert "a direct commit"\n\nThis reverts commit ${wrong}.` },
      ],
    },
  });
  await apply(wrong);
  expect(await world.show('README.md')).toBe('one\ntwo\nthree');
  expect(await runGit(world.demo, 'ls-tree', '-r', '--name-only', 'main')).toBe(
    'README.md\nlater.md\nsrc/a.ts',
  );
});

test('takes its lines out of a text that others changed elsewhere since, and is undone by putting them back', async () => {
  await commit({ 'a.txt': many('first', 'last') });
  const wrong = await commit({ 'a.txt': many('wrong', 'last') });
  await commit({ 'a.txt': many('wrong', 'theirs') });
  const { action, call, output } = await apply(wrong);
  expect(await world.show('a.txt')).toBe(many('first', 'theirs').trimEnd());
  await action.compensate(output, { ...call, idempotencyKey: undoKey });
  expect(await world.show('a.txt')).toBe(many('wrong', 'theirs').trimEnd());
});

test('is refused where others changed the same lines, by the name of each file', async () => {
  const wrong = await commit({ 'README.md': 'wrong\n', 'src/a.ts': 'wrong\n' });
  await commit({ 'README.md': 'theirs\n' });
  expect(await planOf(wrong)).toMatchObject({
    refusal: {
      code: 'PRECONDITION_FAILED',
      details: { faults: [{ path: 'commit', message: expect.stringMatching(/^"README\.md" was changed/) }] },
    },
  });
});

test('of what is not there, was taken back already or is a merge is refused', async () => {
  const elsewhere = await commitDirectly(world.demo, 'elsewhere', { a: 'a\n' });
  for (const id of ['0'.repeat(40), elsewhere])
    expect(await planOf(id)).toMatchObject({ refusal: { code: 'RESOURCE_NOT_FOUND' } });
  const wrong = await commit({ 'README.md': 'wrong\n' });
  await apply(wrong);
  expect(await planOf(wrong)).toMatchObject({
    refusal: { code: 'NOTHING_TO_CHANGE', message: expect.stringMatching(/^Nothing would change/) },
  });
  const tree = await runGit(world.demo, 'rev-parse', 'main^{tree}');
  const merge = await runGit(world.demo, 'commit-tree', tree, '-p', 'main', '-p', elsewhere, '-m', 'merge');
  await runGit(world.demo, 'update-ref', 'refs/heads/main', merge);
  expect(await planOf(merge)).toMatchObject({ refusal: { message: expect.stringContaining('merge') } });
});

test('brings back the very objects: a pointer of LFS, bytes that are no text, a mode', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a1'.repeat(32)}\nsize 9\n`;
  await commit({ '.gitattributes': '*.bin filter=lfs\n', 'a.bin': pointer });
  await runGit(world.sandbox.folder, 'clone', '--quiet', world.demo, 'work');
  const work = join(world.sandbox.folder, 'work');
  await writeFile(join(work, 'b.dat'), Buffer.from([0, 1, 2, 255]));
  await writeFile(join(work, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await runGit(work, 'add', '.');
  await runGit(work, 'commit', '--quiet', '-m', 'binary');
  await runGit(work, 'push', '--quiet');
  const before = await runGit(world.demo, 'rev-parse', 'main^{tree}');
  const wrong = await commit({ 'a.bin': 'raw', 'b.dat': 'text\n', 'run.sh': 'text\n' });
  const planned = await planOf(wrong);
  expect(planned).toMatchObject({
    value: { diffs: expect.arrayContaining([expect.objectContaining({ path: 'b.dat', isBinary: true })]) },
  });
  expect(JSON.stringify(planned)).toContain('is not shown. Before: 100644');
  await apply(wrong);
  expect(await runGit(world.demo, 'rev-parse', 'main^{tree}')).toBe(before);
});

test('of a rename gives the old name back, and not where a folder has it by now', async () => {
  await commit({ 'old/a': 'text\n' });
  await runGit(world.sandbox.folder, 'clone', '--quiet', world.demo, 'work');
  const work = join(world.sandbox.folder, 'work');
  await runGit(work, 'mv', 'old/a', 'new');
  await runGit(work, 'commit', '--quiet', '-m', 'rename');
  await runGit(work, 'push', '--quiet');
  const renamed = await world.head();
  expect(await planOf(renamed)).toMatchObject({ ok: true });
  await commit({ old: 'a file\n' });
  expect(await planOf(renamed)).toMatchObject({
    refusal: { message: '"old" is a file by now, so "old/a" cannot come back.' },
  });
});

test('shows a part of what it changes in a long file', async () => {
  await commit({ 'a.txt': many('first', 'last') });
  const wrong = await commit({ 'a.txt': many('wrong', 'last') });
  const action = revert(wrong);
  const { precondition } = await world.callOf(action);
  const query = { path: 'a.txt', from: 0, count: 1 };
  expect(await action.lines(query, { ...planCall(), precondition })).toMatchObject({
    hunks: [{ lines: [{ kind: 'REMOVE', text: 'wrong' }] }],
    hasBothSides: true,
  });
});

test.each(['main', 'HEAD~1', '-x', 'A'.repeat(40), 'a'.repeat(39)])('takes no %j for a commit', (id) => {
  expect(() => revert(id)).toThrow('whole id');
});

test('is planned upon what earlier steps commit, and later ones upon it; undone last first', async () => {
  await commit({ 'a.txt': many('first', 'last'), 'kept.md': 'kept\n' });
  const wrong = await commit({ 'a.txt': many('wrong', 'last'), 'new.md': 'new\n' });
  const before = await runGit(world.demo, 'ls-tree', '-r', 'main');
  const text = (content: string) =>
    world.prepareAny('repo.commit', {
      repository: 'demo',
      branch: 'main',
      message: 'docs: a text',
      files: [{ path: 'a.txt', content }],
    });
  const actions = [text(many('wrong', 'ours')), revert(wrong), text(many('first', 'ours again'))];
  const foreseen: Json[] = [];
  const planned: PlannedAction[] = [];
  for (const action of actions) {
    const plan = accepted(await action.plan({ ...planCall(), foreseen }));
    planned.push(plan);
    foreseen.push(plan.leaves ?? null);
  }
  expect(planned[1]?.diffs).toMatchObject([
    { path: 'a.txt', change: 'UPDATE', additions: 1, deletions: 1 },
    { path: 'new.md', change: 'DELETE' },
    { path: '/message' },
  ]);
  const done = [];
  for (const [index, action] of actions.entries()) {
    const { summary, diffs, findings, precondition } = accepted(await action.plan(planCall()));
    expect(planned[index]).toMatchObject({ summary, diffs, findings });
    expect(action.isAsForeseen?.(planned[index]?.precondition ?? null, precondition)).toBe(true);
    const call = await world.callOf(action, String(index + 1).repeat(64));
    const output = await action.apply(call);
    await action.verify(output, call);
    done.push({ action, call, output });
  }
  expect(await world.show('a.txt')).toBe(many('first', 'ours again').trimEnd());
  for (const { action, call, output } of done.toReversed())
    await action.compensate(output, { ...call, idempotencyKey: `${call.idempotencyKey.slice(1)}f` });
  expect(await runGit(world.demo, 'ls-tree', '-r', 'main')).toBe(before);
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommitWorld, effectKey, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import { planCall } from '../../../testing/test-executors.ts';

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const tagging = (more: object = {}) =>
  world.prepareAny('repo.tag', {
    repository: 'demo',
    tag: 'v1',
    branch: 'main',
    message: 'Release 1',
    ...more,
  });
const planOf = (more?: object) => tagging(more).plan(planCall());
const apply = async (more?: object) => {
  const action = tagging(more);
  const call = await world.callOf(action);
  const output = await action.apply(call);
  await action.verify(output, call);
  return { action, call, output };
};

test('names the newest commit, with message, tagger and our trailers', async () => {
  const head = await world.head();
  expect(await planOf()).toMatchObject({
    value: {
      summary: `Make a tag "v1" at ${head.slice(0, 7)} of "main" of "demo"`,
      targets: [{ kind: 'repository' }, { kind: 'tag', name: 'demo@v1' }],
      diffs: [
        { path: '/refs/tags/v1', before: null, after: head },
        { type: 'TABLE', rows: [{ cells: [head, 'a direct commit'] }] },
        { path: '/message', after: 'Release 1' },
      ],
      findings: [],
    },
  });
  const { output } = await apply();
  expect(output).toMatchObject({ tag: 'v1', commit: head, isPushed: false });
  expect(await runGit(world.demo, 'cat-file', 'tag', 'v1')).toMatch(
    new RegExp(
      `^object ${head}\ntype commit\ntag v1\ntagger Countersign <countersign@example.com> .*\n\nRelease 1\n\nCountersign-Key: ${effectKey}\n`,
    ),
  );
  await runGit(world.demo, 'fsck', '--strict');
});

test('without a message is a light one, and may name an older commit', async () => {
  const older = await world.head();
  await commitDirectly(world.demo, 'main', { a: 'a\n' });
  await apply({ message: undefined, commit: older });
  expect(await runGit(world.demo, 'rev-parse', 'refs/tags/v1')).toBe(older);
});

test('stays at the commit that people saw, wherever the branch is by then', async () => {
  const action = tagging();
  const call = await world.callOf(action);
  const seen = await world.head();
  await commitDirectly(world.demo, 'main', { a: 'a\n' });
  await action.apply(call);
  expect(await runGit(world.demo, 'rev-parse', 'v1^{commit}')).toBe(seen);
});

test('that is there is never moved, and none stands in the way of another', async () => {
  await runGit(world.demo, 'tag', 'v1');
  await runGit(world.demo, 'tag', 'team/x/1');
  for (const tag of ['v1', 'v1/rc', 'team/x', 'main', 'origin/main'])
    expect(await planOf({ tag })).toMatchObject({
      refusal: { code: 'PRECONDITION_FAILED', details: { faults: [{ path: 'tag' }] } },
    });
});

test('of a branch or commit that is not there is refused, and so is one that a hook decides', async () => {
  const elsewhere = await commitDirectly(world.demo, 'elsewhere', { a: 'a\n' });
  expect(await planOf({ branch: 'gone' })).toMatchObject({ refusal: { code: 'RESOURCE_NOT_FOUND' } });
  expect(await planOf({ commit: elsewhere })).toMatchObject({ refusal: { code: 'RESOURCE_NOT_FOUND' } });
  await mkdir(join(world.demo, 'hooks'), { recursive: true });
  await writeFile(join(world.demo, 'hooks', 'update'), '#!/bin/sh\n', { mode: 0o755 });
  expect(await planOf()).toMatchObject({ refusal: { message: expect.stringContaining('"update"') } });
});

test('is found again by its mark, and taken away as long as it is ours', async () => {
  const { action, call, output } = await apply();
  expect(await action.reconcile(call)).toEqual({ kind: 'FOUND', output });
  expect(await action.reconcile({ ...call, idempotencyKey: 'fade'.repeat(16) })).toEqual({ kind: 'UNKNOWN' });
  await action.compensate(output, { ...call, idempotencyKey: undoKey });
  expect(await runGit(world.demo, 'tag')).toBe('');
  await runGit(world.demo, 'tag', 'v1', 'main');
  await expect(action.compensate(output, call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  expect(await runGit(world.demo, 'tag')).toBe('v1');
});

test.each(['-d', 'refs/tags/v1', 'a b', 'v1.lock', 'a..b', '../v1', 'v\u202e1'])(
  'takes no %j for a name',
  (tag) => {
    expect(() => tagging({ tag })).toThrow('"actions[0].params.tag"');
  },
);

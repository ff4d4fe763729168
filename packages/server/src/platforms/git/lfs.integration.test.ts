import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommitWorld, undoKey, type CommitWorld } from '../../../testing/commit-world.ts';
import { commitDirectly, runGit } from '../../../testing/git-repository.ts';
import type { PlannedFailure } from '../../../testing/planned-failure.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { startLfs, type LfsState } from '../../../testing/platforms/lfs.ts';
import { accepted } from '../../../testing/people.ts';
import { planCall } from '../../../testing/test-executors.ts';
import { objectHolding, pointerTo } from './lfs-pointer.ts';

const authorization = 'Basic dXM6c2VjcmV0';
let server: Emulator<LfsState>;
let world: CommitWorld;

beforeEach(async () => {
  server = await startLfs({ authorization });
  world = await createCommitWorld({}, { url: `${server.url}/app.git/info/lfs`, authorization });
  await commitDirectly(world.demo, 'main', { '.gitattributes': '*.bin filter=lfs diff=lfs -text\n' });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const held = 'Grüße\r\n';
const object = objectHolding(Buffer.from(held));
const files = (content: string) => ({
  files: [
    { path: 'data/a.bin', content },
    { path: 'README.md', content: 'plain\n' },
    { path: 'empty.bin', content: '' },
  ],
});
const branch = () => runGit(world.demo, 'rev-parse', 'main');

test('what LFS keeps goes to its server, and the commit holds a pointer to it', async () => {
  const planned = await world.planOf(files(held));
  expect(planned.precondition).toMatchObject({ lfs: ['data/a.bin'] });
  expect(planned.findings).toContainEqual({
    severity: 'LOW',
    message: expect.stringMatching(/^"data\/a\.bin" is kept by Git LFS/),
  });
  expect(server.received).toEqual([]);
  const action = world.prepare(files(held));
  const call = await world.callOf(action);
  const output = await action.apply(call);
  await action.verify(output, call);
  expect(server.state().objects).toEqual({ [object.oid]: Buffer.from(held).toString('base64') });
  expect(await runGit(world.demo, 'show', 'main:data/a.bin')).toBe(pointerTo(object).trimEnd());
  expect(await runGit(world.demo, 'show', 'main:README.md')).toBe('plain');
  expect(await runGit(world.demo, 'cat-file', '-s', 'main:empty.bin')).toBe('0');
  expect(await action.reconcile({ ...call, attempt: 2 })).toMatchObject({ kind: 'FOUND' });
  await action.compensate(output, { ...call, idempotencyKey: undoKey });
  await expect(runGit(world.demo, 'show', 'main:data/a.bin')).rejects.toThrow();
  // The same again is there already: nothing is sent a second time.
  await world.commit(files(held));
  expect(server.writes()).toBe(1);
});

test('what LFS keeps is planned upon what an earlier step gives it', async () => {
  const [first, second] = [held, 'Another\n'].map((content) => world.prepare(files(content)));
  if (!first || !second) throw new Error('Nothing is prepared.');
  const { leaves = null } = accepted(await first.plan(planCall()));
  const upon = accepted(await second.plan({ ...planCall(), foreseen: [leaves] }));
  await first.apply(await world.callOf(first));
  const { summary, diffs, findings } = accepted(await second.plan(planCall()));
  expect(upon).toMatchObject({ summary, diffs, findings });
  expect(diffs[0]).toMatchObject({ path: 'data/a.bin', change: 'UPDATE' });
});

test('a pointer is committed where the server has what it stands for, and not where it has not', async () => {
  const action = world.prepare(files(pointerTo(object)));
  const call = await world.callOf(action);
  const before = await branch();
  await expect(action.apply(call)).rejects.toMatchObject({
    code: 'PRECONDITION_FAILED',
    effect: 'NONE',
    message: expect.stringContaining('"data/a.bin" is a pointer'),
  });
  expect(await branch()).toBe(before);
  server.state().objects[object.oid] = Buffer.from(held).toString('base64');
  const output = await action.apply(call);
  await action.verify(output, call);
});

describe('no commit is made where the server', () => {
  const failures: readonly [string, PlannedFailure, object][] = [
    ['refuses', { kind: 'STATUS', status: 403, when: 'BEFORE' }, { code: 'PLATFORM_PERMISSION_DENIED' }],
    [
      'is asked too often',
      { kind: 'STATUS', status: 429, retryAfterSeconds: 7, when: 'BEFORE' },
      { code: 'RATE_LIMIT_EXCEEDED', retryAfterMs: 7_000 },
    ],
    ['breaks', { kind: 'STATUS', status: 503, when: 'BEFORE' }, { code: 'SERVICE_DOWN' }],
    ['is cut off once it has the object', { kind: 'RESET', when: 'AFTER' }, { code: 'NETWORK_ERROR' }],
  ];

  test.each(failures)('%s, and a second attempt goes on from there', async (_what, failure, error) => {
    const action = world.prepare(files(held));
    const call = await world.callOf(action);
    const before = await branch();
    server.behaviour.failures = [failure];
    await expect(action.apply(call)).rejects.toMatchObject({ ...error, effect: 'NONE' });
    expect(await branch()).toBe(before);
    await action.apply({ ...call, attempt: 2 });
    expect(server.writes()).toBe(1);
  });

  test('says that it has what it has not', async () => {
    const action = world.prepare(files(held));
    const call = await world.callOf(action);
    const before = await branch();
    server.behaviour.isLying = true;
    await expect(action.apply(call)).rejects.toMatchObject({ effect: 'NONE' });
    expect(await branch()).toBe(before);
  });
});

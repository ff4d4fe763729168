import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommitWorld, type CommitWorld } from '../../../testing/commit-world.ts';
import { anAgent } from '../../../testing/domain-samples.ts';
import { slowness, watchLoop } from '../../../testing/event-loop.ts';
import { commitDirectly } from '../../../testing/git-repository.ts';
import type { Outcome } from '../../domain/errors.ts';
import { systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { createPlanner, type MadePlan } from '../../modules/tasks/index.ts';
import { createPrepareActions } from '../contract/prepare-actions.ts';
import { readSubmission } from '../../modules/tasks/submission.ts';

/** What one submission may take of the process, whatever it holds. */
const maxHoldMs = 200;
const maxGrownBytes = 400 * 1_048_576;

let world: CommitWorld;

beforeEach(async () => {
  world = await createCommitWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

/** As a submission goes its way: its shape, its params, the plan. */
const submit = async (params: readonly object[]): Promise<Outcome<MadePlan>> => {
  const planner = createPlanner(systemClock, newId, pino({ enabled: false }));
  const submission = {
    idempotencyKey: 'abuse',
    goal: 'Hold the process',
    actions: params.map((given) => ({ type: 'repo.commit', params: world.paramsWith(given) })),
  };
  const parsed = readSubmission(
    submission,
    createPrepareActions(world.executors.prepare, () => null),
  );
  if (!parsed.ok) return parsed;
  return planner.plan({
    signal: new AbortController().signal,
    tenantId: 'tenant-1',
    taskId: 'task-1',
    revision: 1,
    requester: anAgent(),
    ...parsed.value,
    policyBundle: 'bundle',
  });
};

const watched = async (params: readonly object[]) => {
  const { value, longestMs, grownBytes } = await watchLoop(() => submit(params));
  expect.soft(longestMs / slowness()).toBeLessThan(maxHoldMs);
  expect.soft(grownBytes).toBeLessThan(maxGrownBytes);
  return value;
};

const files = (count: number, pathOf: (index: number) => string, content: string | null = 'x') =>
  Array.from({ length: count }, (_, index) => ({ path: pathOf(index), content }));

test.each<[string, object]>([
  ['a path of 75,000 folders', { files: [{ path: 'a/'.repeat(75_000), content: 'x' }] }],
  ['a path of 450,000 letters', { files: [{ path: 'é'.repeat(450_000), content: 'x' }] }],
  ['200 paths of 2,000 folders', { files: files(200, (index) => `${'a/'.repeat(2_000)}${index}`) }],
  ['one path 50,000 times', { files: files(20_000, () => 'same') }],
  ['300,000 files that are none', { files: Array.from({ length: 300_000 }, () => ({})) }],
  ['a branch of 900,000 letters', { branch: 'a/'.repeat(450_000) }],
  ['a message of 900,000 marks', { message: '\u200b'.repeat(300_000) }],
  ['a message of 900,000 lines', { message: '\n'.repeat(450_000) }],
  ['a repository of 900,000 slashes', { repository: '/'.repeat(900_000) }],
])('is refused: %s', async (_name, params) => {
  const outcome = await watched([params]);
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
});

test('as many paths as there may be, as deep as they may be', async () => {
  const deep = (index: number) => Array.from({ length: 31 }, (_, level) => `${index}-${level}`).join('/');
  expect(await watched([{ files: files(200, deep) }])).toMatchObject({ ok: true });
});

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word}${index}\n`);
const shuffled = (lines: readonly string[]) =>
  lines.map((line, index) => ({ line, at: (index * 7_919) % lines.length })).toSorted((a, b) => a.at - b.at);

test('200 files of 1,900 lines each, all of them replaced', async () => {
  const paths = Array.from({ length: 200 }, (_, index) => `docs/${index}.txt`);
  const old = numbered('old', 1_900).join('');
  await commitDirectly(world.demo, 'main', Object.fromEntries(paths.map((path) => [path, old])));
  const content = numbered('', 900).join('');
  const outcome = await watched([{ files: paths.map((path) => ({ path, content })) }]);
  expect(outcome).toMatchObject({ ok: true });
});

test('200 files whose lines are in another order', async () => {
  const paths = Array.from({ length: 200 }, (_, index) => `docs/${index}.txt`);
  const lines = numbered('', 900);
  await commitDirectly(world.demo, 'main', Object.fromEntries(paths.map((path) => [path, lines.join('')])));
  const content = shuffled(lines)
    .map(({ line }) => line)
    .join('');
  const outcome = await watched([{ files: paths.map((path) => ({ path, content })) }]);
  expect(outcome).toMatchObject({ ok: true });
});

test('many actions that each show much', async () => {
  const paths = Array.from({ length: 200 }, (_, index) => `docs/${index}.txt`);
  const old = numbered('some words of a line, number ', 500).join('');
  await commitDirectly(world.demo, 'main', Object.fromEntries(paths.map((path) => [path, old])));
  const actions = Array.from({ length: 40 }, (_, index) => ({
    branch: `topic-${index}`,
    files: paths.map((path) => ({ path, content: null })),
  }));
  expect(await watched(actions)).toMatchObject({ ok: false, refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
});

test.each([
  ['{"a":', '}'],
  ['[', ']'],
])('params as deep as a body has room for: %s', async (open, close) => {
  const deep: unknown = JSON.parse(`${open.repeat(200_000)}0${close.repeat(200_000)}`);
  expect(await watched([{ files: deep }])).toMatchObject({ ok: false });
});

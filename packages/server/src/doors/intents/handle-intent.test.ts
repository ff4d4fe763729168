import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aRun, aTask } from '../../../testing/domain-samples.ts';
import { exampleIntents } from '../../../testing/example-intents.ts';
import { ofTheMachine, signedIn } from '../../../testing/signed-in.ts';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import { createIntentCheck } from './intent-check.ts';
import { followIntent, handIn, type HandleDeps } from './handle-intent.ts';

const notNow = refusal('SERVICE_DOWN', 'The database is away.', { retryAfterMs: 1_000 });
const task = aTask({ id: 'a-task', status: 'FAILED', startedAt: new Date(), error: null });
const never = new AbortController().signal;

type Operations = HandleDeps['operations'];
/** What each operation answers; the others are not asked. */
type Answers = { readonly [Name in keyof Operations]?: Awaited<ReturnType<Operations[Name]['execute']>> };

const answering = <Answer>(answer: Answer | undefined) => ({
  execute: async () => {
    if (answer === undefined) throw new Error('It is not to be asked.');
    return answer;
  },
});
const submitter: Principal = {
  ...ofTheMachine,
  id: '019aa4e2-0000-7000-8000-000000000001',
  tenantId: '019aa4e2-0000-7000-8000-000000000002',
  type: 'SERVICE',
  name: 'intent-files',
  roles: ['SUBMITTER'],
};
const deps = (answers: Answers, caller: Caller | null = signedIn(submitter)): HandleDeps => ({
  operations: {
    executeTask: answering(answers.executeTask),
    task: answering(answers.task),
    taskUpdated: answering(answers.taskUpdated),
    runsOfTask: answering(answers.runsOfTask),
    run: answering(answers.run),
  },
  caller: async () => caller,
  check: createIntentCheck(),
  actions: { scaling: { type: 'scaling.apply' } },
  environment: 'DEVELOPMENT',
  linkOf: (id) => id,
});

async function* once(): AsyncGenerator<Task> {
  yield task;
}
const firstStatus = async (given: HandleDeps): Promise<unknown> =>
  (await followIntent(given, task.id, never).next()).value;

test.each<[string, Answers]>([
  ['the task', { taskUpdated: refused(notNow) }],
  ['its runs', { taskUpdated: accepted(once()), runsOfTask: refused(notNow) }],
  ['its run', { taskUpdated: accepted(once()), runsOfTask: accepted([aRun()]), run: refused(notNow) }],
])('while %s may not be seen, no status is told', async (_what, answers) => {
  await expect(firstStatus(deps(answers))).rejects.toThrow('SERVICE_DOWN: The database is away.');
});

test('while nobody is there who submits, no status is told', async () => {
  await expect(firstStatus(deps({}, null))).rejects.toThrow('intents.principal');
});

test('once all of it may be seen, it is told', async () => {
  const answers = { taskUpdated: accepted(once()), runsOfTask: accepted([]) };
  expect(await firstStatus(deps(answers))).toMatchObject({ status: { status: 'failed' } });
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-handle-intent-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('whether a correlation id is taken by another file is not known while its task may not be seen', async () => {
  const path = join(folder, 'intent-a.json');
  await writeFile(path, JSON.stringify(exampleIntents['intent-scale-up-001.json']));
  const claim = { id: crypto.randomUUID(), name: 'intent-a.json', path };
  const taken = refused(
    refusal('IDEMPOTENCY_KEY_REUSED', 'The key is taken.', {
      details: { kind: 'EXISTING_TASK', taskId: task.id },
    }),
  );
  const later = await handIn(deps({ executeTask: taken, task: refused(notNow) }), claim);
  expect(later).toMatchObject({ kind: 'AGAIN', afterMs: 1_000 });
  const seen = await handIn(deps({ executeTask: taken, task: accepted(task) }), claim);
  expect(seen).toMatchObject({ kind: 'ENDED', status: { error_details: { error_code: 'E004' } } });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerFile, begunFile, notNow } from '../../testing/executors/slow-executor.ts';
import { allowing, startOpaServer } from '../../testing/opa-server.ts';
import type { TaskInput } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createOperations } from '../operations.ts';

/** A planning that ends when the story says so. */
interface Planning {
  readonly input: TaskInput;
  /** Waits until it has begun so often; gives the processes that were at it. */
  begins(times?: number): Promise<readonly string[]>;
  /** Lets it end: well, or with this fault. */
  ends(fault?: string): Promise<void>;
  /** Whatever begins from now on has no end again. */
  goesOn(): Promise<void>;
}

const folders = new AsyncDisposableStack();
afterAll(() => folders.disposeAsync());

const aSlowTask = async (more: object = {}, params: object = {}): Promise<Planning> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-slow-'));
  folders.defer(() => rm(folder, { recursive: true, force: true }));
  return {
    input: {
      idempotencyKey: crypto.randomUUID(),
      goal: 'Think first',
      actions: [{ type: 'slow.run', params: { folder, ...params } }],
      ...more,
    },
    begins: (times = 1) =>
      until(
        async () => {
          const text = await readFile(join(folder, begunFile), 'utf8').catch(() => '');
          const begun = text.split('\n').filter(Boolean);
          return begun.length >= times ? begun : undefined;
        },
        () => `planning did not begin ${times} times`,
      ),
    ends: (fault = '') => writeFile(join(folder, answerFile), fault),
    goesOn: () => rm(join(folder, answerFile)),
  };
};

const unplanned = { status: 'PLANNING', revision: 0, planHash: null, risk: null, error: null };
const typesOf = async (world: World, task: Task): Promise<string[]> =>
  (await world.historyOf(task)).map(({ type }) => type);
const jobsOf = ({ owner }: World, task: Task) =>
  owner.query<{ failures: number; error: string | null }>(
    'SELECT failures, error FROM job WHERE name = $1 AND key = $2',
    ['plan', task.id],
  );
const hasNoJob = (world: World, task: Task): Promise<true> =>
  until(
    async () => (await jobsOf(world, task)).length === 0 || undefined,
    () => 'the job is still there',
  );

describe('a task that is slow to plan', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ openApprovals: 1, planningPatienceMs: 1_000 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('is stored first with nothing pretended, then planned, decided and run', async () => {
    const planning = await aSlowTask({ timeoutMs: 60_000 });
    const task = await world.agent.submits(planning.input);
    expect(task).toMatchObject(unplanned);
    expect(await world.now(task)).toMatchObject(unplanned);
    expect(await typesOf(world, task)).toEqual(['task.submitted']);

    const run = world.owner.query(`UPDATE task SET status = 'QUEUED' WHERE id = $1`, [task.id]);
    await expect(run).rejects.toThrow('task_plan_is_known');

    await planning.begins();
    const replayed = await world.agent.asks(planning.input);
    expect(replayed).toMatchObject({
      ok: true,
      value: { task: { id: task.id, ...unplanned }, isReplay: true },
    });
    const other = await world.agent.asks({ ...planning.input, goal: 'Something else' });
    expect(other).toMatchObject({ ok: false, refusal: { code: 'IDEMPOTENCY_KEY_REUSED' } });

    await planning.ends();
    const done = await world.reaches(task, 'SUCCEEDED');
    expect(done).toMatchObject({
      revision: 1,
      risk: 'LOW',
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await typesOf(world, task)).toEqual([
      'task.submitted',
      'task.planned',
      'policy.decided',
      'task.queued',
      'task.started',
      'step.started',
      'step.succeeded',
      'task.succeeded',
    ]);
    const [limits] = await world.owner.query<{ limited: boolean }>(
      `SELECT deadline_at = created_at + interval '1 minute' AS limited FROM run WHERE task_id = $1`,
      [task.id],
    );
    expect(limits).toEqual({ limited: true });
    await hasNoJob(world, task);
    expect(await planning.begins()).toHaveLength(1);
  });

  test('that was thought to be fast is stored once its planning takes too long', async () => {
    const planning = await aSlowTask({}, { says: 'FAST' });
    const task = await world.agent.submits(planning.input);
    expect(task).toMatchObject(unplanned);
    await planning.begins(2);
    await planning.ends();
    await world.reaches(task, 'SUCCEEDED');
  });

  test('that cannot be planned fails with what is wrong with it', async () => {
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    await planning.ends('is not the right one');
    const failed = await world.reaches(task, 'FAILED');
    expect(failed).toMatchObject({ revision: 0, planHash: null, risk: null });
    expect(failed.error).toMatchObject({
      code: 'SCHEMA_VALIDATION_FAILED',
      faults: [{ path: 'actions[0].params.folder', message: 'is not the right one' }],
    });
    await hasNoJob(world, task);
  });

  test('whose platform does not answer is planned once it does', async () => {
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    await planning.ends(notNow);
    await until(
      async () => (await jobsOf(world, task)).find(({ failures }) => failures > 0),
      () => 'the job did not fail',
    );
    expect(await world.now(task)).toMatchObject(unplanned);
    await planning.ends();
    await world.reaches(task, 'SUCCEEDED');
    await hasNoJob(world, task);
  });

  test('whose platform has not answered for long fails, and says why', async () => {
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    await world.owner.query(`UPDATE task SET updated_at = now() - interval '11 minutes' WHERE id = $1`, [
      task.id,
    ]);
    await planning.ends(notNow);
    expect((await world.reaches(task, 'FAILED')).error).toMatchObject({ code: 'NETWORK_ERROR' });
    await hasNoJob(world, task);
  });

  test('whose planning breaks is tried again, and ends where it has broken for long', async () => {
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    await world.owner.query(
      `ALTER TABLE plan ADD CONSTRAINT broken CHECK (task_id <> '${task.id}') NOT VALID`,
    );
    await planning.ends();
    await until(
      async () => (await jobsOf(world, task)).find(({ failures }) => failures > 0),
      () => 'the job did not fail',
    );
    expect(await world.now(task)).toMatchObject(unplanned);
    await world.owner.query(`UPDATE task SET updated_at = now() - interval '11 minutes' WHERE id = $1`, [
      task.id,
    ]);
    expect((await world.reaches(task, 'FAILED')).error).toMatchObject({ code: 'INTERNAL_ERROR' });
    await hasNoJob(world, task);
  });

  test('is cancelled like any other, and its planning stops', async () => {
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    await planning.begins();
    expect(await world.agent.cancels(task)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } });
    expect(await jobsOf(world, task)).toEqual([]);
    await planning.ends();
    const next = await aSlowTask();
    await next.ends();
    await world.reaches(await world.agent.submits(next.input), 'SUCCEEDED');
    expect(await world.now(task)).toMatchObject({ status: 'CANCELLED', revision: 0, planHash: null });
    expect(await typesOf(world, task)).toEqual(['task.submitted', 'task.cancelled']);
  });

  test('waits for people only where its submitter has room', async () => {
    const [first, second] = [
      await aSlowTask({ requiresApproval: true }),
      await aSlowTask({ requiresApproval: true }),
    ];
    const waiting = await world.agent.submits(first.input);
    await first.ends();
    await world.reaches(waiting, 'AWAITING_APPROVAL');
    const full = await world.agent.submits(second.input);
    await second.ends();
    expect((await world.reaches(full, 'FAILED')).error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await world.approver.approves(await world.now(waiting));
    await world.reaches(waiting, 'SUCCEEDED');
  });
});

test('many tasks of one call keep their caller no longer than one, where their platform does not answer', async () => {
  await using world = await createWorld({ background: 'NONE', planningPatienceMs: 1_000 });
  const planning = await aSlowTask({}, { says: 'FAST' });
  const inputs = Array.from({ length: 40 }, () => ({
    ...planning.input,
    idempotencyKey: crypto.randomUUID(),
  }));
  const tasks = await world.agent.submitsMany(inputs);
  expect(tasks.map(({ status }) => status)).toEqual(inputs.map(() => 'PLANNING'));
  // Those that came first, and no round after them.
  expect((await planning.begins()).length).toBeLessThanOrEqual(16);
});

test('whoever leaves takes along the planning that they waited for, and nothing is stored of it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const commands = createOperations(world.services, {} as never, {} as never);
  const anew = (input: TaskInput) => ({ ...input, idempotencyKey: crypto.randomUUID() });
  const inModePlan = await aSlowTask({ mode: 'PLAN' }, { says: 'FAST' });
  await inModePlan.ends();
  const planned = await world.agent.submits(inModePlan.input);
  expect(planned.status).toBe('SUCCEEDED');
  await inModePlan.goesOn();
  const asked = await world.agent.submits(aRiskyTask());
  const planning = await aSlowTask();
  const named = ({ id, revision, planHash }: Task) => ({ taskId: id, revision, planHash });
  const { agent, approver } = world;
  for (const [command, who, slow, input] of [
    [commands.simulateTask, agent, planning, anew(planning.input)],
    [commands.applyPlan, agent, inModePlan, { ...named(planned), idempotencyKey: 'once' }],
    [
      commands.editTask,
      approver,
      planning,
      { ...named(asked), actions: planning.input.actions, comment: 'slower' },
    ],
  ] as const) {
    const begun = (await slow.begins(0)).length;
    const gone = new AbortController();
    const call = { viewer: signedIn(who.principal), traceparent: null, signal: gone.signal };
    const outcome = command.execute(call, input);
    await slow.begins(begun + 1);
    gone.abort();
    expect(await outcome, command.name).toMatchObject({ ok: false });
  }
  for (const task of [planned, asked])
    expect(await world.now(task)).toMatchObject({ revision: 1, status: task.status });
});

test('a planning that throws is tried again, is seen, and keeps no other waiting', async () => {
  await using opa = await startOpaServer();
  const lines: string[] = [];
  await using world = await createWorld({
    opaUrl: opa.url,
    logLevel: 'warn',
    log: (line) => lines.push(line),
  });
  opa.answers(null);
  const planning = await aSlowTask();
  const task = await world.agent.submits(planning.input);
  await planning.ends();
  await until(
    async () => (await jobsOf(world, task)).find(({ failures }) => failures > 0),
    () => 'the job did not fail',
  );
  expect(await world.now(task)).toMatchObject(unplanned);
  expect(lines.some((line) => line.includes('a job failed') && line.includes(task.id))).toBe(true);
  expect(await world.services.stores.jobs.backlog()).toMatchObject([{ name: 'plan', count: 1, failing: 1 }]);

  opa.answers(allowing);
  const other = await aSlowTask();
  await other.ends();
  await world.reaches(await world.agent.submits(other.input), 'SUCCEEDED');
  await world.reaches(task, 'SUCCEEDED');
  await hasNoJob(world, task);
});

describe.each(backends)('planning on %s', (backend) => {
  test('goes on elsewhere when its process is killed, without waiting for a lease', async () => {
    await using world = await createWorld({ backend, background: 'KEEPERS', leaseMs: 60_000 });
    const first = await world.startsWorker();
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    expect(await planning.begins()).toEqual([String(first.pid)]);
    world.begins('ALL');
    await first.kill();
    expect((await planning.begins(2))[1]).toBe(String(process.pid));
    await planning.ends();
    await world.reaches(task, 'SUCCEEDED');
    expect((await typesOf(world, task)).filter((type) => type === 'task.planned')).toHaveLength(1);
  });

  test('is found again where the queue has forgotten it', async () => {
    await using world = await createWorld({ backend, background: 'NONE', reconcileEveryMs: 200 });
    const planning = await aSlowTask();
    const task = await world.agent.submits(planning.input);
    // As after a hand-over whose job the queue has lost since.
    await world.owner.query(
      `UPDATE job SET epoch = 1, queued_at = now(), due_at = now() + interval '1 second' WHERE key = $1`,
      [task.id],
    );
    world.begins('ALL');
    await planning.ends();
    await world.reaches(task, 'SUCCEEDED');
  });
});

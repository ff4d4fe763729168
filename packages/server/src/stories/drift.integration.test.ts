import { sized } from '../../testing/chaos.ts';
import { ofType } from '../../testing/events.ts';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitDirectly, createGitSandbox, runGit, type GitSandbox } from '../../testing/git-repository.ts';
import { accepted, type TaskInput } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type WorldOptions } from '../../testing/world.ts';
import { asPlanned, type Task } from '../domain/task.ts';

const aCommit = (content: string): TaskInput => ({
  goal: 'Say it in the README',
  actions: [
    {
      type: 'repo.commit',
      params: {
        repository: 'demo',
        branch: 'main',
        message: 'docs: say it',
        files: [{ path: 'README.md', content }],
      },
    },
  ],
});

/** A repository `demo` with one commit, and a world that may commit to it. */
const createScene = async (options: (sandbox: GitSandbox) => Promise<WorldOptions>) => {
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await createGitSandbox());
  const location = await sandbox.bareRepository('demo.git', { 'README.md': 'one\n' });
  const world = stack.use(
    await createWorld({ ...(await options(sandbox)), repositories: [{ name: 'demo', location }] }),
  );
  const whole = stack.move();
  return {
    world,
    sandbox,
    head: () => runGit(location, 'rev-parse', 'main'),
    show: (path: string) => runGit(location, 'show', `main:${path}`),
    subjects: async () => (await runGit(location, 'log', '--format=%s', 'main')).split('\n'),
    message: () => runGit(location, 'log', '-1', '--format=%B', 'main'),
    someoneCommits: (files: Record<string, string>) => commitDirectly(location, 'main', files),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};

test('a file that changed after the approval is not written to: people are asked about a new plan', async () => {
  await using scene = await createScene(async () => ({ background: 'KEEPERS' }));
  const { world } = scene;
  const task = await world.agent.submits(aCommit('two\n'));
  expect(task.status).toBe('AWAITING_APPROVAL');
  await world.approver.approves(task);
  const moved = await scene.someoneCommits({ 'README.md': 'meanwhile\n' });
  world.begins('ALL');

  const replanned = await world.reaches(task, 'AWAITING_APPROVAL');
  expect(replanned.revision).toBe(2);
  expect(replanned.planHash).not.toBe(task.planHash);
  expect(await scene.head()).toBe(moved);
  expect((await world.approvalsOf(task)).map(({ revision, status }) => [revision, status])).toEqual([
    [1, 'SUPERSEDED'],
    [2, 'PENDING'],
  ]);
  expect(await world.approver.votes('APPROVE', task)).toMatchObject({
    ok: false,
    refusal: { code: 'CONFLICT', details: { currentRevision: 2, currentPlanHash: replanned.planHash } },
  });

  await world.secondApprover.approves(replanned);
  await world.reaches(task, 'SUCCEEDED');
  expect(await scene.show('README.md')).toBe('two');
  expect(await scene.subjects()).toEqual(['docs: say it', 'a direct commit', 'a direct commit']);
  expect((await world.historyOf(task)).map(({ type }) => type)).toContain('plan.superseded');
});

test('what somebody else did meanwhile is not done again, and the task says so and claims nothing', async () => {
  await using scene = await createScene(async () => ({ background: 'KEEPERS' }));
  const { world } = scene;
  const task = await world.agent.submits(aCommit('two\n'));
  await world.approver.approves(task);
  const theirs = await scene.someoneCommits({ 'README.md': 'two\n' });
  world.begins('ALL');

  const done = await world.reaches(task, 'FAILED');
  expect(done.error).toMatchObject({
    code: 'NOTHING_TO_CHANGE',
    message: expect.stringContaining('has all of this already'),
  });
  expect(await scene.head()).toBe(theirs);
  const history = (await world.historyOf(task)).map(({ type }) => type);
  expect(history).not.toContain('step.succeeded');
});

test('a worker that died right after its commit: the next one finds the commit by its mark', async () => {
  await using scene = await createScene(async (sandbox) => ({
    backend: 'redis',
    background: 'KEEPERS',
    leaseMs: 1_500,
    programEnvironment: { PATH: `${await stallingGit(sandbox)}:${process.env.PATH ?? ''}` },
  }));
  const { world } = scene;
  const before = await scene.head();
  const stall = join(scene.sandbox.folder, 'stall');
  await writeFile(stall, '');
  const first = await world.startsWorker();
  const task = await world.agent.submits(aCommit('two\n'));
  await world.approver.approves(task);
  const made = await until(
    async () => ((await scene.head()) === before ? undefined : scene.head()),
    () => 'the worker did not commit',
  );
  await first.kill();
  await rm(stall);
  expect((await world.now(task)).status).toBe('RUNNING');

  world.begins('ALL');
  await world.reaches(task, 'SUCCEEDED');
  expect(await scene.head()).toBe(made);
  expect(await scene.subjects()).toEqual(['docs: say it', 'a direct commit']);
  const attempts = ofType(await world.historyOf(task), 'step.started');
  expect(attempts).toHaveLength(2);
  expect(await scene.message()).toContain(attempts[0]?.data.effect?.idempotencyKey);
});

test('who edits does not decide on it: not planned anew, nor where the requester could do it alone', async () => {
  await using scene = await createScene(async () => ({ background: 'KEEPERS' }));
  const { world } = scene;
  const { agent, approver, secondApprover } = world;
  const edits = async (task: Task, actions: TaskInput['actions']) => {
    const { id: taskId, revision, planHash } = asPlanned(task);
    const edit = { taskId, revision, planHash, actions: actions ?? [], comment: null };
    return accepted(await world.services.tasks.edit(signedIn(approver.principal), edit)).task;
  };
  const refused = { ok: false, refusal: { code: 'SELF_APPROVAL' } };
  const errand = anErrand();
  expect(await agent.submits(errand)).toMatchObject({ status: 'QUEUED' });
  const instead = await edits(await agent.submits(aCommit('two\n')), errand.actions);
  expect(instead).toMatchObject({ status: 'AWAITING_APPROVAL' });
  expect(await approver.votes('APPROVE', instead)).toMatchObject(refused);

  const task = await edits(await agent.submits(aCommit('two\n')), aCommit('three\n').actions);
  await secondApprover.approves(task);
  await scene.someoneCommits({ 'README.md': 'meanwhile\n' });
  world.begins('ALL');
  const anew = await until(
    async () => {
      const now = await world.now(task);
      return now.revision === 3 && now.status === 'AWAITING_APPROVAL' ? now : undefined;
    },
    () => 'it was not planned anew',
  );
  expect(await approver.votes('APPROVE', anew)).toMatchObject(refused);
  await secondApprover.approves(instead);
  await world.reaches(instead, 'SUCCEEDED');
});

test('of many approved commits to one branch none comes back: each still does what people saw', async () => {
  const count = sized(5, 21);
  await using scene = await createScene(async () => ({
    background: 'KEEPERS',
    lanes: { NORMAL: { slots: 2 } },
  }));
  const { world } = scene;
  const tasks = [];
  for (let place = 0; place < count; place += 1) {
    const files = [{ path: `notes/${place}.txt`, content: `${place}\n` }];
    const params = { repository: 'demo', branch: 'main', message: `docs: note ${place}`, files };
    tasks.push(
      await world.agent.submits({
        goal: `Note ${place}`,
        actions: [{ type: 'repo.commit', params }],
      }),
    );
  }
  for (const task of tasks) await world.approver.approves(task);
  await scene.someoneCommits({ 'other.txt': 'meanwhile\n' });
  world.begins('ALL');

  const done = await world.allReach(tasks, 'SUCCEEDED');
  expect(done.map(({ revision }) => revision)).toEqual(tasks.map(() => 1));
  expect((await scene.subjects()).filter((subject) => subject.startsWith('docs: note'))).toHaveLength(count);
  expect(await scene.show(`notes/${count - 1}.txt`)).toBe(`${count - 1}`);
  for (const task of tasks) {
    expect(await world.approvalsOf(task)).toMatchObject([{ revision: 1, status: 'APPROVED' }]);
    const events = await world.historyOf(task);
    expect(events.map(({ type }) => type)).not.toContain('plan.superseded');
    const [made] = ofType(events, 'step.succeeded');
    expect(made?.summary).toContain('moved elsewhere');
    expect(made?.data.madeOn).toMatchObject({ head: expect.stringMatching(/^[0-9a-f]{40}$/) });
  }
}, 180_000);

/** A git that, while there is a file called `stall`, does not come back from moving a branch. */
const stallingGit = async ({ folder }: GitSandbox): Promise<string> => {
  const git = (await runGit(folder, '--exec-path')).replace(
    /\/libexec\/git-core$|\/lib\/git-core$/,
    '/bin/git',
  );
  const program = join(folder, 'git');
  await writeFile(
    program,
    `#!/bin/sh
"${git}" "$@"
code=$?
case "$*" in *update-ref*) while [ -e "${join(folder, 'stall')}" ]; do sleep 0.02; done ;; esac
exit $code
`,
  );
  await chmod(program, 0o755);
  return folder;
};

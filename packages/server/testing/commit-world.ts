import { join } from 'node:path';
import type { Json } from '../src/domain/json.ts';
import type { ChangedLines, LinesQuery } from '../src/domain/diff.ts';
import type { PlannedAction } from '../src/domain/planned-action.ts';
import type { Refusal } from '../src/domain/errors.ts';
import type { GitConfig } from '../src/platforms/git/git-actions.ts';
import type { LfsServer } from '../src/platforms/git/lfs-server.ts';
import type { ApplyCall, Executors, PreparedAction } from '../src/platforms/index.ts';
import { createGitSandbox, runGit, type GitSandbox } from './git-repository.ts';
import { createTestExecutors, planCall } from './test-executors.ts';

/** A bare repository called `demo`, a folder `team` whose repositories are allowed, and executors for them. */
export interface CommitWorld extends AsyncDisposable {
  readonly sandbox: GitSandbox;
  readonly demo: string;
  readonly executors: Executors;
  /** Params of a change to `README.md` on `main` of `demo`, with what is given instead. */
  readonly paramsWith: (params: object) => object;
  readonly prepare: (params?: object) => PreparedAction;
  /** Any action on repositories, with its params as they are. */
  readonly prepareAny: (type: string, params: object) => PreparedAction;
  readonly planOf: (params?: object) => Promise<PlannedAction>;
  /** A part of what a planned change does to one file. */
  readonly linesOf: (params: object, precondition: Json, query: LinesQuery) => Promise<ChangedLines | null>;
  /** Throws where the plan is not refused. */
  readonly refusalOf: (params: object) => Promise<Refusal>;
  /** A call with the precondition of a fresh plan. */
  readonly callOf: (action: PreparedAction, idempotencyKey?: string) => Promise<ApplyCall>;
  /** Plans, applies and verifies; gives the commit. */
  readonly commit: (params?: object) => Promise<string>;
  /** A file of the demo repository. */
  readonly show: (path: string, branch?: string) => Promise<string>;
  readonly head: (branch?: string) => Promise<string>;
}

export const effectKey = 'c0de'.repeat(16);
export const undoKey = 'bead'.repeat(16);

/** `lfs`: what keeps the demo repository's large files. */
export const createCommitWorld = async (
  config: Partial<GitConfig> = {},
  lfs?: LfsServer,
): Promise<CommitWorld> => {
  const sandbox = await createGitSandbox();
  const demo = await sandbox.bareRepository('demo.git', {
    'README.md': 'one\ntwo\nthree\n',
    'src/a.ts': 'a\n',
  });
  const executors = createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    git: {
      allowedRepositories: [
        { name: 'demo', location: demo, ...(lfs ? { lfs } : {}) },
        { location: join(sandbox.folder, 'team'), isPrefix: true },
      ],
      cacheDir: join(sandbox.folder, 'cache'),
      author: { name: 'Countersign', email: 'countersign@example.com' },
      gitEnvironment: { PATH: process.env.PATH ?? '' },
      ...config,
    },
  });

  const paramsWith = (params: object) => ({
    repository: 'demo',
    branch: 'main',
    message: 'docs: say more',
    files: [{ path: 'README.md', content: 'one\n2\nthree\n' }],
    ...params,
  });
  const prepareAny = (type: string, params: object) => {
    const prepared = executors.prepare(type, params, 'actions[0]');
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
    return prepared.action;
  };
  const prepare = (params: object = {}) => prepareAny('repo.commit', paramsWith(params));
  const planned = async (action: PreparedAction) => {
    const outcome = await action.plan(planCall());
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
    return outcome.value;
  };
  const callOf = async (action: PreparedAction, idempotencyKey = effectKey) => ({
    ...planCall(),
    idempotencyKey,
    precondition: (await planned(action)).precondition,
    taskId: 'task-1',
    stepId: 'step-1',
    attempt: 1,
  });
  return {
    sandbox,
    demo,
    executors,
    paramsWith,
    prepare,
    prepareAny,
    callOf,
    planOf: (params) => planned(prepare(params)),
    linesOf: (params, precondition, query) => prepare(params).lines(query, { ...planCall(), precondition }),
    refusalOf: async (params) => {
      const outcome = await prepare(params).plan(planCall());
      if (outcome.ok) throw new Error('The plan should have been refused.');
      return outcome.refusal;
    },
    commit: async (params) => {
      const action = prepare(params);
      const call = await callOf(action);
      const output = await action.apply(call);
      await action.verify(output, call);
      return (output as { readonly commit: string }).commit;
    },
    show: (path, branch = 'main') => runGit(demo, 'show', `${branch}:${path}`),
    head: (branch = 'main') => runGit(demo, 'rev-parse', branch),
    [Symbol.asyncDispose]: async () => {
      await executors[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
};

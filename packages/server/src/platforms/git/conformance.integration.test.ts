import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import {
  commitDirectly,
  createGitSandbox,
  runGit,
  type GitSandbox,
} from '../../../testing/git-repository.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import type { Committing } from './branch-commit.ts';
import { createFileComparison } from './file-comparison.ts';
import { createRepoCommit } from './repo-commit.ts';
import { createRepoRevert } from './repo-revert.ts';
import { createRepoTag } from './repo-tag.ts';
import { createRepositories } from './repositories.ts';

/** Each case works on a copy: copying takes no process of git. */
let template: string;
let second: string;
let templates: GitSandbox;

beforeAll(async () => {
  templates = await createGitSandbox();
  template = await templates.bareRepository('demo.git', { 'README.md': 'one\n' });
  second = await commitDirectly(template, 'main', { 'README.md': 'two\n', 'b.txt': 'b\n' });
});
afterAll(() => templates[Symbol.asyncDispose]());

interface Subject<Input, Output extends Json> {
  readonly create: (committing: Committing) => ActionExecutor<Input, Output>;
  /** Of the repository `demo`, whose second commit on `main` is this one. */
  readonly params: (second: string) => object;
  /** What it moves. */
  readonly ref: string;
  /** Of each commit or tag that it makes, and of no other. */
  readonly subject: string;
}

const casesOf = <Input, Output extends Json>({ create, params, ref, subject }: Subject<Input, Output>) =>
  conformanceCases({
    createWorld: async () => {
      const sandbox = await createGitSandbox();
      const repository = join(sandbox.folder, 'demo.git');
      await cp(template, repository, { recursive: true });
      const comparison = createFileComparison();
      const repositories = createRepositories({
        allowedRepositories: [{ name: 'demo', location: repository }],
        cacheDir: join(sandbox.folder, 'cache'),
        gitEnvironment: { PATH: process.env.PATH ?? '' },
      });
      const author = { name: 'Countersign', email: 'countersign@example.com' };
      const refs = async () => (await runGit(repository, 'for-each-ref', '--format=%(refname)')).split('\n');
      return {
        repository,
        egress: createEgress({}),
        executor: create({ repositories, comparison, author }),
        params: { repository: 'demo', branch: 'main', ...params(second) },
        received: null,
        fingerprint: () => runGit(repository, 'for-each-ref'),
        // The files: a commit is undone by another one, and a branch that it began stays.
        restorable: async () => {
          const tree = (await refs()).includes(ref) ? ref : 'main';
          const tags = (await refs()).filter((one) => one.startsWith('refs/tags/'));
          return `${await runGit(repository, 'rev-parse', `${tree}^{tree}`)} ${tags.join(' ')}`;
        },
        countEffects: async () => {
          const format = '--format=%(contents:subject)';
          const tags = await runGit(repository, 'for-each-ref', format, 'refs/tags');
          const commits = await runGit(repository, 'log', '--all', '--format=%s');
          const made = ref.startsWith('refs/tags/') ? tags : commits;
          return made.split('\n').filter((one) => one === subject).length;
        },
        [Symbol.asyncDispose]: async () => {
          await Promise.all([sandbox[Symbol.asyncDispose](), comparison[Symbol.asyncDispose]()]);
        },
      };
    },
    effectsPerApply: 1,
    drift: async ({ repository }) => {
      const theirs = await commitDirectly(repository, 'theirs', { 'theirs.txt': 'theirs\n' });
      await runGit(repository, 'update-ref', ref, theirs);
    },
    lie: {
      when: 'AFTER_APPLY',
      arrange: async ({ repository }) => {
        await runGit(repository, 'update-ref', '-d', ref);
      },
    },
    // What is read lies where it was written.
    lateRead: null,
    // Git ends in milliseconds on this machine; the tests of remote repositories stall a server instead.
    stall: null,
    failures: [
      {
        name: 'a repository that was taken away',
        arrange: ({ repository }) => rm(repository, { recursive: true }),
        code: 'RESOURCE_NOT_FOUND',
        effect: 'NONE',
        retriable: false,
      },
      {
        name: 'a name that somebody else holds locked',
        arrange: async ({ repository }) => {
          await mkdir(join(repository, dirname(ref)), { recursive: true });
          await writeFile(join(repository, `${ref}.lock`), '');
        },
        code: 'SERVICE_DOWN',
        effect: 'NONE',
        retriable: true,
      },
    ],
  });

describe.each([
  ['a branch that exists', 'main'],
  ['a new branch', 'topic'],
])('repo.commit to %s', (_, branch) => {
  const cases = casesOf({
    create: createRepoCommit,
    params: () => ({ branch, message: 'change', files: [{ path: 'a.txt', content: 'a\n' }] }),
    ref: `refs/heads/${branch}`,
    subject: 'change',
  });
  for (const { name, run } of cases) test(name, run);
});

describe('repo.revert', () => {
  const cases = casesOf({
    create: createRepoRevert,
    params: (commit) => ({ commit, message: 'change' }),
    ref: 'refs/heads/main',
    subject: 'change',
  });
  for (const { name, run } of cases) test(name, run);
});

describe.each([
  ['an annotated tag', { message: 'change' }, 'change'],
  ['a light tag', {}, 'a direct commit'],
])('repo.tag of %s', (_, params, subject) => {
  const cases = casesOf({
    create: createRepoTag,
    params: () => ({ tag: 'v1', ...params }),
    ref: 'refs/tags/v1',
    subject,
  });
  for (const { name, run } of cases) test(name, run);
});

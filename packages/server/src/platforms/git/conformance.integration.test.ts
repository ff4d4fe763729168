import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { commitDirectly, createGitSandbox, runGit } from '../../../testing/git-repository.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createFileComparison } from './file-comparison.ts';
import { createRepoCommit } from './repo-commit.ts';

const commitCases = (branch: string) =>
  conformanceCases({
    createWorld: async () => {
      const sandbox = await createGitSandbox();
      const repository = await sandbox.bareRepository('demo.git', { 'README.md': 'one\n' });
      const comparison = createFileComparison();
      return {
        repository,
        egress: createEgress({}),
        executor: createRepoCommit(
          {
            allowedRepositories: [{ name: 'demo', location: repository }],
            cacheDir: join(sandbox.folder, 'cache'),
            author: { name: 'Countersign', email: 'countersign@example.com' },
            gitEnvironment: { PATH: process.env.PATH ?? '' },
          },
          comparison,
        ),
        params: {
          repository: 'demo',
          branch,
          message: 'change',
          files: [{ path: 'a.txt', content: 'a\n' }],
        },
        received: null,
        fingerprint: () => runGit(repository, 'for-each-ref'),
        // The files: a commit is undone by another one, and a branch that it began stays.
        restorable: async () => {
          const branches = (await runGit(repository, 'branch', '--format=%(refname:short)')).split('\n');
          return runGit(repository, 'rev-parse', `${branches.includes(branch) ? branch : 'main'}^{tree}`);
        },
        countEffects: async () => {
          const subjects = await runGit(repository, 'log', '--all', '--format=%s');
          return subjects.split('\n').filter((subject) => subject === 'change').length;
        },
        [Symbol.asyncDispose]: async () => {
          await Promise.all([sandbox[Symbol.asyncDispose](), comparison[Symbol.asyncDispose]()]);
        },
      };
    },
    effectsPerApply: 1,
    drift: async ({ repository }) => {
      await commitDirectly(repository, branch, { 'theirs.txt': 'theirs\n' });
    },
    lie: {
      when: 'AFTER_APPLY',
      arrange: async ({ repository }) => {
        await runGit(repository, 'update-ref', '-d', `refs/heads/${branch}`);
      },
    },
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
        name: 'a branch that somebody else holds locked',
        arrange: async ({ repository }) => {
          await mkdir(join(repository, 'refs', 'heads'), { recursive: true });
          await writeFile(join(repository, 'refs', 'heads', `${branch}.lock`), '');
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
  for (const { name, run } of commitCases(branch)) test(name, run);
});

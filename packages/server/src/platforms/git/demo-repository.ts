import { join } from 'node:path';
import { execa } from 'execa';
import { makeFolder } from '../../infra/claimed-folder.ts';
import type { CommitAuthor } from './commit-writer.ts';

export const demoName = 'demo';

/** Where the demo repository of an installation lies, which `repo.commit` knows as "demo". */
export const demoPath = (home: string): string => join(home, 'demo.git');

const readme = `# Demo

A repository to try Countersign on. Every commit after the first came through an approval.
`;

/** A bare repository with one commit on main; what exists stays as it is. */
export const makeDemoRepository = async (
  home: string,
  { name, email }: CommitAuthor,
  environment: Readonly<Record<string, string>>,
): Promise<void> => {
  const path = demoPath(home);
  const git = async (args: readonly string[], input?: string): Promise<string> => {
    const result = await execa('git', ['-C', path, ...args], {
      extendEnv: false,
      env: {
        ...environment,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
      },
      ...(input === undefined ? {} : { input }),
    });
    return result.stdout.trim();
  };
  makeFolder(path);
  await git(['init', '--bare', '--quiet', '--initial-branch=main', '.']);
  const hasHead = await git(['rev-parse', '--verify', '--quiet', 'refs/heads/main']).then(
    Boolean,
    () => false,
  );
  if (hasHead) return;
  const blob = await git(['hash-object', '-w', '--stdin'], readme);
  const tree = await git(['mktree'], `100644 blob ${blob}\tREADME.md\n`);
  const commit = await git(['commit-tree', tree, '-m', 'Begin']);
  await git(['update-ref', 'refs/heads/main', commit, '']);
};

import type { AnyExecutor } from '../contract/executor.ts';
import type { Committing } from './branch-commit.ts';
import type { CommitAuthor } from './commit-writer.ts';
import type { FileComparison } from './file-comparison.ts';
import { createRepoCommit } from './repo-commit.ts';
import { createRepoRevert } from './repo-revert.ts';
import { createRepoTag } from './repo-tag.ts';
import { createRepositories, type RepositoriesConfig } from './repositories.ts';

export interface GitConfig extends RepositoriesConfig {
  readonly author: CommitAuthor;
}

/** Everything that is done to repositories: they share what is fetched of remote ones. */
export const createGitActions = (config: GitConfig, comparison: FileComparison): readonly AnyExecutor[] => {
  const committing: Committing = {
    repositories: createRepositories(config),
    author: config.author,
    comparison,
  };
  return [createRepoCommit(committing), createRepoRevert(committing), createRepoTag(committing)];
};

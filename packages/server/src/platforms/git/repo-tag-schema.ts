import { z } from 'zod';
import { branchInput, commitIdInput, passing } from './branch-input.ts';
import { refNameFault } from './tree-path.ts';

export const repoTagInput = z
  .strictObject({
    repository: branchInput.repository,
    tag: passing(refNameFault).describe('A name that is not taken yet'),
    branch: branchInput.branch.describe('Where the commit is'),
    commit: commitIdInput.optional().describe('A commit of the branch; the newest where it is left out'),
    message: branchInput.message
      .optional()
      .describe('Makes it an annotated tag, signed where a key is configured; otherwise it is a light one'),
    push: branchInput.push.describe('Push the tag: needed for a URL; for a path, to its remote "origin"'),
  })
  .meta({ examples: [{ repository: 'demo', tag: 'v1.0.0', branch: 'main', message: 'Release 1.0.0' }] });
export type RepoTagInput = z.infer<typeof repoTagInput>;

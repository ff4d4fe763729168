import { z } from 'zod';
import { branchInput, commitIdInput } from './branch-input.ts';

export const repoRevertInput = z
  .strictObject({
    ...branchInput,
    message: branchInput.message.optional().describe('Where it is left out: Revert "…", and which commit'),
    commit: commitIdInput.describe('A commit of the branch, with one parent or none'),
  })
  .meta({
    examples: [{ repository: 'demo', branch: 'main', commit: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' }],
  });
export type RepoRevertInput = z.infer<typeof repoRevertInput>;

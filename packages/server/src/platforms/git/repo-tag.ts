import type { ActionExecutor } from '../contract/executor.ts';
import type { Committing } from './branch-commit.ts';
import { repoTagInput, type RepoTagInput } from './repo-tag-schema.ts';
import { ofRepository } from './repositories.ts';
import { makeTag, reconcileTag, takeTagAway, verifyTag, watchTag, type TagOutput } from './tag-apply.ts';
import { planTag } from './tag-plan.ts';

/** Gives a commit of a branch a name that stays. A tag that is there is never moved. */
export const createRepoTag = (committing: Committing): ActionExecutor<RepoTagInput, TagOutput> => ({
  ...ofRepository('repo.tag', committing.repositories),
  description:
    'Tags a commit of a git repository that configuration allows, and pushes the tag where asked to.',
  input: repoTagInput,
  // Which commit gets which name, and what the tag says.
  showsWholeEffect: true,
  plan: (given, { signal }) => planTag(committing, given, signal),
  watch: (given, context) => watchTag(committing, given, context),
  apply: (given, context) => makeTag(committing, given, context),
  verify: (given, output, context) => verifyTag(committing, given, output, context),
  compensate: (given, output, context) => takeTagAway(committing, given, output, context),
  reconcile: (given, context) => reconcileTag(committing, given, context),
});

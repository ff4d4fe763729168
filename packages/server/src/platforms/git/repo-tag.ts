import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import type { Committing } from './branch-commit.ts';
import { repoTagInput, type RepoTagInput } from './repo-tag-schema.ts';
import { networkOf } from './repositories.ts';
import { makeTag, reconcileTag, takeTagAway, verifyTag, type TagOutput } from './tag-apply.ts';
import { planTag } from './tag-plan.ts';

const traits: ActionTraits = {
  name: 'repo.tag',
  version: 1,
  platform: 'git',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/** Gives a commit of a branch a name that stays. A tag that is there is never moved. */
export const createRepoTag = (committing: Committing): ActionExecutor<RepoTagInput, TagOutput> => ({
  traits,
  description:
    'Tags a commit of a git repository that configuration allows, and pushes the tag where asked to.',
  input: repoTagInput,
  traitsFor: (given) => networkOf(committing.repositories, given, traits),
  // Which commit gets which name, and what the tag says.
  showsWholeEffect: true,
  endpointOf: ({ repository }) => repository,
  plan: (given, { signal }) => planTag(committing, given, signal),
  apply: (given, context) => makeTag(committing, given, context),
  verify: (given, output, context) => verifyTag(committing, given, output, context),
  compensate: (given, output, context) => takeTagAway(committing, given, output, context),
  reconcile: (given, context) => reconcileTag(committing, given, context),
});

import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../../graphql/document-options.ts';
import { graphql } from '../../../graphql/graphql.ts';

const NeedsMe = graphql(`
  query NeedsMe {
    viewer {
      canOperate
    }
    tasks(filter: { needsPerson: true }, first: 1) {
      totalCount
    }
    approvals(filter: { view: MINE }, first: 1) {
      totalCount
    }
  }
`);

/** Facts after which another set of requests waits. */
export const approvalFacts = [
  'approval.',
  'plan.superseded',
  'task.cancelled',
  'task.expired',
  'task.rejected',
];

/** Facts after which another set of runs needs a person. */
export const stuckFacts = [
  'task.needs_attention',
  'task.cancelled',
  'step.resolved',
  'step.retried',
  'run.rollback_started',
  'run.paused',
  'run.resumed',
];

/** How many requests wait for this person, and how many runs that cannot go on by themselves. */
export const needsMeOptions = () =>
  documentOptions(NeedsMe, {}, { refetchOn: [...approvalFacts, ...stuckFacts] });

type NeedsMeAnswer = ResultOf<typeof NeedsMe>;

/** Of interest to whoever may do something about them. */
export const stuckCount = (answer: NeedsMeAnswer | undefined): number =>
  answer?.viewer.canOperate ? answer.tasks.totalCount : 0;

export const needsMeCount = (answer: NeedsMeAnswer | undefined): number =>
  (answer?.approvals.totalCount ?? 0) + stuckCount(answer);

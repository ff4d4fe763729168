import { documentOptions } from '../../../graphql/document-options.ts';
import { graphql } from '../../../graphql/graphql.ts';

const NeedsMe = graphql(`
  query NeedsMe {
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

/** How many requests wait for this person. */
export const needsMeOptions = () => documentOptions(NeedsMe, {}, { refetchOn: approvalFacts });

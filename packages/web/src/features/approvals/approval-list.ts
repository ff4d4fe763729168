import type { ApprovalView, Environment } from './approval-view.ts';
import type { ResultOf } from 'gql.tada';
import { pagedOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { approvalFacts } from './needs-me.ts';

export const approvalsPerPage = 50;

const ApprovalList = graphql(`
  query ApprovalList($filter: ApprovalFilter, $first: Int, $after: String) {
    approvals(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        revision
        status
        required
        given
        createdAt
        expiresAt
        effectiveAt
        resolvedAt
        viewerCanApprove
        reviews {
          id
          verdict
          at
          reviewer {
            id
            type
            name
          }
        }
        task {
          __typename
          id
          goal
          status
          risk
          environment
          updatedAt
          submittedBy {
            id
            type
            name
          }
          plan {
            revision
            summary
            steps {
              targets {
                name
              }
            }
          }
        }
      }
    }
  }
`);

export type ApprovalRow = ResultOf<typeof ApprovalList>['approvals']['nodes'][number];

/** Requests of one view, page by page; rows change in place as events arrive. */
export const approvalListOptions = (view: ApprovalView, environment: Environment | undefined) =>
  pagedOptions(
    ApprovalList,
    { filter: { view, ...(environment ? { environment: [environment] } : {}) }, first: approvalsPerPage },
    ({ approvals }) => approvals.pageInfo,
    { isPatched: true, refetchOn: approvalFacts },
  );

export const rowTitle = (row: ApprovalRow): string => row.task.plan?.summary ?? row.task.goal;

/**
 * A title in parts that a narrow row cuts one by one: `Commit "a.txt"`, ` to "main"`, ` of "demo"`. The last
 * gives way first and the branch not at all: requests for the same file differ there.
 */
export const titleParts = (title: string): readonly string[] =>
  /^(.+)( (?:to|from) \S+)( of .+)$/su.exec(title)?.slice(1) ?? [title];

export const rowTargets = (row: ApprovalRow): number =>
  new Set(row.task.plan?.steps.flatMap(({ targets }) => targets.map(({ name }) => name)) ?? []).size;

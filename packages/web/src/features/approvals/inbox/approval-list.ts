import type { ApprovalView, Environment } from './approval-view.ts';
import type { ResultOf } from 'gql.tada';
import { documentOptions, operationName } from '../../../graphql/document-options.ts';
import { execute } from '../../../graphql/execute.ts';
import { isTaskNews, PrincipalFields } from '../../../graphql/fragments.ts';
import { graphql } from '../../../graphql/graphql.ts';
import type { ListSource } from '../../../live/use-live-list.ts';
import { comparisonFor } from './inbox-order.ts';
import { approvalFacts } from './needs-me.ts';

export const approvalsPerPage = 50;

const ApprovalRowFields = graphql(
  `
    fragment ApprovalRowFields on ApprovalRequest {
      __typename
      id
      revision
      status
      required
      given
      stages {
        needs {
          group
          required
          approvers {
            id
          }
        }
      }
      createdAt
      expiresAt
      effectiveAt
      resolvedAt
      staleSince
      viewerCanApprove
      reviews {
        id
        verdict
        at
        reviewer {
          ...PrincipalFields
        }
      }
      task {
        __typename
        id
        goal
        status
        mode
        risk
        priority
        environment
        updatedAt
        submittedBy {
          ...PrincipalFields
        }
        plan {
          revision
          summary
          changedFiles
          steps {
            changedFiles
            targets {
              kind
              name
            }
          }
        }
      }
    }
  `,
  [PrincipalFields],
);

const ApprovalList = graphql(
  `
    query ApprovalList($filter: ApprovalFilter, $first: Int, $after: String) {
      approvals(filter: $filter, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...ApprovalRowFields
        }
      }
    }
  `,
  [ApprovalRowFields],
);

/** What a list has about some tasks, and how many requests it holds in all. */
const ApprovalNews = graphql(
  `
    query ApprovalNews($about: ApprovalFilter, $first: Int, $after: String, $filter: ApprovalFilter) {
      about: approvals(filter: $about, first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...ApprovalRowFields
        }
      }
      approvals(filter: $filter, first: 1) {
        totalCount
      }
    }
  `,
  [ApprovalRowFields],
);

const ApprovalCount = graphql(`
  query ApprovalCount($filter: ApprovalFilter) {
    approvals(filter: $filter, first: 1) {
      totalCount
    }
  }
`);

export type ApprovalRow = ResultOf<typeof ApprovalList>['approvals']['nodes'][number];

const filterOf = (view: ApprovalView, environment: Environment | undefined) => ({
  view,
  ...(environment ? { environment: [environment] } : {}),
});

/** Requests of one view in the order in which they need people. */
export const approvalListSource = (
  view: ApprovalView,
  environment: Environment | undefined,
): ListSource<ApprovalRow> => {
  const filter = filterOf(view, environment);
  return {
    queryKey: [operationName(ApprovalList), filter],
    async load(after, signal) {
      const { approvals } = await execute(ApprovalList, { filter, first: approvalsPerPage, after }, signal);
      const { nodes, totalCount, pageInfo } = approvals;
      return { rows: nodes, totalCount, end: pageInfo.hasNextPage ? pageInfo.endCursor : null };
    },
    async ask(taskIds) {
      const rows: ApprovalRow[] = [];
      let after: string | null = null;
      for (;;) {
        const news: ResultOf<typeof ApprovalNews> = await execute(ApprovalNews, {
          about: { ...filter, taskIds: [...taskIds] },
          first: approvalsPerPage,
          after,
          filter,
        });
        const { nodes, pageInfo } = news.about;
        rows.push(...nodes);
        if (!pageInfo.hasNextPage) return { rows, totalCount: news.approvals.totalCount };
        after = pageInfo.endCursor;
      }
    },
    mayHold: (task) =>
      isTaskNews(task) &&
      task.approval !== null &&
      (environment === undefined || task.environment === environment),
    subjectOf: ({ task }) => task.id,
    compare: comparisonFor(view),
    // What comes close to its end moves to the top, also from below what is loaded.
    ...(view === 'DECIDED' ? {} : { renewEveryMs: 60_000 }),
  };
};

/** How many requests wait for anybody. */
export const waitingCountOptions = (environment: Environment | undefined) =>
  documentOptions(ApprovalCount, { filter: filterOf('ALL', environment) }, { refetchOn: approvalFacts });

export const rowTitle = (row: ApprovalRow): string => row.task.plan?.summary ?? row.task.goal;

/**
 * A title in parts that a narrow row cuts one by one: `Commit "a.txt"`, ` to "main"`, ` of "demo"`. The last
 * gives way first and the branch not at all: requests for the same file differ there.
 */
export const titleParts = (title: string): readonly string[] =>
  /^(.+)( (?:to|from) \S+)( of .+)$/su.exec(title)?.slice(1) ?? [title];

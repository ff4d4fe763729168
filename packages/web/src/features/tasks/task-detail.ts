import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { DecisionFields, PrincipalFields, RefusalFields, TaskErrorFields } from '../../graphql/fragments.ts';
import { PlanFields } from '../../graphql/plan-fragments.ts';
import { graphql } from '../../graphql/graphql.ts';
import { turningTypes } from './timeline.ts';

const RelatedTaskFields = graphql(`
  fragment RelatedTaskFields on Task {
    __typename
    id
    goal
    status
    mode
    updatedAt
    cancelRequestedAt
  }
`);

const TaskDetail = graphql(
  `
    query TaskDetail($id: ID!) {
      task(id: $id) {
        __typename
        id
        status
        goal
        justification
        mode
        priority
        environment
        risk
        revision
        source
        correlationId
        traceId
        traceUrl
        tags
        idempotencyKey
        timeoutMs
        createdAt
        updatedAt
        startedAt
        finishedAt
        queuePosition
        estimatedWaitMs
        viewerCanCancel
        viewerCanApply
        cancelRequestedAt
        hold {
          rule
          reason
          until
          taskId
        }
        submittedBy {
          ...PrincipalFields
          owner {
            ...PrincipalFields
          }
        }
        error {
          ...TaskErrorFields
        }
        plan {
          ...PlanFields
        }
        decision {
          ...DecisionFields
        }
        approval {
          __typename
          id
          status
          revision
          required
          given
          expiresAt
          effectiveAt
          viewerCanApprove
          reviews {
            id
            verdict
            comment
            reviewer {
              id
              name
            }
          }
        }
        grant {
          id
          target
          by {
            id
            name
          }
          approvedBy {
            id
            name
          }
        }
        run {
          id
        }
        agent
        planning {
          agent
          planner
          spec {
            taskType
          }
          tries
          calls {
            tool
            input
            citation
            source
            failure
            durationMs
            at
          }
          inputTokens
          outputTokens
          costMicros
          report
          assumptions
          startedAt
          finishedAt
        }
        stages {
          stage
          status
          message
        }
        sources {
          kind
          reference
          trust
          via
        }
        parent {
          ...RelatedTaskFields
        }
        children(first: 50) {
          totalCount
          nodes {
            ...RelatedTaskFields
          }
        }
      }
    }
  `,
  [PrincipalFields, PlanFields, DecisionFields, TaskErrorFields, RelatedTaskFields],
);

export type TaskDetail = NonNullable<ResultOf<typeof TaskDetail>['task']>;

export const taskDetailOptions = (id: string) =>
  documentOptions(TaskDetail, { id }, { isPatched: true, isRefetchedWhenMentioned: true });

const TaskEvents = graphql(
  `
    query TaskEvents($id: ID!, $first: Int, $after: String) {
      task(id: $id) {
        __typename
        id
        events(first: $first, after: $after) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            seq
            type
            at
            summary
            data
            actor {
              ...PrincipalFields
            }
          }
        }
      }
    }
  `,
  [PrincipalFields],
);

export type TaskEvent = NonNullable<ResultOf<typeof TaskEvents>['task']>['events']['nodes'][number];

const eventsPerPage = 100;

/** `after`: the cursor of the page before; null for the first. */
export const taskEventsOptions = (id: string, after: string | null) =>
  documentOptions(TaskEvents, { id, first: eventsPerPage, after }, { isRefetchedWhenMentioned: true });

const TaskTurns = graphql(`
  query TaskTurns($id: ID!, $types: [String!]) {
    task(id: $id) {
      __typename
      id
      events(first: 200, types: $types) {
        nodes {
          type
          at
        }
      }
    }
  }
`);

/** What ended one stretch of its life and began the next, however much else happened between. */
export const taskTurnsOptions = (id: string) =>
  documentOptions(TaskTurns, { id, types: [...turningTypes] }, { isRefetchedWhenMentioned: true });

export const CancelTask = graphql(
  `
    mutation CancelTask($input: CancelTaskInput!) {
      cancelTask(input: $input) {
        task {
          __typename
          id
          status
          updatedAt
          cancelRequestedAt
        }
        refusal {
          ...RefusalFields
        }
      }
    }
  `,
  [RefusalFields],
);

export const ApplyPlan = graphql(
  `
    mutation ApplyPlan($input: ApplyPlanInput!) {
      applyPlan(input: $input) {
        refusal {
          ...RefusalFields
          details {
            __typename
            ... on ChangedPlan {
              changes {
                step
                parts
                before
                now
              }
            }
          }
        }
      }
    }
  `,
  [RefusalFields],
);

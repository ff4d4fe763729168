import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import {
  DecisionFields,
  PlanFields,
  PrincipalFields,
  RefusalFields,
  TaskErrorFields,
} from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

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
    query TaskEvents($id: ID!, $first: Int) {
      task(id: $id) {
        __typename
        id
        events(first: $first) {
          pageInfo {
            hasNextPage
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

export const eventsPerPage = 100;

export const taskEventsOptions = (id: string, first: number = eventsPerPage) =>
  documentOptions(TaskEvents, { id, first }, { isRefetchedWhenMentioned: true });

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

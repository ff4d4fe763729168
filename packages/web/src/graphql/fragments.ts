import type { FragmentOf } from 'gql.tada';
import { graphql } from './graphql.ts';

/** Parts of answers that several features show. */
export const PrincipalFields = graphql(`
  fragment PrincipalFields on Principal {
    id
    type
    name
  }
`);

/** What was said of a request, and by whom. */
export const ReviewFields = graphql(
  `
    fragment ReviewFields on Review {
      id
      verdict
      comment
      at
      reviewer {
        ...PrincipalFields
      }
    }
  `,
  [PrincipalFields],
);

/** How a request stands, and what its viewer may do about it. */
export const StandingFields = graphql(
  `
    fragment StandingFields on ApprovalRequest {
      __typename
      id
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
      effectiveAt
      resolvedAt
      staleSince
      decoy {
        result
        decidedBy {
          id
          name
        }
      }
      viewerCanApprove
      viewerCanReject
      viewerCanWithdraw
      reviews {
        ...ReviewFields
      }
    }
  `,
  [ReviewFields],
);

/** What events tell of a task. */
export const TaskNewsFields = graphql(
  `
    fragment TaskNewsFields on Task {
      __typename
      id
      status
      goal
      priority
      environment
      revision
      risk
      updatedAt
      startedAt
      finishedAt
      queuePosition
      estimatedWaitMs
      viewerCanCancel
      cancelRequestedAt
      approval {
        ...StandingFields
      }
    }
  `,
  [StandingFields],
);
/** The answer to a decision tells less of one. */
type TaskNews = Pick<FragmentOf<typeof TaskNewsFields>, '__typename' | 'id' | 'approval'> &
  Partial<FragmentOf<typeof TaskNewsFields>>;
export const isTaskNews = (entity: { readonly __typename: string }): entity is TaskNews =>
  entity.__typename === 'Task';

export const DecisionFields = graphql(`
  fragment DecisionFields on PolicyDecision {
    id
    outcome
    bundleHash
    inputHash
    input
    decidedAt
    reasons {
      rule
      message
      outcome
      isRoutine
    }
    trace {
      layer
      rule
      verdict
      message
      facts
      answeredBy
    }
    quality {
      total
      isTentative
      parts {
        dimension
        points
        why
        taskIds
      }
    }
  }
`);
export type Decision = FragmentOf<typeof DecisionFields>;

export const RefusalFields = graphql(`
  fragment RefusalFields on Refusal {
    code
    message
    retriable
    retryAfterMs
  }
`);

/** Why something did not succeed. */
export const TaskErrorFields = graphql(`
  fragment TaskErrorFields on TaskError {
    code
    message
    retriable
    stepName
    faults {
      __typename
      path
      message
    }
  }
`);

/** How the agent that planned a goal explains its plan: text that is never trusted. */
export const PlanningWords = graphql(`
  fragment PlanningWords on Planning {
    agent
    planner
    summary
    report
    assumptions
    calls {
      tool
      citation
      source
    }
    finishedAt
  }
`);

/** A specialist as whoever chooses one sees it. */
export const SpecialistFields = graphql(`
  fragment SpecialistFields on Specialist {
    name
    title
    purpose
    tools
    planner
    autonomyLevel
    actions {
      type
    }
    budget {
      tokens
      toolCalls
      timeMs
      costMicros
    }
  }
`);

/** How a platform does, wherever it is shown. */
export const ExecutorFields = graphql(`
  fragment ExecutorFields on ExecutorHealth {
    platform
    status
    lastSuccessAt
    lastFailureAt
    p95ResponseMs
    actionTypes
    circuitBreaker {
      state
      failureCount
      opensAt
      nextProbeAt
    }
    rateLimit {
      current
      limit
      resetAt
    }
  }
`);

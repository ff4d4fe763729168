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

export const HunkFields = graphql(`
  fragment HunkFields on DiffHunk {
    oldStart
    oldLines
    newStart
    newLines
    lines {
      kind
      text
      oldNumber
      newNumber
      isUnterminated
    }
  }
`);

export const PlanFields = graphql(
  `
    fragment PlanFields on Plan {
      revision
      hash
      summary
      risk
      riskFactors
      reversible
      changedFiles
      transactional
      createdAt
      phases {
        number
        name
        soakMs
        errorBudget
        onFail
      }
      steps {
        name
        ordinal
        phase
        actionType
        version
        platform
        category
        idempotency
        reversible
        kind
        expect
        changedFiles
        canBeUndone
        fallbackFor
        timeoutMs
        references {
          path
          step
          pointer
          isKnown
        }
        params
        dependsOn
        after
        summary
        precondition
        positions {
          what
          at
        }
        targets {
          kind
          name
        }
        findings {
          severity
          message
        }
        diffs {
          __typename
          ... on FileDiff {
            isDestructive
            path
            change
            additions
            deletions
            isBinary
            isTruncated
            hunks {
              ...HunkFields
            }
          }
          ... on HttpRequestDiff {
            isDestructive
            method
            url
            body
            headers {
              name
              value
              isSecret
            }
          }
          ... on FieldDiff {
            isDestructive
            fieldPath: path
            before
            after
          }
          ... on MessageDiff {
            isDestructive
            to
            text
            previousText
          }
          ... on PermissionDiff {
            isDestructive
            act
            subject
            permission
            resource
          }
          ... on TableDiff {
            isDestructive
            title
            columns
            rows {
              kind
              cells
            }
          }
          ... on DeletionsDiff {
            isDestructive
            title
            names
          }
          ... on GraphDiff {
            isDestructive
            title
            nodes {
              id
              label
              kind
            }
            edges {
              from
              to
              kind
            }
          }
        }
      }
    }
  `,
  [HunkFields],
);
export type Plan = FragmentOf<typeof PlanFields>;
export type PlanStep = Plan['steps'][number];
export type PlanDiff = PlanStep['diffs'][number];

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

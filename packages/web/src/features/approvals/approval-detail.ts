import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import {
  DecisionFields,
  PlanningWords,
  PrincipalFields,
  RefusalFields,
  StandingFields,
} from '../../graphql/fragments.ts';
import { PlanFields } from '../../graphql/plan-fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const ApprovalReview = graphql(
  `
    query ApprovalReview($id: ID!) {
      viewer {
        principal {
          id
        }
      }
      approval(id: $id) {
        ...StandingFields
        revision
        planHash
        createdAt
        expiresAt
        undoWindowMs
        staleReason
        viewerIneligibility {
          ...RefusalFields
        }
        viewerApprovalRefusal {
          ...RefusalFields
        }
        lacksPeople
        editedBy {
          id
          name
        }
        changesRequested {
          id
          comment
          reviewer {
            id
            name
          }
        }
        questions {
          id
          question
          answer
          askedBy {
            id
            name
          }
          answeredBy {
            id
            name
          }
        }
        viewerCanAnswer
        reasons {
          rule
          message
          outcome
          isRoutine
        }
        plan {
          ...PlanFields
        }
        previous {
          id
          revision
          staleReason
          plan {
            ...PlanFields
          }
          reviews {
            id
            verdict
            reviewer {
              ...PrincipalFields
            }
          }
        }
        task {
          __typename
          id
          goal
          justification
          status
          mode
          risk
          environment
          priority
          source
          updatedAt
          createdAt
          submittedBy {
            ...PrincipalFields
            owner {
              ...PrincipalFields
            }
          }
          approval {
            __typename
            id
            revision
            planHash
          }
          plan {
            revision
          }
          decision {
            ...DecisionFields
          }
          planning {
            ...PlanningWords
          }
        }
      }
    }
  `,
  [PrincipalFields, PlanFields, DecisionFields, RefusalFields, StandingFields, PlanningWords],
);

export type ApprovalDetail = NonNullable<ResultOf<typeof ApprovalReview>['approval']>;

export const approvalDetailOptions = (id: string) =>
  documentOptions(ApprovalReview, { id }, { isPatched: true, isRefetchedWhenMentioned: true });

const NewestPlan = graphql(
  `
    query NewestPlan($taskId: ID!) {
      task(id: $taskId) {
        __typename
        id
        plan {
          ...PlanFields
        }
      }
    }
  `,
  [PlanFields],
);

export const newestPlanOptions = (taskId: string) =>
  documentOptions(NewestPlan, { taskId }, { isRefetchedWhenMentioned: true });

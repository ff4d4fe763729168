import type { ResultOf } from 'gql.tada';
import { execute } from '../../graphql/execute.ts';
import { RefusalFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const DecidedFields = graphql(
  `
    fragment DecidedFields on DecideTaskPayload {
      refusal {
        ...RefusalFields
      }
      task {
        __typename
        id
        status
        revision
        updatedAt
        approval {
          __typename
          id
          revision
        }
      }
      approval {
        __typename
        id
        revision
        status
        required
        given
        effectiveAt
        resolvedAt
        undoWindowMs
        viewerCanApprove
        viewerCanReject
        viewerCanWithdraw
        reviews {
          id
          verdict
          comment
          at
          reviewer {
            id
            type
            name
          }
        }
      }
    }
  `,
  [RefusalFields],
);

const Approve = graphql(
  `
    mutation Approve($input: ApproveTaskInput!) {
      approveTask(input: $input) {
        ...DecidedFields
      }
    }
  `,
  [DecidedFields],
);

const Reject = graphql(
  `
    mutation Reject($input: RejectTaskInput!) {
      rejectTask(input: $input) {
        ...DecidedFields
      }
    }
  `,
  [DecidedFields],
);

const Withdraw = graphql(
  `
    mutation Withdraw($input: WithdrawApprovalInput!) {
      withdrawApproval(input: $input) {
        ...DecidedFields
      }
    }
  `,
  [DecidedFields],
);

/** What was on screen when the person decided; the server refuses a decision on anything else. */
export interface DecidedOn {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
}

/** The request a decision is about, as it was on screen. */
export interface DecisionSubject {
  readonly approvalId: string;
  readonly title: string;
  readonly on: DecidedOn;
}

export type DecisionAct = 'approve' | 'reject' | 'withdraw';

export type Decided = ResultOf<typeof Approve>['approveTask'];

export const sendApproval = async (on: DecidedOn): Promise<Decided> =>
  (await execute(Approve, { input: { ...on } })).approveTask;

export const sendRejection = async (on: DecidedOn, reason: string): Promise<Decided> =>
  (await execute(Reject, { input: { ...on, reason } })).rejectTask;

export const sendWithdrawal = async (on: DecidedOn): Promise<Decided> =>
  (await execute(Withdraw, { input: { ...on } })).withdrawApproval;

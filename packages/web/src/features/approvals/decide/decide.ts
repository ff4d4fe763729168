import type { ResultOf } from 'gql.tada';
import { execute } from '../../../graphql/execute.ts';
import { RefusalFields, StandingFields } from '../../../graphql/fragments.ts';
import { graphql } from '../../../graphql/graphql.ts';
import { stepUpCode, withPasskey } from '../../../graphql/step-up.ts';

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
        ...StandingFields
        revision
        undoWindowMs
      }
    }
  `,
  [RefusalFields, StandingFields],
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

/** How a decision was made, for the record. */
export interface Considered {
  readonly consideredMs: number;
  readonly hasViewed: boolean;
}

/** The request a decision is about, as it was on screen. */
export interface DecisionSubject {
  readonly approvalId: string;
  readonly title: string;
  readonly on: DecidedOn;
  /** Left out where it is taken back. */
  readonly considered?: Considered;
}

export type DecisionAct = 'approve' | 'reject' | 'withdraw';

export type Decided = ResultOf<typeof Approve>['approveTask'];

/**
 * A decision waits no longer than this for its answer. A browser that has too many requests under way would
 * otherwise hold it back, and send it once one of them has ended.
 */
const decideWithinMs = 10_000;

/** Where a passkey is asked for, it answers for exactly this, and the approval goes out with its answer. */
export const sendApproval = ({ on, considered }: DecisionSubject, signal?: AbortSignal): Promise<Decided> =>
  withPasskey<Decided>(
    { approve: [{ ...on }] },
    async (stepUp) =>
      (
        await execute(
          Approve,
          { input: { ...on, ...considered, ...(stepUp && { stepUp }) } },
          signal,
          decideWithinMs,
        )
      ).approveTask,
    ({ refusal }) => refusal?.code,
    ({ message }) => ({
      task: null,
      approval: null,
      refusal: { code: stepUpCode, message, retriable: false, retryAfterMs: null },
    }),
  );

export const sendRejection = async (
  { on, considered }: DecisionSubject,
  reason: string,
  signal?: AbortSignal,
): Promise<Decided> =>
  (await execute(Reject, { input: { ...on, ...considered, reason } }, signal, decideWithinMs)).rejectTask;

export const sendWithdrawal = async (on: DecidedOn, signal?: AbortSignal): Promise<Decided> =>
  (await execute(Withdraw, { input: { ...on } }, signal, decideWithinMs)).withdrawApproval;

const StillOpen = graphql(`
  query StillOpen($id: ID!) {
    approval(id: $id) {
      id
      status
      planHash
    }
  }
`);

const askWithinMs = 2_000;

/** How the request stands on the server, asked once: what is not answered at once is not answered. */
export const askHowItStands = async (approvalId: string) =>
  (await execute(StillOpen, { id: approvalId }, undefined, askWithinMs)).approval;

import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../../graphql/document-options.ts';
import { execute } from '../../../graphql/execute.ts';
import { graphql } from '../../../graphql/graphql.ts';
import { withPasskey } from '../../../graphql/step-up.ts';

const Batch = graphql(`
  query Batch {
    approvals(filter: { view: MINE }, first: 100) {
      nodes {
        __typename
        id
        revision
        planHash
        expiresAt
        viewerCanApprove
        viewerCanReject
        singleReviewReason
        task {
          __typename
          id
          goal
          risk
          environment
          submittedBy {
            id
            name
          }
          plan {
            summary
            steps {
              name
              summary
              targets {
                name
              }
            }
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

export type BatchRow = ResultOf<typeof Batch>['approvals']['nodes'][number];

export const batchOptions = () => documentOptions(Batch, {}, { refetchOn: ['approval.', 'task.'] });

const DecideTasks = graphql(`
  mutation DecideTasks($input: DecideTasksInput!) {
    decideTasks(input: $input) {
      refusal {
        message
      }
      items {
        taskId
        task {
          __typename
          id
          approval {
            __typename
            id
            decoy {
              result
            }
          }
        }
        refusal {
          code
          message
        }
      }
    }
  }
`);

export interface BatchOutcome {
  /** Why nothing was decided; null where all were. */
  readonly complaint: string | null;
  /** How many of them were decoys, which could run nothing. */
  readonly decoys: number;
  /** Why each that stands in the way does, by its task. */
  readonly inTheWay: ReadonlyMap<string, string>;
}

/** The passkey is what stands in the way where nothing else does. */
const codeInTheWay = (
  items: readonly { readonly refusal: { readonly code: string } | null }[],
): string | undefined => {
  const codes = new Set(items.flatMap(({ refusal }) => (refusal ? [refusal.code] : [])));
  return codes.size === 1 ? [...codes][0] : undefined;
};

/** Exactly what was on screen of each, all of them or none. */
export const decideTogether = async (
  verdict: 'APPROVE' | 'REJECT',
  rows: readonly BatchRow[],
  comment: string,
): Promise<BatchOutcome> => {
  const items = rows.map(({ revision, planHash, task }) => ({ taskId: task.id, revision, planHash }));
  const input = { verdict, items, comment: comment.trim() || null };
  const { refusal, items: results } = await withPasskey<ResultOf<typeof DecideTasks>['decideTasks']>(
    { approve: items },
    async (stepUp) =>
      (await execute(DecideTasks, { input: { ...input, ...(stepUp && { stepUp }) } })).decideTasks,
    (outcome) => codeInTheWay(outcome.items),
    ({ message }) => ({ refusal: { message }, items: [] }),
  );
  return {
    complaint: refusal?.message ?? null,
    decoys: results.filter(({ task }) => task?.approval?.decoy).length,
    inTheWay: new Map(
      results.flatMap(({ taskId, refusal: no }): [string, string][] => (no ? [[taskId, no.message]] : [])),
    ),
  };
};

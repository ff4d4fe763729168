import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

const DeadLetters = graphql(`
  query DeadLetters($first: Int, $platform: String) {
    viewer {
      canOperate
    }
    platforms {
      name
    }
    deadLetters(first: $first, platform: $platform) {
      nodes {
        taskId
        step
        platform
        actionType
        attempts
        code
        message
        failedAt
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

export type DeadLetter = ResultOf<typeof DeadLetters>['deadLetters']['nodes'][number];

/** As many as can be tried anew at once. */
export const mostShown = 200;

/** What gave up comes with the failure of its task, and goes as soon as it is tried anew or undone. */
export const deadLettersOptions = (platform: string) =>
  documentOptions(
    DeadLetters,
    { first: mostShown, platform: platform || null },
    { refetchOn: ['task.failed', 'step.retried', 'run.'] },
  );

const RedriveSteps = graphql(`
  mutation RedriveSteps($input: [RetryStepInput!]!) {
    redriveSteps(input: $input) {
      refusal {
        message
      }
    }
  }
`);

/** What became of one step: why it was not tried anew, or null where it is. */
export interface Redriven {
  readonly letter: DeadLetter;
  readonly complaint: string | null;
}

export const redriveSteps = async (
  letters: readonly DeadLetter[],
  reason: string,
): Promise<readonly Redriven[]> => {
  const input = letters.map(({ taskId, step }) => ({ taskId, step, reason }));
  const { redriveSteps: results } = await execute(RedriveSteps, { input });
  return letters.map((letter, index) => ({ letter, complaint: results[index]?.refusal?.message ?? null }));
};

/** A step's name is its own within its task. */
export const keyOf = ({ taskId, step }: Pick<DeadLetter, 'taskId' | 'step'>): string => `${taskId} ${step}`;

import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { TaskErrorFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const RunDetail = graphql(
  `
    query RunDetail($taskId: ID!) {
      task(id: $taskId) {
        __typename
        id
        status
        cancelRequestedAt
        run {
          id
          status
          startedAt
          finishedAt
          pause {
            cause
            by
            reason
            at
          }
          rollback {
            cause
            by
            reason
            at
          }
          undoable {
            undoes
            leaves
            unknown
          }
          viewerCanPause
          viewerCanResume
          viewerCanRollBack
          locks
          viewerCanReleaseLocks
          phases {
            number
            name
            status
            soakUntil
            errorBudget
            gate {
              status
              evaluatedAt
              message
              overriddenBy
              overrideReason
            }
            targets {
              name
              status
              step
            }
          }
          steps {
            id
            name
            kind
            undoes
            fallbackFor
            ordinal
            phase
            actionType
            platform
            state
            attempt
            maxAttempts
            attemptsBefore
            nextAttemptAt
            hold {
              rule
              reason
              until
              taskId
            }
            startedAt
            finishedAt
            output
            error {
              ...TaskErrorFields
            }
            gate {
              status
              evaluatedAt
              message
              overriddenBy
              overrideReason
            }
            resolution {
              outcome
              by
              evidence
              at
            }
            viewerCanRetry
            viewerCanResolve
            effects {
              id
              number
              state
              idempotencyKey
              requestHash
              intendedAt
              settledAt
              attempt
              error {
                ...TaskErrorFields
              }
            }
          }
        }
        plan {
          revision
          hash
          steps {
            name
            dependsOn
            timeoutMs
          }
        }
      }
    }
  `,
  [TaskErrorFields],
);

export type RunTask = NonNullable<ResultOf<typeof RunDetail>['task']>;
export type Run = NonNullable<RunTask['run']>;
export type RunStep = Run['steps'][number];
export type RunPhase = Run['phases'][number];
export type StepFailure = NonNullable<RunStep['error']>;
export type GateEvaluation = NonNullable<RunStep['gate']>;

/** `release[3]` of its fallback too. */
export const placeOf = (name: string): string => name.replace(/^fallback:/, '');

/** The step of a rollout that acts on the same target: `release[3]` of `release.gate[3]`. */
const actionOf = ({ name, undoes }: RunStep): string =>
  placeOf(undoes ?? name.replace(/\.gate(?=\[\d+\]$)/, ''));

/** By the name of a step, the target of a rollout that it acts on, looks at, or undoes. */
export const rolloutTargets = (
  phases: readonly RunPhase[],
  steps: readonly RunStep[],
): ReadonlyMap<string, string> => {
  const targets = new Map(
    phases.flatMap((phase) => phase.targets.map(({ step, name }) => [placeOf(step), name])),
  );
  return new Map(
    steps.flatMap((step) => {
      const target = targets.get(actionOf(step));
      return target === undefined ? [] : [[step.name, target]];
    }),
  );
};

/** Steps whose target a gate did not let pass. */
export const refusedSteps = (steps: readonly RunStep[]): ReadonlySet<string> =>
  new Set(steps.filter(({ gate }) => gate && gate.status !== 'PASS').map(actionOf));

export const runOptions = (taskId: string) =>
  documentOptions(RunDetail, { taskId }, { isRefetchedWhenMentioned: true });

export const pauseRun = actOf(
  graphql(`
    mutation PauseRun($input: ControlRunInput!) {
      pauseRun(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const resumeRun = actOf(
  graphql(`
    mutation ResumeRun($input: ControlRunInput!) {
      resumeRun(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const rollbackRun = actOf(
  graphql(`
    mutation RollbackRun($input: ControlRunInput!) {
      rollbackRun(input: $input) {
        refusal {
          code
          message
        }
      }
    }
  `),
);

export const releaseLocks = actOf(
  graphql(`
    mutation ReleaseLocks($input: ControlRunInput!) {
      releaseLocks(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const retryStep = actOf(
  graphql(`
    mutation RetryStep($input: RetryStepInput!) {
      retryStep(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

export const resolveStep = actOf(
  graphql(`
    mutation ResolveStep($input: ResolveStepInput!) {
      resolveStep(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

import type { ExecutorMode } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

const Executors = graphql(`
  query Executors {
    health {
      asOf
      executors {
        platform
        status
        isSandbox
        lastSuccessAt
        lastFailureAt
        recentCalls
        p50ResponseMs
        p95ResponseMs
        actionTypes
        viewerCanControl
        load {
          waiting
          held
          running
        }
        control {
          mode
          by
          reason
          at
        }
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
    }
  }
`);
export type Executor = ResultOf<typeof Executors>['health']['executors'][number];

const Alerts = graphql(`
  query Alerts {
    alerts {
      kind
      subject
      message
      since
    }
  }
`);

const ControlExecutor = graphql(`
  mutation ControlExecutor($input: ControlExecutorInput!) {
    controlExecutor(input: $input) {
      refusal {
        message
      }
    }
  }
`);

/** What waits and how fast it is answered is no event. */
const figuresEveryMs = 5_000;

export const executorsOptions = () => ({
  ...documentOptions(Executors, {}, { refetchOn: ['executor.', 'step.held'] }),
  refetchInterval: figuresEveryMs,
});
export const alertsOptions = () => documentOptions(Alerts, {}, { refetchOn: ['alert.'] });

/** Null where it was done; why not otherwise. */
export const controlExecutor = async (
  platform: string,
  control: ExecutorMode,
  reason: string,
): Promise<string | null> =>
  (await execute(ControlExecutor, { input: { platform, control, reason } })).controlExecutor.refusal
    ?.message ?? null;

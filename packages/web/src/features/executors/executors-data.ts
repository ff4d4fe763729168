import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { ExecutorFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const Executors = graphql(
  `
    query Executors {
      health {
        asOf
        executors {
          ...ExecutorFields
          isSandbox
          recentCalls
          p50ResponseMs
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
        }
      }
    }
  `,
  [ExecutorFields],
);
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

/** What waits and how fast it is answered is no event. */
const figuresEveryMs = 5_000;

export const executorsOptions = () => ({
  ...documentOptions(Executors, {}, { refetchOn: ['executor.', 'step.held'] }),
  refetchInterval: figuresEveryMs,
});
export const alertsOptions = () => documentOptions(Alerts, {}, { refetchOn: ['alert.'] });

export const controlExecutor = actOf(
  graphql(`
    mutation ControlExecutor($input: ControlExecutorInput!) {
      controlExecutor(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

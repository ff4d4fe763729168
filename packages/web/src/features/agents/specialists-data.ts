import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Specialists = graphql(`
  query Specialists {
    specialists {
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
      track {
        planned
        refused
        succeeded
        failed
        rejected
        tokens
        costMicros
      }
    }
  }
`);

export type Specialist = ResultOf<typeof Specialists>['specialists'][number];

export const specialistsOptions = () => documentOptions(Specialists, {}, { refetchOn: ['planning.'] });

import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { SpecialistFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';
import { countedEveryMs } from './agents-data.ts';

const Specialists = graphql(
  `
    query Specialists {
      specialists {
        ...SpecialistFields
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
  `,
  [SpecialistFields],
);

export type Specialist = ResultOf<typeof Specialists>['specialists'][number];

export const specialistsOptions = () => ({
  ...documentOptions(Specialists, {}, { refetchOn: ['planning.'] }),
  refetchInterval: countedEveryMs,
});

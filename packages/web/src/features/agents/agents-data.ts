import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const LevelFields = graphql(`
  fragment LevelFields on AutonomyLevel {
    environment
    level
    source
    by
    reason
    at
    viewerCanSet
  }
`);

const Agents = graphql(
  `
    query Agents {
      autonomy {
        ...LevelFields
      }
      agents {
        principal {
          id
          type
          name
        }
        autonomy {
          ...LevelFields
        }
      }
    }
  `,
  [LevelFields],
);
export type AutonomyLevel = ResultOf<typeof Agents>['autonomy'][number];

export const agentsOptions = () => documentOptions(Agents, {}, { refetchOn: ['autonomy.', 'principal.'] });

export const setAutonomy = actOf(
  graphql(`
    mutation SetAutonomy($input: SetAutonomyInput!) {
      setAutonomy(input: $input) {
        refusal {
          message
        }
      }
    }
  `),
);

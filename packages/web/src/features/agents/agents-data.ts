import type { ResultOf } from 'gql.tada';
import { actOf } from '../../graphql/act-of.ts';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';

export const LevelFields = graphql(`
  fragment LevelFields on AutonomyLevel {
    environment
    level
    source
    by
    reason
    at
    viewerCanSet
    asks {
      level
      by
      reason
      at
      endsAt
    }
  }
`);

const Agents = graphql(
  `
    query Agents($first: Int, $after: String) {
      autonomy {
        ...LevelFields
      }
      agents(first: $first, after: $after) {
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

const perPage = 100;

/** The server counts a moment after what it counts, and no event tells that it has. */
export const countedEveryMs = 5_000;

/** All of them, page by page. */
export const agentsOptions = () => ({
  ...documentOptions(Agents, {}, { refetchOn: ['autonomy.', 'principal.'] }),
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const all = await execute(Agents, { first: perPage }, signal);
    const agents = [...all.agents];
    for (let page = all.agents; page.length === perPage; agents.push(...page)) {
      const after = page.at(-1)?.principal.id ?? null;
      ({ agents: page } = await execute(Agents, { first: perPage, after }, signal));
    }
    return { ...all, agents };
  },
});

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

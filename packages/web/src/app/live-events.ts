import { TaskNewsFields } from '../graphql/fragments.ts';
import { graphql } from '../graphql/graphql.ts';

/**
 * Every entity that events refresh, with what is told of it: what a cached answer shows of it is patched, and what
 * mentions it is asked again, as the query's own rules say.
 */
export const ConsoleEvents = graphql(
  `
    subscription ConsoleEvents($after: String) {
      events(after: $after) {
        seq
        type
        task {
          ...TaskNewsFields
        }
      }
    }
  `,
  [TaskNewsFields],
);

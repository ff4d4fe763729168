import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { HunkFields } from '../../graphql/plan-fragments.ts';
import { graphql } from '../../graphql/graphql.ts';

const PlanLines = graphql(
  `
    query PlanLines(
      $taskId: ID!
      $revision: Int!
      $step: String!
      $path: String!
      $first: Int
      $after: String
    ) {
      task(id: $taskId) {
        id
        plan(revision: $revision) {
          hash
          lines(step: $step, path: $path, first: $first, after: $after) {
            totalLines
            endCursor
            hasNextPage
            hasBothSides
            hunks {
              ...HunkFields
            }
          }
        }
      }
    }
  `,
  [HunkFields],
);

type Task = NonNullable<ResultOf<typeof PlanLines>['task']>;
export type PlanLines = NonNullable<NonNullable<Task['plan']>['lines']>;

/** A file's change within a plan. */
export interface FilePlace {
  readonly taskId: string;
  readonly revision: number;
  readonly step: string;
  readonly path: string;
}

const linesPerPart = 2_000;

/** One part of a change that is too long to come with its plan. */
export const planLinesOptions = (place: FilePlace, after: string | null) => ({
  ...documentOptions(PlanLines, { ...place, first: linesPerPart, after }),
  // A revision never changes.
  staleTime: Infinity,
});

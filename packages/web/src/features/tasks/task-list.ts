import type { Environment, Priority, TaskStatus } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { documentOptions, pagedOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

export const tasksPerPage = 100;

const TaskList = graphql(`
  query TaskList($filter: TaskFilter, $first: Int, $after: String) {
    tasks(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        goal
        status
        mode
        risk
        priority
        environment
        createdAt
        updatedAt
        startedAt
        finishedAt
        submittedBy {
          id
          type
          name
        }
      }
    }
  }
`);

export type TaskRow = ResultOf<typeof TaskList>['tasks']['nodes'][number];

/** What narrows the list; all of it stands in the address. */
export interface TaskFilters {
  readonly status: readonly TaskStatus[];
  readonly priority: readonly Priority[];
  readonly environment: Environment | undefined;
  readonly search: string | undefined;
}

/** The same, as it stands in the address. */
export interface TasksSearch {
  readonly status?: TaskStatus[] | undefined;
  readonly priority?: Priority[] | undefined;
  readonly env?: Environment | undefined;
  readonly q?: string | undefined;
}

export const hasFilters = ({ status, priority, environment, search }: TaskFilters): boolean =>
  status.length > 0 || priority.length > 0 || environment !== undefined || search !== undefined;

/** Tasks, newest first; rows change in place, and new ones come when asked for. */
export const taskListOptions = ({ status, priority, environment, search }: TaskFilters) =>
  pagedOptions(
    TaskList,
    {
      filter: {
        ...(status.length > 0 ? { status: [...status] } : {}),
        ...(priority.length > 0 ? { priority: [...priority] } : {}),
        ...(environment ? { environment: [environment] } : {}),
        ...(search ? { search } : {}),
      },
      first: tasksPerPage,
    },
    ({ tasks }) => tasks.pageInfo,
    { isPatched: true },
  );

/** A handful of tasks by words of their goal. */
export const taskSearchOptions = (search: string) =>
  documentOptions(TaskList, { filter: { search }, first: 8 });

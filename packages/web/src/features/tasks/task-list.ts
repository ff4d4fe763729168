import type { Environment, Priority, TaskStatus } from '@countersign/shared';
import type { ResultOf } from 'gql.tada';
import { documentOptions, operationName } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { isTaskNews, PrincipalFields } from '../../graphql/fragments.ts';
import { graphql } from '../../graphql/graphql.ts';
import type { ListSource } from '../../live/use-live-list.ts';

export const tasksPerPage = 100;

const TaskRowFields = graphql(
  `
    fragment TaskRowFields on Task {
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
      cancelRequestedAt
      hold {
        reason
      }
      submittedBy {
        ...PrincipalFields
      }
    }
  `,
  [PrincipalFields],
);

const TaskList = graphql(
  `
    query TaskList($filter: TaskFilter, $first: Int, $after: String) {
      tasks(filter: $filter, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...TaskRowFields
        }
      }
    }
  `,
  [TaskRowFields],
);

/** Which of some tasks a list holds, and how many it holds in all. */
const TaskNews = graphql(
  `
    query TaskNews($about: TaskFilter, $filter: TaskFilter) {
      about: tasks(filter: $about, first: 50) {
        nodes {
          ...TaskRowFields
        }
      }
      tasks(filter: $filter, first: 1) {
        totalCount
      }
    }
  `,
  [TaskRowFields],
);

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

const isOneOf = <Word>(words: readonly Word[], word: Word | undefined): boolean =>
  words.length === 0 || word === undefined || words.includes(word);

/** Tasks, newest first. */
export const taskListSource = ({
  status,
  priority,
  environment,
  search,
}: TaskFilters): ListSource<TaskRow> => {
  const filter = {
    ...(status.length > 0 ? { status: [...status] } : {}),
    ...(priority.length > 0 ? { priority: [...priority] } : {}),
    ...(environment ? { environment: [environment] } : {}),
    ...(search ? { search } : {}),
  };
  return {
    queryKey: [operationName(TaskList), 'pages', filter],
    async load(after, signal) {
      const { tasks } = await execute(TaskList, { filter, first: tasksPerPage, after }, signal);
      const { nodes, totalCount, pageInfo } = tasks;
      return { rows: nodes, totalCount, end: pageInfo.hasNextPage ? pageInfo.endCursor : null };
    },
    async ask(ids) {
      const { about, tasks } = await execute(TaskNews, { about: { ...filter, ids: [...ids] }, filter });
      return { rows: about.nodes, totalCount: tasks.totalCount };
    },
    mayHold: (task) =>
      isTaskNews(task) &&
      isOneOf(status, task.status) &&
      isOneOf(priority, task.priority) &&
      (environment === undefined || isOneOf([environment], task.environment)),
    subjectOf: ({ id }) => id,
    compare: (a, b) => (a.id === b.id ? 0 : a.id < b.id ? 1 : -1),
    isShownUntilNext: true,
  };
};

/** A handful of tasks by words of their goal. */
export const taskSearchOptions = (search: string) =>
  documentOptions(TaskList, { filter: { search }, first: 8 });

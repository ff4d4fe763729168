import { z } from 'zod';
import { accepted, refused, reworded } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { taskFilter } from '../../modules/tasks/index.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestInput, RestParameter, RestRoute } from './rest-route.ts';
import { askedStatus, asStatuses, taskSchema, taskJson } from '../shared/task-json.ts';

const taskList = z
  .strictObject({
    tasks: z.array(taskSchema).describe('Newest first.'),
    after: z.string().nullable().describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'TaskList', description: 'A page of tasks.' });

/** The filter's fields are parameters of their own. */
const asOperationTakes = ({ first, after, status, ...filter }: RestInput) => ({
  filter: { ...filter, status: asStatuses(status) },
  first,
  after,
});

const withoutFilter = (fault: Fault): Fault => ({
  ...fault,
  path: fault.path.replace(/^filter\./, ''),
  message: fault.message.replace(/^filter\./, ''),
});

export const listTasksRoute = ({ operations: { tasks }, originOf }: RestDeps): RestRoute => {
  const { first, after } = tasks.input.shape;
  const fields = { ...taskFilter.shape, status: askedStatus, first, after };
  return {
    method: 'GET',
    path: '/tasks',
    id: tasks.name,
    description: tasks.description,
    parameters: Object.entries(fields).map(([name, schema]): RestParameter => ({
      in: 'query',
      name,
      schema,
    })),
    answers: { 200: { description: 'Tasks.', schema: taskList } },
    faultsOf: (input) => tasks.faultsOf(asOperationTakes(input)).map(withoutFilter),
    async answer(call, input) {
      const found = await tasks.execute(call, asOperationTakes(input));
      if (!found.ok) return refused(reworded(found.refusal, withoutFilter));
      const { nodes, hasNextPage, cursorOf } = found.value;
      const last = nodes.at(-1);
      return accepted({
        status: 200,
        body: {
          tasks: nodes.map((task) => taskJson(task, originOf())),
          after: hasNextPage && last ? cursorOf(last) : null,
        } satisfies z.output<typeof taskList>,
      });
    },
  };
};

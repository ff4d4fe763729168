import { createEventQueries } from './modules/events/index.ts';
import { createTaskCommands, createTaskQueries } from './modules/tasks/index.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = ({ access, tasks, stores, events }: Services) => ({
  ...createTaskCommands(tasks),
  ...createTaskQueries(stores.tasks, access.findPrincipals),
  ...createEventQueries(events),
});

export type Operations = ReturnType<typeof createOperations>;

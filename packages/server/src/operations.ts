import { createTaskCommands, createTaskQueries } from './modules/tasks/index.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = ({ access, tasks, stores }: Services) => ({
  ...createTaskCommands(tasks),
  ...createTaskQueries(stores.tasks, access.findPrincipals),
});

export type Operations = ReturnType<typeof createOperations>;

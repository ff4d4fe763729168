import { newId } from '../infra/ids.ts';
import { createAgentQueries } from '../modules/agents/index.ts';
import { createFeedbackCommands } from '../modules/feedback/index.ts';
import { createInventoryCommands, createInventoryQueries } from '../modules/inventory/index.ts';
import { createSourceCommands, createSourceQueries } from '../modules/sources/index.ts';
import { createToolQueries } from '../modules/tools/index.ts';
import type { Services } from '../services.ts';

/** Who plans goals, what they look things up in and with, what work rests on, and what people say that it came to. */
export const agentOperations = (services: Services) => {
  const {
    access,
    agents,
    journal,
    knownQuarantines: known,
    quarantineStore: store,
    sandbox,
    stores,
    toolbox,
  } = services;
  return {
    ...createAgentQueries(agents),
    ...createToolQueries({ toolbox, imports: stores.imports, uses: stores.toolUses }),
    ...createInventoryCommands({ journal, newId, readable: sandbox?.platforms ?? new Set() }),
    ...createInventoryQueries(stores),
    ...createSourceCommands({ ...services, store, known, newId }),
    ...createSourceQueries({ ...services, store }),
    ...createFeedbackCommands({
      ...services,
      tasks: stores.tasks,
      findPrincipal: access.findPrincipal,
      newId,
    }),
  };
};

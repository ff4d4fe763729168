import type { Logger } from '../infra/logger.ts';
import { createCapabilityQueries } from '../modules/access/index.ts';
import { createActionTypeQueries } from '../modules/execution/index.ts';
import {
  createConnectedServerQueries,
  createExecutorCommands,
  createPlatformQueries,
} from '../modules/platforms/index.ts';
import { createFindTargetCalls } from '../record/target-calls.ts';
import type { Services } from '../services.ts';
import { createFindIntentFiles } from '../services/intent-reach.ts';

/** What can be done where, and an operator's word on a platform. */
export const platformOperations = (services: Services, logger: Logger) => {
  const { database, executorStore, executors, journal, reach, sandbox } = services;
  const platforms = () => reach().platforms;
  return {
    ...createCapabilityQueries(reach, createFindIntentFiles(services)),
    ...createActionTypeQueries(() => executors.registry.list()),
    ...createExecutorCommands({ store: executorStore, journal, platforms }),
    ...createPlatformQueries({ platforms, sandbox, logger }),
    ...createConnectedServerQueries({
      connected: executors.connected,
      findTargetCalls: createFindTargetCalls(database),
    }),
  };
};

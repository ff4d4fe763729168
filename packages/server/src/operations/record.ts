import { newId } from '../infra/ids.ts';
import { createAuditQueries, createProofOperations } from '../modules/audit/index.ts';
import { createEventQueries } from '../modules/events/index.ts';
import { createHoldCommands, createRetentionQueries } from '../modules/retention/index.ts';
import type { Services } from '../services.ts';

/** What happened, as a stream and as evidence, and how long it is kept. */
export const recordOperations = (services: Services) => {
  const { access, clock, database, events, journal, processName, sealing, tasks } = services;
  const findTasks = tasks.findMany;
  return {
    ...createEventQueries(events, findTasks),
    ...createAuditQueries({
      events,
      findTasks,
      findPrincipals: ({ tenantId }, ids) => access.findPrincipals(tenantId, ids),
    }),
    ...createProofOperations({ ...sealing, database, journal, clock, processName, findTasks }),
    ...createHoldCommands({ ...services, findTasks, newId }),
    ...createRetentionQueries(services),
  };
};

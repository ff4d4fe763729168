import type { Logger } from './infra/logger.ts';
import type { Monitoring } from './monitoring.ts';
import { createOperationLine } from './operations/operation-line.ts';
import { agentOperations } from './operations/agents.ts';
import { approvalOperations } from './operations/approvals.ts';
import { installationOperations } from './operations/installation.ts';
import { platformOperations } from './operations/platforms.ts';
import { policyOperations } from './operations/policy.ts';
import { recordOperations } from './operations/record.ts';
import { stopOperations } from './operations/stops.ts';
import { taskOperations } from './operations/tasks.ts';
import { createIsInSight, watched, type LimitOf } from './operations/watched.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = (
  services: Services,
  monitoring: Monitoring,
  logger: Logger,
  limitOf: LimitOf = () => null,
  originOf: () => string = () => '',
  line = createOperationLine(),
) => {
  const { verifyStepUp, operations } = approvalOperations(services, originOf);
  return watched(
    { attempts: services.attempts, limitOf, line, isInSight: createIsInSight(services.tasks.findMany) },
    {
      ...services.access.operations,
      ...taskOperations(services),
      ...operations,
      ...policyOperations(services, verifyStepUp),
      ...stopOperations(services, verifyStepUp),
      ...agentOperations(services),
      ...platformOperations(services, logger),
      ...recordOperations(services),
      ...installationOperations(services, monitoring, verifyStepUp),
    },
  );
};

export type Operations = ReturnType<typeof createOperations>;

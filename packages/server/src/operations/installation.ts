import { backupPlaceName } from '../backups.ts';
import { newId } from '../infra/ids.ts';
import { createAlertQueries } from '../modules/alerts/index.ts';
import { createBackupOperations, createRestoreOperations } from '../modules/backup/index.ts';
import { createConfigurationOperations } from '../modules/configuration/index.ts';
import { createHealthQueries } from '../modules/health/index.ts';
import { createMetricsQueries } from '../modules/metrics/index.ts';
import { createNotificationOperations } from '../modules/notifications/index.ts';
import { createQueueQueries } from '../modules/queue/index.ts';
import {
  createOutgoingQueries,
  createWebhookCommands,
  createWebhookQueries,
} from '../modules/webhooks/index.ts';
import type { VerifyStepUp } from '../modules/step-up.ts';
import type { Monitoring } from '../monitoring.ts';
import { restoreFault } from '../restores.ts';
import type { Services } from '../services.ts';

/** How the installation does, whom it tells, and what keeps it. */
export const installationOperations = (
  services: Services,
  monitoring: Monitoring,
  verifyStepUp: VerifyStepUp,
) => {
  const { access, configuration, database, events, reach, sending } = services;
  const platforms = () => reach().platforms;
  return {
    ...createConfigurationOperations({
      service: configuration,
      findFirstTenant: access.findFirstTenant,
    }),
    ...backupOperations(services, verifyStepUp),
    ...createQueueQueries(monitoring.queue),
    ...createMetricsQueries(monitoring.metrics, platforms),
    ...createHealthQueries(monitoring.health),
    ...createAlertQueries(monitoring.alerts),
    ...createNotificationOperations({ ...sending, findPrincipals: access.findPrincipals }),
    ...createWebhookCommands({ ...sending, platforms }),
    ...createWebhookQueries(sending.webhooks),
    ...createOutgoingQueries({ ...events, database, readQueue: () => monitoring.queue.state() }, platforms),
  };
};

const backupOperations = (
  { access, clock, database, journal, live, policies, stores: { passkeys } }: Services,
  verifyStepUp: VerifyStepUp,
) => ({
  ...createRestoreOperations({
    ...{ journal, clock, newId, database, restoreFault, passkeys, verifyStepUp },
    stepUpFor: policies.stepUpOfRestore,
    findPrincipal: access.findPrincipal,
    findFirstTenant: access.findFirstTenant,
  }),
  ...createBackupOperations({
    journal,
    clock,
    newId,
    database,
    findFirstTenant: access.findFirstTenant,
    settings() {
      const { everyMs, keep, oldAfterMs } = live.now().backup;
      return { place: backupPlaceName(live.now()), everyMs, keep, oldAfterMs, restoreFault: restoreFault() };
    },
  }),
});

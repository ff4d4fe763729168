import type { Config } from './config.ts';
import type { Clock } from './infra/clock.ts';
import type { Connections } from './infra/database.ts';
import { liveView } from './infra/live-view.ts';
import type { Logger } from './infra/logger.ts';
import type { SigningKey } from './infra/signing-key.ts';
import { archiveDueSince, archiveSome, type ArchiveFiles } from './modules/audit/index.ts';
import type { RetentionDependencies } from './modules/retention/index.ts';
import type { Journal } from './record/journal.ts';

export interface RetentionParts {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
  readonly processName: string;
  readonly sealing: { readonly key: SigningKey; readonly files: ArchiveFiles };
  readonly access: { findTenants(): Promise<readonly { readonly id: string }[]> };
}

export const keptMsOf = ({ retention }: Pick<Config, 'retention'>): RetentionDependencies['keepMs'] => ({
  AUDIT: retention.auditMs,
  SESSIONS: retention.sessionsMs,
  SIGN_IN_LINKS: retention.linksMs,
  APPROVAL_LINKS: retention.linksMs,
  MODEL_CALLS: retention.modelCallsMs,
  TOOL_RESULTS: retention.toolResultsMs,
  IMPORTS: retention.importsMs,
  TOOL_USES: retention.toolUsesMs,
});

/** What is kept for how long, and how the record leaves the log. */
export const retentionOf = (
  /** As it is at the moment when something is done about it. */
  config: () => Config,
  { sealing, access, ...parts }: RetentionParts,
  logger: Logger,
): RetentionDependencies => {
  const archiving = { ...parts, key: sealing.key, files: sealing.files };
  return {
    database: parts.database,
    clock: parts.clock,
    logger,
    keepMs: liveView(() => keptMsOf(config())),
    findTenantIds: async () => (await access.findTenants()).map(({ id }) => id),
    archive: {
      some: (tenantId, keepMs, signal) => archiveSome(archiving, tenantId, keepMs, signal),
      dueSince: (tenantId, keepMs) => archiveDueSince(archiving, tenantId, keepMs),
    },
  };
};

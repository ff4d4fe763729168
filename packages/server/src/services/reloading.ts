import type { LiveConfig } from '../config/live-config.ts';
import type { Clock } from '../infra/clock.ts';
import { changeLevel, type Logger } from '../infra/logger.ts';
import type { AccessService } from '../modules/access/index.ts';
import type { LogOutput } from '../infra/log/log-output.ts';
import {
  createConfigurationService,
  type ConfigurationService,
  type ConfigurationSource,
  type SettingChange,
} from '../modules/configuration/index.ts';
import { noticeHoldMs } from '../modules/notifications/index.ts';
import { platformConfig, type LiveExecutors } from '../platforms/index.ts';
import type { ExecutorStore } from '../record/executor-store.ts';
import type { Journal } from '../record/journal.ts';
import type { NoticeStore } from '../record/notice-store.ts';

/** What a reload is told to, and what may go on after one. */
interface ReloadingDeps {
  readonly live: LiveConfig;
  readonly access: Pick<AccessService, 'findTenants' | 'findFirstTenant'>;
  readonly executors: LiveExecutors;
  readonly executorStore: Pick<ExecutorStore, 'release'>;
  readonly sending: { readonly notices: Pick<NoticeStore, 'retryFailed'> };
  readonly journal: Pick<Journal, 'transaction'>;
  readonly logOutput: Pick<LogOutput, 'change'> | null;
  readonly processName: string;
  readonly clock: Clock;
}

/** What takes up another configuration; null where this process has nowhere to read one. */
export const startReloading = async (
  services: ReloadingDeps,
  source: ConfigurationSource | null,
  logger: Logger,
): Promise<ConfigurationService | null> => {
  const { live, access } = services;
  await live.part({
    name: 'log level',
    of: ({ log }) => log.level,
    make: ({ log }) => log.level,
    take: (level) => {
      changeLevel(logger, level);
    },
  });
  await live.part({
    name: 'log destinations',
    of: ({ log }) => log.destinations,
    make: ({ log }) => log.destinations,
    take: (destinations) => {
      services.logOutput?.change(destinations);
    },
  });
  if (!source) return null;
  return createConfigurationService({
    ...services,
    source,
    findFirstTenant: access.findFirstTenant,
    logger,
    onApplied: (changes) => retryWhatWaits(services, changes),
  });
};

/** What waits because the old secret, host or limit was no good need not wait out its time. */
const retryWhatWaits = async (
  { access, executors, executorStore, journal, sending }: ReloadingDeps,
  changes: readonly SettingChange[],
): Promise<void> => {
  const mayConcern = (beginning: string): boolean => changes.some(({ path }) => path.startsWith(beginning));
  if (mayConcern('secret ') || mayConcern('notifications')) await sending.notices.retryFailed(noticeHoldMs);
  if (!changes.some(({ path }) => isOfPlatforms(path))) return;
  const platforms = executors.health.report().map(({ platform }) => platform);
  for (const platform of platforms) executors.guards.resetBreakers(platform);
  const tenants = await access.findTenants();
  await journal.transaction(async (tx) => {
    for (const { id } of tenants)
      for (const platform of platforms) await executorStore.release(tx, id, platform, releasedWithinMs);
    tx.wake('outbox');
  });
};

const releasedWithinMs = 1_000;

const ofPlatforms: ReadonlySet<string> = new Set([
  'platforms',
  'egress',
  'programs',
  ...Object.keys(platformConfig),
]);

const isOfPlatforms = (path: string): boolean =>
  path.startsWith('secret ') || ofPlatforms.has(path.split('.')[0] ?? '');

import type { Config } from '../config.ts';
import { createLiveConfig, type LiveConfig } from '../config/live-config.ts';
import { openDatabase } from '../database-access.ts';
import type { Clock } from '../infra/clock.ts';
import { createDatabaseClock } from '../infra/database-clock.ts';
import type { CellCipher } from '../infra/cell-cipher.ts';
import type { Database } from '../infra/database.ts';
import { placeOfEmbeddedData } from '../infra/embedded-database.ts';
import { createEgress, endEgress, type Egress, type EgressConfig } from '../infra/egress.ts';
import { liveView } from '../infra/live-view.ts';
import type { Logger } from '../infra/logger.ts';
import { nameProcess } from '../infra/process-name.ts';
import { createSecretRedactor, type SecretRedactor } from '../infra/secret-redactor.ts';
import { createWakeUps, type WakeUps } from '../infra/wakeups.ts';
import { createEventReader, type EventReader } from '../record/event-reader.ts';
import { takeUpLog } from '../record/event-store.ts';
import { suspendGrants } from '../record/grant-store.ts';
import { ensureKeysFit, takeUpKeys } from '../record/encryption-store.ts';
import { createJournal, type Journal } from '../record/journal.ts';
import { findRestoredAt } from '../record/restored.ts';
import { createReadPosition } from '../read-position.ts';
import { version } from '../version.ts';

/** What every other part is made of. */
export interface Foundation {
  /** As it signs its claims, and its spans. */
  readonly processName: string;
  /** As the process was started: for what only a start reads. */
  readonly config: Config;
  /** As it counts, for everything else. */
  readonly live: LiveConfig;
  /** Knows what is secret, and what was. */
  readonly redactor: SecretRedactor;
  /** The way out, under the rules for everybody. */
  readonly egress: Egress;
  readonly logger: Logger;
  /** Disposes what is put there, the last first. */
  readonly stack: AsyncDisposableStack;
  readonly database: Database;
  /** What encrypts payload there. */
  readonly cells: CellCipher;
  /** Of the user who owns the queue and nothing else; null where Redis holds the queue. */
  readonly queueUrl: string | null;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  readonly journal: Journal;
  readonly reader: EventReader;
  /** When it went on from a backup, which happens to no process that runs; null where it never did. */
  readonly restoredAt: Date | null;
}

export const openFoundation = async (
  config: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
  redactor: SecretRedactor = createSecretRedactor(),
): Promise<Foundation> => {
  redactor.know(secretValuesOf(config), 0);
  const { database, cells, queueUrl } = await openDatabase(config, logger, stack, {
    readsHistory: true,
  });
  const live = stack.use(createLiveConfig(config, logger));
  await followKeys(live, database, cells);
  const processName = nameProcess();
  await openTracing({ config, live, processName, redactor, logger, stack });
  const clock = stack.use(await createDatabaseClock(database, logger));
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const journal = createJournal(database, wakeUps, [suspendGrants]);
  const seen = stack.use(createReadPosition(config.home, logger));
  const isEmbedded = config.database.url === null && config.database.given === null;
  await takeUpLog(database, isEmbedded ? placeOfEmbeddedData(config.home) : null, seen.position());
  const reader = stack.use(await createEventReader(database, wakeUps, logger));
  stack.use(reader.onEvents(seen.note));
  const egress = await openEgress(live);
  const restoredAt = await findRestoredAt(database);
  return {
    processName,
    config,
    live,
    redactor,
    egress,
    logger,
    stack,
    database,
    cells,
    queueUrl,
    clock,
    wakeUps,
    journal,
    reader,
    restoredAt,
  };
};

/** Other keys count once it is on record which rows need. */
const followKeys = async (live: LiveConfig, database: Database, cells: CellCipher): Promise<void> => {
  await live.part({
    name: 'encryption',
    of: ({ encryption }) => encryption.keys,
    make: async ({ encryption: { keys } }) => {
      await ensureKeysFit(database, keys);
      return keys;
    },
    settle: (keys) => takeUpKeys(database, keys),
    take: cells.use,
  });
};

/** Nothing of OpenTelemetry's SDK is loaded where nothing is traced. */
const openTracing = async ({
  config: {
    tracing: { endpoint, sampleRatio },
  },
  live,
  processName: instance,
  redactor,
  logger,
  stack,
}: Pick<Foundation, 'config' | 'live' | 'processName' | 'redactor' | 'logger' | 'stack'>): Promise<void> => {
  if (endpoint === null) return;
  const { startTracing } = await import('../infra/tracing-sdk.ts');
  const headers = () => live.now().tracing.headers;
  const tracing = startTracing({ endpoint, sampleRatio, headers, version, instance, redactor, logger });
  // It keeps its own time: a collector that is away makes no part of this process overdue.
  stack.defer(() => tracing[Symbol.asyncDispose]());
};

/** All that must not be told, by whoever it is used. */
export const secretValuesOf = ({ secrets, agents }: Config): readonly string[] => [
  ...Object.values(secrets).map(({ value }) => value),
  ...Object.values(agents.models).flatMap(({ apiKey }) => apiKey ?? []),
];

const openEgress = async (live: LiveConfig): Promise<Egress> =>
  liveView(
    await live.part({
      name: 'way out',
      of: ({ executors }) => executors.egress,
      make: ({ executors }) => createEgress(executors.egress as EgressConfig),
      // What is on its way is waited for.
      end: endEgress,
    }),
  );

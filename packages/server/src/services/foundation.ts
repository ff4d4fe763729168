import type { Config } from '../config.ts';
import { openDatabase } from '../database-access.ts';
import type { Clock } from '../infra/clock.ts';
import { createDatabaseClock } from '../infra/database-clock.ts';
import type { Database } from '../infra/database.ts';
import { placeOfEmbeddedData } from '../infra/embedded-database.ts';
import type { Logger } from '../infra/logger.ts';
import { createWakeUps, type WakeUps } from '../infra/wakeups.ts';
import { createEventReader, type EventReader } from '../record/event-reader.ts';
import { takeUpLog } from '../record/event-store.ts';
import { suspendGrants } from '../record/grant-store.ts';
import { createJournal, type Journal } from '../record/journal.ts';
import { createSeenLog } from '../seen-log.ts';

/** What every other part is made of. */
export interface Foundation {
  readonly config: Config;
  readonly logger: Logger;
  /** Disposes what is put there, the last first. */
  readonly stack: AsyncDisposableStack;
  readonly database: Database;
  /** Of the user who owns the queue and nothing else; null where Redis holds the queue. */
  readonly queueUrl: string | null;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  readonly journal: Journal;
  readonly reader: EventReader;
}

export const openFoundation = async (
  config: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<Foundation> => {
  const { database, queueUrl } = await openDatabase(config, logger, stack);
  const clock = stack.use(await createDatabaseClock(database, logger));
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const journal = createJournal(database, wakeUps, [suspendGrants]);
  const seen = stack.use(createSeenLog(config.home));
  const isEmbedded = config.database.url === null && config.database.given === null;
  await takeUpLog(database, isEmbedded ? placeOfEmbeddedData(config.home) : null, seen.position());
  const reader = stack.use(await createEventReader(database, wakeUps, logger));
  stack.use(reader.onEvents(seen.note));
  return { config, logger, stack, database, queueUrl, clock, wakeUps, journal, reader };
};

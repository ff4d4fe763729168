import { resolve } from 'node:path';
import {
  findEmbeddedPostgres,
  placeOfData,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@countersign/postgres/embedded-postgres';
import { hasPostgresPrograms } from '@countersign/postgres/postgres-programs';
import { claimFolder } from './claimed-folder.ts';
import type { Logger } from './logger.ts';

/** Of the database and of its owner, who may migrate. */
const name = 'countersign';

/** Where the data of an installation lies that has no database of somebody else. */
export const embeddedDataFolder = (home: string): string => resolve(home, 'postgres');

/** Whether this process has the programs for one. */
export const canEmbedDatabase = (): boolean => hasPostgresPrograms();

/** The database of this installation in its home, until it is disposed. Faults an operator can mend are one sentence. */
export const startEmbeddedDatabase = async (home: string, logger: Logger): Promise<EmbeddedPostgres> => {
  const folder = embeddedDataFolder(home);
  await using started = new AsyncDisposableStack();
  started.use(claimFolder(folder));
  const { connectionString } = started.use(await startEmbeddedPostgres({ folder, name, logger }));
  const running = started.move();
  return { connectionString, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** The connection string of one that runs already; null where none answers there. */
export const findEmbeddedDatabase = (home: string): Promise<string | null> =>
  findEmbeddedPostgres(embeddedDataFolder(home), name);

/** Tells the data of this installation from a copy of it, wherever that is put; null where there is none yet. */
export const placeOfEmbeddedData = (home: string): string | null => placeOfData(embeddedDataFolder(home));

import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from './domain/events.ts';
import { readCursor } from './domain/log-cursor.ts';
import { writeDurably } from './infra/durable-files.ts';
import type { Logger } from './infra/logger.ts';
import { startLoop } from './infra/loop.ts';

/**
 * How far this installation has read the log, kept beside the database: a database that knows less was set
 * back to an earlier copy.
 */
export interface ReadPosition extends AsyncDisposable {
  /** Null where nothing was kept. */
  position(): bigint | null;
  note(this: void, events: readonly Pick<Event, 'seq'>[]): void;
}

const saveEveryMs = 5_000;

export const createReadPosition = (home: string, logger: Logger): ReadPosition => {
  const file = join(home, 'log-position');
  let [seen, saved] = [0n, 0n];

  const save = async (): Promise<void> => {
    const position = seen;
    if (position === saved) return;
    try {
      await mkdir(home, { recursive: true });
      // A file that is half written says nothing.
      await writeDurably(file, position.toString());
      saved = position;
    } catch {
      // Then the next start has only the database's own word.
    }
  };
  const round = async (): Promise<number> => {
    await save();
    return saveEveryMs;
  };
  const loop = startLoop({ name: 'log position', round, idleMs: saveEveryMs, logger });
  return {
    position() {
      try {
        const text = readFileSync(file, 'utf8');
        return readCursor(text)?.seq ?? null;
      } catch {
        return null;
      }
    },
    note(events) {
      seen = events.at(-1)?.seq ?? seen;
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await save();
    },
  };
};

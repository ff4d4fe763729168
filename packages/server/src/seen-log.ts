import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from './domain/events.ts';
import { readCursor } from './domain/log-cursor.ts';
import { writeDurablySync } from './infra/durable-files.ts';

/**
 * How far this installation has read the log, kept beside the database: a database that knows less was set
 * back to an earlier copy.
 */
export interface SeenLog extends Disposable {
  /** Null where nothing was kept. */
  position(): bigint | null;
  note(this: void, events: readonly Pick<Event, 'seq'>[]): void;
}

const saveEveryMs = 5_000;

export const createSeenLog = (home: string): SeenLog => {
  const file = join(home, 'log-position');
  let [seen, saved] = [0n, 0n];

  const save = (): void => {
    if (seen === saved) return;
    try {
      mkdirSync(home, { recursive: true });
      // A file that is half written says nothing.
      writeDurablySync(file, seen.toString());
      saved = seen;
    } catch {
      // Then the next start has only the database's own word.
    }
  };
  const saving = setInterval(save, saveEveryMs);
  saving.unref();
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
    [Symbol.dispose]() {
      clearInterval(saving);
      save();
    },
  };
};

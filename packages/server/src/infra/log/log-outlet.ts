import type { Writable } from 'node:stream';
import { endsWithin } from '../ending-stack.ts';

/** Where lines go in the end: a file, a collector. One write at a time. */
export interface LogSink {
  /** Rejects where they were not taken; then all of them are given again. */
  write(lines: readonly string[]): Promise<void>;
  /** Lets go of what is open; a write opens it anew. */
  close(): void;
}

/** Until a stream took it; rejects where it broke or was closed meanwhile. */
export const writtenTo = (stream: Writable, texts: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const onClose = (): void => {
      reject(stream.errored ?? new Error('It was closed.'));
    };
    stream.once('close', onClose);
    const onWritten = (error: Error | null | undefined): void => {
      stream.off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    stream.cork();
    texts.forEach((text, index) => stream.write(text, index === texts.length - 1 ? onWritten : undefined));
    stream.uncork();
  });

/** What became of a destination, for whoever reads the others. */
export type LogNews = (news: {
  readonly destination: string;
  readonly isBack: boolean;
  /** Lines that it never got since it was last heard of. */
  readonly dropped: number;
  readonly error?: unknown;
}) => void;

/** A sink behind a bounded buffer: whoever writes never waits. */
export interface LogOutlet {
  write(line: string): void;
  /** Lines that it never got, so far. */
  readonly dropped: () => number;
  /** Takes no more, and has so long for what waits. */
  end(timeMs: number): Promise<void>;
}

interface OutletTerms {
  /** Characters that may wait. */
  readonly most: number;
  /** A write that takes longer came to nothing. */
  readonly patienceMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

const ownTerms: OutletTerms = {
  most: 8 * 1024 * 1024,
  patienceMs: 10_000,
  firstRetryMs: 100,
  longestRetryMs: 15_000,
};

/** So many lines are given to a sink at a time. */
const mostLines = 1_024;

/** Lines that wait, and a count of those that had no room. */
const createWaiting = (most: number) => {
  const lines: string[] = [];
  let length = 0;
  let dropped = 0;
  let untold = 0;
  const drop = (count: number): void => {
    dropped += count;
    untold += count;
  };
  return {
    take(line: string): void {
      if (length + line.length > most) {
        drop(1);
        return;
      }
      lines.push(line);
      length += line.length;
    },
    first: (): readonly string[] => lines.slice(0, mostLines),
    isEmpty: (): boolean => lines.length === 0,
    hasRoom: (): boolean => length <= most / 2,
    /** The first ones are where they should be. */
    leave(count: number): void {
      for (const line of lines.splice(0, count)) length -= line.length;
    },
    drop,
    dropAll: (): void => {
      drop(lines.splice(0).length);
    },
    dropped: (): number => dropped,
    untold: (): number => untold,
    told(): void {
      untold = 0;
    },
  };
};

type Waiting = ReturnType<typeof createWaiting>;

/** Says that a destination is away, and that it is back or had no room for a while. */
const createTelling = (destination: string, waiting: Waiting, news: LogNews) => {
  let isAway = false;
  return {
    away(error: unknown): void {
      if (isAway) return;
      isAway = true;
      news({ destination, isBack: false, dropped: waiting.untold(), error });
    },
    /** Once there is room again, so that the news finds some, too. */
    took(): void {
      if ((!isAway && waiting.untold() === 0) || !waiting.hasRoom()) return;
      const dropped = waiting.untold();
      isAway = false;
      waiting.told();
      news({ destination, isBack: true, dropped });
    },
  };
};

export const createLogOutlet = (
  destination: string,
  sink: LogSink,
  news: LogNews,
  { most, patienceMs, firstRetryMs, longestRetryMs }: OutletTerms = ownTerms,
): LogOutlet => {
  const waiting = createWaiting(most);
  const telling = createTelling(destination, waiting, news);
  let retryMs = firstRetryMs;
  let pumping: Promise<void> | null = null;
  let isEnding = false;
  let isOver = false;
  let wake = (): void => undefined;

  const giveFirst = async (): Promise<void> => {
    const lines = waiting.first();
    if (!(await endsWithin(patienceMs, sink.write(lines)))) throw new Error('It takes nothing.');
    waiting.leave(lines.length);
  };

  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, isEnding ? firstRetryMs : retryMs).unref();
    });
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  };

  const pump = async (): Promise<void> => {
    // What is said in one turn goes together.
    await Promise.resolve();
    while (!waiting.isEmpty() && !isOver) {
      try {
        await giveFirst();
        retryMs = firstRetryMs;
        telling.took();
      } catch (error) {
        sink.close();
        telling.away(error);
        await pause();
      }
    }
    pumping = null;
  };

  return {
    write(line) {
      if (isEnding) waiting.drop(1);
      else waiting.take(line);
      if (!waiting.isEmpty()) pumping ??= pump();
    },
    dropped: waiting.dropped,
    async end(timeMs) {
      isEnding = true;
      wake();
      if (pumping) await endsWithin(timeMs, pumping);
      isOver = true;
      wake();
      waiting.dropAll();
      sink.close();
    },
  };
};

import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinalStatus } from '@countersign/shared';
import type { Clock } from '../../infra/clock.ts';
import { writeDurably } from '../../infra/durable-files.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop, type Loop } from '../../infra/loop.ts';
import { followIntent, handIn, type HandleDeps, type Handed } from './handle-intent.ts';
import { createClaims, type Claim } from './intent-claims.ts';
import { codeOfStatus, codeOfSystemError, intentCodes, type IntentCode } from './intent-codes.ts';
import { cleanUp, makeFolders, moveInto, readBounded, type IntentFolders } from './intent-folders.ts';
import type { IntentStatus } from './intent-status.ts';

/** Told what becomes of files, to count it. */
export interface IntentObserver {
  onDone(status: string, durationMs: number): void;
  onError(code: IntentCode): void;
  onFile(operation: 'move_processed' | 'move_failed' | 'cleanup', count?: number): void;
}

export interface IntentsDeps extends HandleDeps {
  readonly folders: IntentFolders;
  /** Files that are read and submitted at once. */
  readonly workers: number;
  readonly debounceMs: number;
  readonly lostAfterMs: number;
  /** How long what is done with is kept. */
  readonly cleanupAfterMs: number;
  /** The wait before a first further try; each has twice as long, up to five minutes. */
  readonly retryDelayMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts what becomes of files. */
  readonly observer: IntentObserver;
}

/** Files under way at one node: the others stay where they were dropped. */
const mostUnderWay = 512;
/** Tries to submit one that is refused for now. */
const mostTries = 10;
const longestDelayMs = 300_000;
const cleanUpEveryMs = 3_600_000;
const mostCleaned = 10_000;
const processedBy = 'countersign';

/** One file under way: with what it was last said of it. */
interface UnderWay extends Claim {
  readonly startedAt: number;
  workerId: number;
  told: string;
}

/**
 * The hand-off directory: files that are dropped there become tasks by the same command as through every other door,
 * and their status files say what becomes of them. `fs.watch` only wakes; what lies there is looked at again and again.
 */
export const startIntentsDoor = (deps: IntentsDeps): AsyncDisposable => {
  const { folders, debounceMs, logger } = deps;
  const stopping = new AbortController();
  const tellOfFile = alarm(deps);
  const claims = createClaims({
    ...deps,
    handoff: folders.handoff,
    onFault: (error) => {
      tellOfFile(error);
    },
  });
  const underWay = new Map<string, Promise<void>>();
  const free = Array.from({ length: deps.workers }, (_, id) => id);
  const waiting: ((workerId: number) => void)[] = [];
  const workers: Workers = {
    acquire: () => {
      const id = free.pop();
      return id === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(id);
    },
    release: (id) => {
      const next = waiting.shift();
      if (next) next(id);
      else free.push(id);
    },
  };
  const tell = alarm(deps);
  const cleaning = { dueAt: performance.now() };
  const round = async (): Promise<number> => {
    try {
      await makeFolders(folders);
      for (const claim of await claims.take(mostUnderWay - underWay.size)) {
        const file = { ...claim, startedAt: performance.now(), workerId: 0, told: '' };
        const handling = handle(deps, workers, file, stopping.signal)
          .catch((error: unknown) => logger.error({ err: error, file: claim.name }, 'an intent is left'))
          .finally(() => underWay.delete(claim.id));
        underWay.set(claim.id, handling);
      }
      await cleanInTurn(deps, cleaning);
      tell(null);
    } catch (error) {
      tell(error);
    }
    return debounceMs;
  };
  const loop = startLoop({ name: 'intents', round, idleMs: debounceMs, logger });
  loop.wake();
  const watching = wakeByWatching(folders.handoff, loop);
  return {
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      stopping.abort();
      await loop[Symbol.asyncDispose]();
      await Promise.all(underWay.values());
      await claims.leave().catch(() => undefined);
    },
  };
};

interface Workers {
  /** Resolves with the number of one that is free. */
  acquire(): Promise<number>;
  release(workerId: number): void;
}

/** What keeps the directory from being worked on is said once, until it is another thing. */
const alarm = ({ logger, observer }: IntentsDeps) => {
  let last: string | null = null;
  return (error: unknown): void => {
    const code = error === null ? null : codeOfSystemError(error);
    const now = error === null ? null : error instanceof Error ? error.message : 'unknown';
    if (now !== last && code !== null) observer.onError(code);
    if (now !== last && now !== null)
      logger.error(
        { err: error, code, action: code && intentCodes[code].action },
        'intent files are not taken',
      );
    last = now;
  };
};

const wakeByWatching = (folder: string, loop: Loop): Disposable => {
  try {
    const watcher = watch(folder, () => loop.wake());
    watcher.on('error', () => undefined);
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    // It is not there yet, or cannot be watched: it is looked at anyway.
    return { [Symbol.dispose]: () => undefined };
  }
};

const cleanInTurn = async (
  { folders, cleanupAfterMs, clock, observer }: IntentsDeps,
  cleaning: { dueAt: number },
): Promise<void> => {
  if (performance.now() < cleaning.dueAt) return;
  cleaning.dueAt = performance.now() + Math.min(cleanUpEveryMs, cleanupAfterMs);
  const before = clock.now().getTime() - cleanupAfterMs;
  const done = [folders.processed, folders.failed, folders.status];
  const count = await cleanUp(done, (changed) => changed.getTime() < before, mostCleaned);
  if (count > 0) observer.onFile('cleanup', count);
};

/** Takes one file from its claim to its end. What keeps it from being told of is tried again: nothing is given up. */
const handle = async (
  deps: IntentsDeps,
  workers: Workers,
  file: UnderWay,
  signal: AbortSignal,
): Promise<void> => {
  for (let tries = 1; !signal.aborted; tries += 1) {
    const handed = await persist(deps, file, signal, () => withWorker(deps, workers, file, signal));
    if (handed === null) return;
    if (handed.kind === 'TASK') return void (await follow(deps, file, handed.taskId, signal));
    if (handed.kind === 'ENDED' || tries >= mostTries)
      return void (await finish(deps, file, handed.status, signal));
    const delayMs = Math.min(longestDelayMs, handed.afterMs ?? deps.retryDelayMs * 2 ** (tries - 1));
    const nextAt = new Date(deps.clock.now().getTime() + delayMs);
    const status = { ...handed.status, retry_count: tries - 1, next_retry: nextAt.toISOString() };
    await persist(deps, file, signal, () => write(deps, file, status));
    await sleep(delayMs, null, { signal }).catch(() => null);
  }
};

const withWorker = async (
  deps: IntentsDeps,
  workers: Workers,
  file: UnderWay,
  signal: AbortSignal,
): Promise<Handed | null> => {
  file.workerId = await workers.acquire();
  try {
    return signal.aborted ? null : await handIn(deps, file);
  } finally {
    workers.release(file.workerId);
  }
};

const follow = async (
  deps: IntentsDeps,
  file: UnderWay,
  taskId: string,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      for await (const { task, status } of followIntent(deps, taskId, signal)) {
        if (isFinalStatus(task.status)) return void (await finish(deps, file, status, signal));
        await persist(deps, file, signal, () => write(deps, file, status));
      }
    } catch (error) {
      // The database is away: the task goes on all the same, and so does its status once it is back.
      deps.logger.warn({ err: error, file: file.name, taskId }, 'an intent waits to be followed further');
    }
    await sleep(deps.retryDelayMs, null, { signal }).catch(() => null);
  }
};

const finish = async (
  deps: IntentsDeps,
  file: UnderWay,
  status: IntentStatus,
  signal: AbortSignal,
): Promise<void> => {
  const { processed, failed } = deps.folders;
  const isDone = status.status === 'success';
  const isMoved = await persist(deps, file, signal, async () => {
    await write(deps, file, status);
    return moveInto(file.path, isDone ? processed : failed, file.name);
  });
  if (isMoved !== true) return;
  const code = codeOfStatus(status.error_details?.error_code);
  if (code !== null) deps.observer.onError(code);
  deps.observer.onFile(isDone ? 'move_processed' : 'move_failed');
  deps.observer.onDone(status.status, performance.now() - file.startedAt);
};

/** Until it works: a disk that is full now has room later. Null where the process stops, or the file is gone. */
const persist = async <Value>(
  { retryDelayMs, logger, observer }: IntentsDeps,
  file: UnderWay,
  signal: AbortSignal,
  act: () => Promise<Value>,
): Promise<Value | null> => {
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const code = codeOfSystemError(error);
      if (code !== null && (await isGone(file))) return null;
      if (code !== null) observer.onError(code);
      logger.error(
        { err: error, file: file.name, code, action: code && intentCodes[code].action },
        'an intent waits to be gone on with',
      );
      await sleep(Math.min(60_000, retryDelayMs * 2 ** Math.min(tries, 10)), null, { signal }).catch(
        () => null,
      );
    }
  }
  return null;
};

/** Another node took us for gone, and has it. */
const isGone = async ({ path }: Claim): Promise<boolean> => {
  try {
    await readBounded(path, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
};

const write = async (
  { folders, clock }: IntentsDeps,
  file: UnderWay,
  status: IntentStatus,
): Promise<void> => {
  const said = JSON.stringify(status);
  if (said === file.told) return;
  const whole = {
    intent_file: file.name,
    ...status,
    timestamp: clock.now().toISOString(),
    processed_by: processedBy,
    worker_id: file.workerId,
    processing_duration: `${((performance.now() - file.startedAt) / 1_000).toFixed(2)}s`,
  };
  await writeDurably(
    join(folders.status, `${file.name}.status`),
    `${JSON.stringify(whole, null, 2)}\n`,
    0o644,
  );
  file.told = said;
};

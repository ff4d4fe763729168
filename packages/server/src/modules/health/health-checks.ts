import type { HealthStatus } from '@countersign/shared';
import type { Logger } from '../../infra/logger.ts';
import { startLateTimer } from '../../infra/late-timer.ts';
import { createSharedRead } from '../../infra/shared-read.ts';

/** One question about what this process needs. */
export interface CheckSource {
  readonly name: string;
  /** Whether this process can take no work at all while it fails. */
  readonly isVital: boolean;
  /** Rejects where something is wrong; only a HealthFault's message is shown. */
  readonly run: () => Promise<void>;
}

export interface HealthCheck {
  readonly name: string;
  readonly isVital: boolean;
  /** DOWN where a vital check failed, DEGRADED where another did. */
  readonly status: HealthStatus;
  /** What is wrong, in words that a signed-in viewer may read. */
  readonly message: string | null;
}

/** Something wrong that can be told as it is. */
export class HealthFault extends Error {
  override readonly name = 'HealthFault';
}

const timeLimitMs = 1_000;
const keptMs = 500;

/** Asks all at once, each for a second at most; the answers serve every caller of half a second. */
export const createChecks = (
  sources: readonly CheckSource[],
  logger: Logger,
): (() => Promise<readonly HealthCheck[]>) => {
  const checks = sources.map((source) => createCheck(source, logger));
  return createSharedRead(() => Promise.all(checks.map((check) => check())), keptMs, keptMs);
};

const createCheck = ({ name, isVital, run }: CheckSource, logger: Logger): (() => Promise<HealthCheck>) => {
  let underWay: Promise<void> | undefined;
  let wasHealthy = true;
  const failed = (error: unknown): HealthCheck => {
    const told = error instanceof HealthFault ? error.message : null;
    // A probe asks every few seconds: only the first failure is news.
    if (wasHealthy)
      logger.warn(
        { check: name, ...(told === null ? { err: error } : { reason: told }) },
        'a health check failed',
      );
    wasHealthy = false;
    const message = told ?? 'It does not work; the log of the server says why.';
    return { name, isVital, status: isVital ? 'DOWN' : 'DEGRADED', message };
  };
  return async () => {
    // What hangs is not asked again: it would only pile up.
    underWay ??= run().finally(() => {
      underWay = undefined;
    });
    try {
      await within(underWay, timeLimitMs);
    } catch (error) {
      return failed(error);
    }
    if (!wasHealthy) logger.info({ check: name }, 'a health check passes again');
    wasHealthy = true;
    return { name, isVital, status: 'HEALTHY', message: null };
  };
};

/** What a loop that is held for longer counts of the time: it has not heard the answer, which may be there. */
const sliceMs = 100;

/** @throws HealthFault where it takes longer, while this process would have heard the answer. */
export const within = async <Value>(work: Promise<Value>, limitMs: number): Promise<Value> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const wait = (leftMs: number): Disposable =>
    startLateTimer(Math.min(sliceMs, leftMs), () => {
      if (leftMs > sliceMs) timer = wait(leftMs - sliceMs);
      else reject(new HealthFault(`It gave no answer within ${limitMs} ms.`));
    });
  let timer = wait(limitMs);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer[Symbol.dispose]();
  }
};

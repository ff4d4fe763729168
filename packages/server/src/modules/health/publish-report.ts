import type { KnownKey } from '../../infra/cell-cipher.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { ExecutorHealthMonitor } from '../../platforms/index.ts';
import { within } from './health-checks.ts';
import type { ProcessReportStore } from '../../record/process-report-store.ts';
import { keptWords, type ProcessReport } from './process-report.ts';

export interface PublishDependencies {
  readonly store: ProcessReportStore;
  /** The process's. */
  readonly name: string;
  readonly own: () => Promise<ProcessReport>;
  readonly encryptsWith: () => KnownKey | null;
  readonly executors: Pick<ExecutorHealthMonitor, 'onChange'>;
  /** Tells whoever follows, on this node and the others, that a platform's status changed. */
  readonly notify: () => void;
  readonly logger: Logger;
}

const everyMs = 5_000;
/** Two reports may be late or lost before a process counts as dead. */
const livesMs = 15_000;
const goodbyeMs = 500;

/** Writes what this process sees where the others read it: every few seconds, and when a platform's status changes. */
export const publishReport = (deps: PublishDependencies): AsyncDisposable => {
  const { store, name, own, encryptsWith, executors, notify, logger } = deps;
  let isNews = false;
  const loop = startLoop({
    name: 'process report',
    idleMs: everyMs,
    logger,
    round: async () => {
      const wasNews = isNews;
      isNews = false;
      const report = await own();
      await store.save({ ...report, report: keptWords(report) }, livesMs, encryptsWith());
      if (wasNews) notify();
      return everyMs;
    },
  });
  const leave = executors.onChange(() => {
    isNews = true;
    loop.wake();
  });
  loop.wake();
  return {
    async [Symbol.asyncDispose]() {
      leave();
      const goodbye = async (): Promise<void> => {
        await loop[Symbol.asyncDispose]();
        await store.remove(name);
      };
      // Whoever cannot say goodbye is gone a little later.
      await within(goodbye(), goodbyeMs).catch(() => undefined);
    },
  };
};

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Logger } from '../../infra/logger.ts';

/** Counts what becomes of files that are handed in. */
export interface IntentObserver {
  /** A file is done with. */
  onDone(status: string, durationMs: number): void;
  /** By a code of the format, E001 to E012. */
  onError(code: string): void;
  onFile(operation: IntentFileOperation, count?: number): void;
}

export type IntentFileOperation = 'move_processed' | 'move_failed' | 'cleanup';
export type CountFiles = () => Promise<Readonly<Record<'handoff' | 'processed' | 'failed', number>>>;

const statuses = ['success', 'failed', 'timeout', 'skipped'] as const;
const operations = ['move_processed', 'move_failed', 'cleanup'] as const;
const codes = Array.from({ length: 12 }, (_, index) => `E${String(index + 1).padStart(3, '0')}`);
/** Seconds. */
const buckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

export const createIntentMetrics = (
  registry: Registry,
  countFiles: CountFiles,
  logger: Logger,
): IntentObserver => {
  const registers = [registry];
  const done = new Counter({
    registers,
    name: 'countersign_intents_total',
    help: 'Intent files that are done with.',
    labelNames: ['status'],
  });
  const durations = new Histogram({
    registers,
    name: 'countersign_intent_duration_seconds',
    help: 'From the moment an intent file is taken to the end of its task.',
    buckets,
  });
  const errors = new Counter({
    registers,
    name: 'countersign_intent_errors_total',
    help: 'What went wrong with intent files and their folders, by the codes of their status files.',
    labelNames: ['code'],
  });
  const files = new Counter({
    registers,
    name: 'countersign_intent_file_operations_total',
    help: 'Intent files that were moved, and old files that were removed.',
    labelNames: ['operation'],
  });
  statuses.forEach((status) => done.inc({ status }, 0));
  operations.forEach((operation) => files.inc({ operation }, 0));
  codes.forEach((code) => errors.inc({ code }, 0));
  addFilesGauge(registry, countFiles, logger);
  return {
    onDone(status, durationMs) {
      done.inc({ status });
      durations.observe(durationMs / 1_000);
    },
    onError(code) {
      errors.inc({ code });
    },
    onFile(operation, count = 1) {
      files.inc({ operation }, count);
    },
  };
};

const addFilesGauge = (registry: Registry, countFiles: CountFiles, logger: Logger): void => {
  const name = 'countersign_intent_files';
  const lying = new Gauge({
    registers: [registry],
    name,
    help: 'Intent files that lie in a folder, counted up to 10,000.',
    labelNames: ['directory'],
    async collect() {
      lying.reset();
      try {
        for (const [directory, count] of Object.entries(await countFiles())) lying.set({ directory }, count);
      } catch (error) {
        logger.warn({ err: error, metric: name }, 'a metric could not be read');
      }
    },
  });
};

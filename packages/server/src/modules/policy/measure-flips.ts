import { createFlipTally, type Comparison, type FlipReport } from '../../domain/policy-flips.ts';
import type { PastRange, PolicyPast } from '../../record/policy-past.ts';
import type { KeptRules } from './kept-rules.ts';
import type { ComparedDecision } from './policy-thread-work.ts';
import type { PolicyThreads } from './policy-threads.ts';

export interface MeasureDependencies {
  readonly past: Pick<PolicyPast, 'sample' | 'find'>;
  readonly threads: Pick<PolicyThreads, 'compare'>;
}

/** Decisions that a thread is given at once; what they hold is bounded by what a plan may hold. */
const pageSize = 50;

export interface Measuring {
  readonly tenantId: string;
  readonly before: KeptRules;
  readonly after: KeptRules;
  readonly range: PastRange;
  /** Of the range, as `sample` chooses them. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** What has come of it so far; false ends it. */
  readonly onProgress?: (report: FlipReport) => Promise<boolean>;
}

/** Runs rules over recorded decisions. Null where they did not answer in time, or nobody wants to know any more. */
export const measureFlips = async (
  { past, threads }: MeasureDependencies,
  { tenantId, before, after, range, most, signal, onProgress }: Measuring,
): Promise<FlipReport | null> => {
  const tally = createFlipTally();
  const ids = await past.sample(tenantId, range, most);
  for (let at = 0; at < ids.length; at += pageSize) {
    const page = await past.find(tenantId, ids.slice(at, at + pageSize));
    const comparisons = await inTime(threads.compare(before, after, page, signal));
    if (!comparisons) return null;
    tally.add(comparisons);
    if (onProgress && !(await onProgress(tally.report()))) return null;
  }
  return tally.report();
};

/** Compares decisions that are at hand, page by page. Null where the rules did not answer in time. */
export const compareAll = async (
  { threads }: Pick<MeasureDependencies, 'threads'>,
  { before, after, signal }: Pick<Measuring, 'before' | 'after' | 'signal'>,
  decisions: readonly ComparedDecision[],
): Promise<readonly Comparison[] | null> => {
  const compared: Comparison[] = [];
  for (let at = 0; at < decisions.length; at += pageSize) {
    const page = decisions.slice(at, at + pageSize);
    const comparisons = await inTime(threads.compare(before, after, page, signal));
    if (!comparisons) return null;
    compared.push(...comparisons);
  }
  return compared;
};

/** Null where the caller's time was over; whatever else ended it is thrown. */
const inTime = <Value>(work: Promise<Value | null>): Promise<Value | null> =>
  work.catch((error: unknown) => {
    if (error instanceof Error && error.name === 'TimeoutError') return null;
    throw error;
  });

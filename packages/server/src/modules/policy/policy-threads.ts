import type { PolicyAnswer } from '../../domain/decision.ts';
import type { Comparison } from '../../domain/policy-flips.ts';
import { createWorkerPool } from '../../infra/worker-pool.ts';
import type { KeptRules } from './kept-rules.ts';
import type { PolicyRule } from './policy-catalogue.ts';
import type {
  CheckReport,
  ComparedDecision,
  StoredInput,
  ThreadAnswer,
  ThreadJob,
} from './policy-thread-work.ts';

/** Threads on which rules are run that may be anybody's: what hangs is ended, and holds up nobody. */
export interface PolicyThreads extends AsyncDisposable {
  /** Null where they did not answer in time. */
  ask(
    rules: KeptRules,
    inputs: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly PolicyAnswer[] | null>;
  describe(rules: KeptRules): Promise<readonly PolicyRule[] | null>;
  check(rules: KeptRules, inputs: readonly StoredInput[]): Promise<CheckReport | null>;
  compare(
    before: KeptRules,
    after: KeptRules,
    decisions: readonly ComparedDecision[],
    signal: AbortSignal,
  ): Promise<readonly Comparison[] | null>;
}

const memoryMb = 256;
const never = new AbortController().signal;

export const createPolicyThreads = (timeoutMs: number): PolicyThreads => {
  const pool = createWorkerPool<ThreadJob, ThreadAnswer>({
    module: new URL('./policy-thread.ts', import.meta.url),
    timeoutMs,
    memoryMb,
  });
  const run = async <Kind extends ThreadJob['kind']>(
    job: Extract<ThreadJob, { kind: Kind }>,
    signal = never,
  ): Promise<Extract<ThreadAnswer, { kind: Kind }> | null> =>
    (await pool.run(job, signal)) as Extract<ThreadAnswer, { kind: Kind }> | null;
  return {
    ask: async (rules, inputs, signal) =>
      (await run({ kind: 'ASK', rules, inputs }, signal))?.answers ?? null,
    describe: async (rules) => (await run({ kind: 'DESCRIBE', rules }))?.rules ?? null,
    check: async (rules, inputs) => (await run({ kind: 'CHECK', rules, inputs }))?.report ?? null,
    compare: async (before, after, decisions, signal) =>
      (await run({ kind: 'COMPARE', before, after, decisions }, signal))?.comparisons ?? null,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
};

import { LRUCache } from 'lru-cache';
import type { MadeDecision } from '../../domain/decision.ts';
import type { Event } from '../../domain/events.ts';
import { createFlipTally } from '../../domain/policy-flips.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { Journal } from '../../record/journal.ts';
import type { PolicyVersionStore, ShadowedVersion } from '../../record/policy-version-store.ts';
import type { KeptBundles } from './kept-bundles.ts';
import type { ComparedDecision } from './policy-thread-work.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { versionOf } from './policy-version.ts';

/** Evaluates versions beside what decides, on a sample of what is decided. Nothing ever acts on it. */
export interface PolicyShadow extends AsyncDisposable {
  /** Costs a decision nothing but a place in a short list; beyond that it is skipped. */
  noteDecision(taskId: string, revision: number, tenantId: string, made: MadeDecision): void;
  note(events: readonly Event[]): void;
}

export interface ShadowDependencies {
  readonly versions: PolicyVersionStore;
  readonly kept: KeptBundles;
  readonly threads: Pick<PolicyThreads, 'compare'>;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly logger: Logger;
}

const everyMs = 1_000;
/** Decisions of a tenant that are looked at in one round. */
const sampleSize = 50;
const rememberedTasks = 2_000;

interface Sampled extends Pick<MadeDecision, 'bundleHash'> {
  readonly taskId: string;
  readonly revision: number;
  readonly made: MadeDecision;
}

export const createPolicyShadow = (deps: ShadowDependencies): PolicyShadow => {
  let shadowed: ReadonlyMap<string, ShadowedVersion> = new Map();
  let isStale = true;
  const samples = new Map<string, { taken: Sampled[]; skipped: number }>();
  const seen = new LRUCache<string, true>({ max: rememberedTasks });
  const stop = new AbortController();

  const look = async (): Promise<void> => {
    if (!isStale) return;
    isStale = false;
    try {
      const found = await deps.versions.findShadowed();
      shadowed = new Map(found.map((version) => [version.tenantId, version]));
    } catch (error) {
      isStale = true;
      throw error;
    }
  };

  const round = async (): Promise<number> => {
    await look();
    for (const [tenantId, { taken, skipped }] of samples) {
      samples.delete(tenantId);
      const version = shadowed.get(tenantId);
      if (version) await compareSample(deps, version, taken, skipped, stop.signal);
    }
    return shadowed.size > 0 ? everyMs : idleMs;
  };
  const loop = startLoop({ name: 'policy shadow', round, idleMs: everyMs, logger: deps.logger });

  return {
    noteDecision(taskId, revision, tenantId, made) {
      const version = shadowed.get(tenantId);
      if (!version) return;
      const key = `${version.id} ${taskId} ${revision}`;
      if (seen.get(key)) return;
      seen.set(key, true);
      const sample = samples.get(tenantId) ?? { taken: [], skipped: 0 };
      samples.set(tenantId, sample);
      if (sample.taken.length < sampleSize)
        sample.taken.push({ taskId, revision, made, bundleHash: made.bundleHash });
      else sample.skipped += 1;
    },
    note(events) {
      if (!events.some(({ type }) => changing.has(type))) return;
      isStale = true;
      loop.wake();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};

const idleMs = 30_000;
const changing: ReadonlySet<string> = new Set(['policy.shadowed', 'policy.published', 'policy.discarded']);

/** What of a decision a thread needs, as the record would have it. */
const comparedOf = ({ taskId, revision, made }: Sampled): ComparedDecision => ({
  taskId,
  revision,
  bundleHash: made.bundleHash,
  outcome: made.decision.outcome,
  reasons: JSON.stringify(made.decision.reasons),
  holds: JSON.stringify(made.decision.holds ?? []),
  input: JSON.stringify(made.input),
  context: JSON.stringify(made.context),
});

const compareSample = async (
  { kept, threads, versions, journal }: ShadowDependencies,
  { id, tenantId, bundleHash }: ShadowedVersion,
  sample: readonly Sampled[],
  skipped: number,
  signal: AbortSignal,
): Promise<void> => {
  const after = await kept.find(bundleHash);
  if (!after) return;
  const groups = await Promise.all(
    [...Map.groupBy(sample, (each) => each.bundleHash)].map(async ([inForce, decisions]) => {
      const before = await kept.find(inForce);
      return before && (await threads.compare(before, after, decisions.map(comparedOf), signal));
    }),
  );
  const comparisons = groups.flatMap((group) => group ?? []);
  await journal.transaction(async (tx) => {
    await versions.lock(tx, tenantId);
    const found = await versions.find(tx, tenantId, id);
    if (!found?.shadowSince) return;
    const version = versionOf(found);
    const tally = createFlipTally(version.shadow);
    tally.add(comparisons);
    const missed = skipped + sample.length - comparisons.length;
    versions.update(tx, {
      ...version,
      shadow: { ...tally.report(), skipped: version.shadow.skipped + missed },
    });
  });
};

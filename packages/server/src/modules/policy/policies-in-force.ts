import type { Event } from '../../domain/events.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { PolicyContent } from '../../record/policy-content.ts';
import type { PolicyVersionStore } from '../../record/policy-version-store.ts';
import type { KeptBundles } from './kept-bundles.ts';
import type { KeptRules } from './kept-rules.ts';
import { engineWithin, type PolicyEngine } from './policy-engine.ts';
import { parsePolicyData, type PolicyData } from './policy-engine-settings.ts';
import { fault } from './policy-engine-verdict.ts';
import { createWasmEvaluator, type Evaluator } from './policy-engine-wasm.ts';
import type { PolicyThreads } from './policy-threads.ts';

/** What decides for each tenant, as this process knows it: what was published, or else what it was started with. */
export interface PoliciesInForce extends AsyncDisposable {
  of(tenantId: string): PolicyEngine;
  /** What keeps any of it from answering now, or null. */
  trouble(): Promise<string | null>;
  /** Takes up what is published now. */
  refresh(): Promise<void>;
  /** Takes it up soon. */
  note(events: readonly Event[]): void;
}

export interface PoliciesInForceOptions {
  /** What the installation was started with. */
  readonly installed: PolicyEngine;
  /** Null where an OPA server decides: nothing is published over it. */
  readonly content: PolicyContent | null;
  readonly versions: Pick<PolicyVersionStore, 'findActive'>;
  readonly kept: KeptBundles;
  readonly threads: Pick<PolicyThreads, 'ask'>;
  readonly logger: Logger;
}

/** The log tells sooner; this is for a process that could not read when it was told. */
const lookEveryMs = 5_000;

const publishing: ReadonlySet<string> = new Set(['policy.published', 'policy.rolled_back']);

export const createPoliciesInForce = async (options: PoliciesInForceOptions): Promise<PoliciesInForce> => {
  const { installed, content, versions, logger } = options;
  let engines: ReadonlyMap<string, PolicyEngine> = new Map();
  const known = new Map<string, PolicyEngine>();

  const open = async (bundleHash: string): Promise<PolicyEngine> => {
    const there = known.get(bundleHash);
    if (there) return there;
    try {
      const engine = await openEngine(options, bundleHash);
      known.set(bundleHash, engine);
      return engine;
    } catch (error) {
      logger.error({ err: error, bundleHash }, 'a published policy cannot be read, so nothing runs by it');
      return brokenEngine(installed, bundleHash, error);
    }
  };

  const look = async (): Promise<void> => {
    if (!content) return;
    const active = await versions.findActive();
    const next = new Map<string, PolicyEngine>();
    for (const { tenantId, bundleHash } of active)
      if (bundleHash !== null) next.set(tenantId, await open(bundleHash));
    engines = next;
    const inForce = new Set(active.map(({ bundleHash }) => bundleHash));
    for (const bundleHash of known.keys()) if (!inForce.has(bundleHash)) known.delete(bundleHash);
  };
  // In turns, so that none takes up what is older than what another one took up.
  let turn: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const mine = turn.then(look);
    turn = mine.catch(() => undefined);
    return mine;
  };

  await refresh();
  const loop = startLoop({
    name: 'policies in force',
    round: async () => {
      await refresh();
      return lookEveryMs;
    },
    idleMs: lookEveryMs,
    logger,
  });
  return {
    of: (tenantId) => engines.get(tenantId) ?? installed,
    async trouble() {
      for (const engine of [installed, ...engines.values()]) {
        const trouble = await engine.trouble();
        if (trouble !== null) return trouble;
      }
      return null;
    },
    refresh,
    note(events) {
      if (events.some(({ type }) => publishing.has(type))) loop.wake();
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
};

const openEngine = async (
  { content, kept, threads, logger }: PoliciesInForceOptions,
  bundleHash: string,
): Promise<PolicyEngine> => {
  const rules = await kept.find(bundleHash);
  if (!rules) throw new Error(`The bundle ${bundleHash.slice(0, 12)} is not kept.`);
  const { settings } = parsePolicyData(rules.data, 'what was published');
  const evaluator = await evaluatorFor(rules, content, threads);
  return engineWithin(evaluator, bundleHash, settings, logger);
};

/** The rules that we ship run in process; anybody else's on a thread, since nothing says that they ever end. */
const evaluatorFor = async (
  rules: KeptRules,
  content: PolicyContent | null,
  threads: Pick<PolicyThreads, 'ask'>,
): Promise<Evaluator> => {
  if (content && Buffer.compare(rules.wasm, content.wasm) === 0)
    return createWasmEvaluator(content.wasm, rules.data);
  // A thread takes a while to begin; the first plan does not wait for it.
  await threads.ask(rules, []);
  return async (input) =>
    (await threads.ask(rules, [input]))?.[0] ?? fault('The published rules did not answer in time.');
};

/** What is in force and cannot be read decides nothing. */
const brokenEngine = (installed: PolicyEngine, bundleHash: string, error: unknown): PolicyEngine => {
  const message = `The published policy ${bundleHash.slice(0, 12)} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  const settings: PolicyData['settings'] = installed.settings();
  const broken = engineWithin(() => Promise.resolve(fault(message)), bundleHash, settings, undefined);
  return { ...broken, timeOfRules: installed.timeOfRules, rulesOf: () => Promise.resolve(null) };
};

import { join } from 'node:path';
import type { StepUpTerms, StopScopeKind } from '@countersign/shared';
import { newId } from '../infra/ids.ts';
import { liveView } from '../infra/live-view.ts';
import {
  createKeptBundles,
  createPolicyShadow,
  createPolicyViews,
  createPoliciesInForce,
  createPolicyEngine,
  createPolicyThreads,
  createRulesOf,
  readPolicyData,
  releaseQuorumOf,
  stepUpTermsOf,
  type InstalledEngine,
} from '../modules/policy/index.ts';
import { createPolicyContents, type PolicyContent, type PolicyContents } from '../record/policy-content.ts';
import { createPolicyPast } from '../record/policy-past.ts';
import { createPolicySimulationStore } from '../record/policy-simulation-store.ts';
import { createPolicyVersionStore } from '../record/policy-version-store.ts';
import type { Foundation } from './foundation.ts';

export const policiesDir = join(import.meta.dirname, '../../../../policies');
const shippedPolicyData = join(policiesDir, 'data.json');
const timeoutMs = 2_000;
/** For rules that run on a thread: one that is busy, or has to be begun, is no reason to give up. */
const threadTimeoutMs = 5_000;
/** Of one piece of what is run over recorded decisions. */
const pieceTimeoutMs = 20_000;

/** The rules: those that the installation came with, those that administrators published, and all that ever decided. */
export const openPolicies = async ({
  config,
  live,
  database,
  journal,
  reader,
  logger,
  stack,
}: Foundation) => {
  const { opaUrl, bundleKeys } = config.policy;
  const contents = createPolicyContents(database);
  const read = await openInstalled({ live, database, logger }, contents, opaUrl);
  const installed = liveView(() => read().engine);
  const content = liveContent(() => read().engine);
  const versions = createPolicyVersionStore(database);
  const kept = createKeptBundles(contents);
  // Two pools: what decides now waits for nothing that is run over the past.
  const liveThreads = stack.use(createPolicyThreads(threadTimeoutMs));
  const threads = stack.use(createPolicyThreads(pieceTimeoutMs));
  const inForce = stack.use(
    await createPoliciesInForce({ installed, content, versions, kept, threads: liveThreads, logger }),
  );
  stack.use(reader.onEvents(inForce.note));
  const settingsOf = (tenantId: string) =>
    content ? inForce.of(tenantId).settings() : read().ownData.settings;
  const shadow = stack.use(createPolicyShadow({ versions, kept, threads, journal, logger }));
  stack.use(reader.onEvents(shadow.note));
  const policies = { of: inForce.of, refresh: inForce.refresh };
  return {
    of: inForce.of,
    trouble: inForce.trouble,
    noteDecision: shadow.noteDecision,
    rulesOf: createRulesOf((bundleHash) => installed.rulesOf(bundleHash), kept, threads),
    /** What commands, queries and jobs about policies work with. */
    tools: {
      installed,
      content,
      serverHost: installed.serverHost,
      policies,
      contents,
      versions,
      simulations: createPolicySimulationStore(database),
      past: createPolicyPast(database),
      kept,
      threads,
      journal,
      newId,
      bundleKeys,
      views: createPolicyViews({ installed, policies, versions, kept, threads }),
    },
    /** What policy says in a tenant of what is ours to know, whoever decides. */
    settingsOf,
    /** Whether a person's release of a stop asks for their passkey. */
    stepUpOfRelease: (tenantId: string): StepUpTerms => stepUpTermsOf(settingsOf(tenantId)).release,
    /** Whether a person's approval of a restore does. */
    stepUpOfRestore: (tenantId: string): StepUpTerms => stepUpTermsOf(settingsOf(tenantId)).restore,
    /** Of a stop of everything by what the machine's operator says; of others by what the tenant's administrators do. */
    releaseQuorum(tenantId: string): Readonly<Record<StopScopeKind, number>> {
      const settings = content ? inForce.of(tenantId).settings() : null;
      const ownQuorum = releaseQuorumOf(read().ownData);
      return settings ? { ...releaseQuorumOf({ settings }), GLOBAL: ownQuorum.GLOBAL } : ownQuorum;
    },
  };
};

/** What the installation came with, with the data that rules read as it is now. */
const openInstalled = (
  { live, database, logger }: Pick<Foundation, 'live' | 'database' | 'logger'>,
  contents: PolicyContents,
  opaUrl: string | null,
) =>
  live.part({
    name: 'policy data',
    of: ({ policy: { dataFile, dataHash } }) => ({ dataFile, dataHash }),
    make: async ({ policy }) => {
      const engine = await createPolicyEngine({
        bundleDir: join(policiesDir, 'bundle'),
        dataFile: policy.dataFile ?? undefined,
        opaUrl: opaUrl ?? undefined,
        timeoutMs,
        logger,
      });
      const { content: rules } = engine;
      // Before it decides anything: a decision is made again from what is kept.
      if (rules) await database.transaction((tx) => contents.keep(tx, rules));
      // An OPA server's data is its own; who releases a stop is ours to know.
      return { engine, ownData: await readPolicyData(policy.dataFile ?? shippedPolicyData) };
    },
  });

/** Whether there is any never changes while the process lives: an OPA server is named at the start. */
const liveContent = (engine: () => InstalledEngine): PolicyContent | null => {
  if (!engine().content) return null;
  return liveView(() => {
    const { content } = engine();
    if (!content) throw new Error('The rules of this process went away.');
    return content;
  });
};

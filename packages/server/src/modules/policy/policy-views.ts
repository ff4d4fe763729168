import { askEndsAt, standingAsks } from '../../domain/ask.ts';
import { dataChanges, type DataChange } from '../../domain/data-changes.ts';
import { deadRules, type FlipReport } from '../../domain/policy-flips.ts';
import type { FlipBudget, PublishAsk } from '../../domain/policy-version.ts';
import type { Json } from '../../domain/json.ts';
import { systemClock } from '../../infra/clock.ts';
import type { PolicyPublication, PolicyVersionStore } from '../../record/policy-version-store.ts';
import { keptRules, type KeptBundles } from './kept-bundles.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import type { PolicyRule } from './policy-catalogue.ts';
import type { InstalledEngine } from './policy-engine.ts';
import { askHoldsMsOf, flipBudgetOf } from './policy-engine-settings.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { versionOf, type PolicySimulation, type PolicyVersion } from './policy-version.ts';

export const versionStatuses = ['DRAFT', 'FAULTY', 'SHADOW', 'ACTIVE', 'RETIRED', 'DISCARDED'] as const;
export type PolicyVersionStatus = (typeof versionStatuses)[number];

/** A version as it stands among the others. */
export interface VersionView extends Omit<PolicyVersion, 'asks'> {
  readonly status: PolicyVersionStatus;
  readonly asks: readonly PublishAskView[];
}

/** A person's word that counts still. */
export interface PublishAskView extends Pick<PublishAsk, 'by' | 'reason' | 'at'> {
  /** Until when it counts. */
  readonly endsAt: Date;
}

/** What decides now, for a tenant. */
export interface PolicyView {
  readonly engine: 'IN_PROCESS' | 'OPA_SERVER';
  readonly serverHost: string | null;
  readonly revision: string | null;
  readonly bundleHash: string;
  readonly data: Json;
  /** Null where the installation's own files, or an OPA server's rules, decide. */
  readonly version: VersionView | null;
  readonly since: Date | null;
  readonly flipBudget: FlipBudget;
  readonly rules: readonly PolicyRule[];
  /** The newest first. */
  readonly publications: readonly PolicyPublication[];
}

/** What came of running rules over recorded decisions; without an id where nothing of it was kept. */
export interface SimulationView extends FlipReport {
  readonly id: string | null;
  readonly versionId: string | null;
  readonly state: PolicySimulation['state'];
  readonly total: number;
  readonly seen: number;
  readonly since: Date | null;
  readonly until: Date | null;
  readonly at: Date | null;
  readonly endedAt: Date | null;
  readonly error: string | null;
  readonly deadRules: readonly string[];
}

export interface ViewDependencies {
  readonly installed: InstalledEngine;
  readonly policies: Pick<PoliciesInForce, 'of'>;
  readonly versions: PolicyVersionStore;
  readonly kept: KeptBundles;
  readonly threads: Pick<PolicyThreads, 'describe'>;
}

const mostPublications = 50;
const mostChanges = 500;

/** Where versions stand among what was published, the newest first. */
const statusOf = (
  { id, discardedAt, shadowSince, report }: PolicyVersion,
  published: readonly PolicyPublication[],
): PolicyVersionStatus => {
  if (discardedAt) return 'DISCARDED';
  if (id === published[0]?.versionId) return 'ACTIVE';
  if (shadowSince) return 'SHADOW';
  if (!report.isPassed) return 'FAULTY';
  return published.some(({ versionId }) => versionId === id) ? 'RETIRED' : 'DRAFT';
};

/** The words that count still, over the rules in force. */
const asksOf = (
  policies: ViewDependencies['policies'],
  { tenantId, asks }: PolicyVersion,
): readonly PublishAskView[] => {
  const engine = policies.of(tenantId);
  const holdsMs = askHoldsMsOf(engine.settings());
  return standingAsks(asks, holdsMs, systemClock.now())
    .filter(({ againstHash }) => againstHash === engine.bundleHash())
    .map((each) => ({ ...each, endsAt: askEndsAt(each, holdsMs) }));
};

export const createPolicyViews = (deps: ViewDependencies) => {
  const { policies, versions, kept } = deps;
  const rulesOfFiles = createRulesOfFiles(deps);
  const viewOf = (version: PolicyVersion, published: readonly PolicyPublication[]): VersionView => ({
    ...version,
    status: statusOf(version, published),
    asks: asksOf(policies, version),
  });
  const viewsOf = async (tenantId: string, found: readonly PolicyVersion[]): Promise<VersionView[]> => {
    const published = await versions.listPublications(tenantId, mostPublications);
    return found.map((version) => viewOf(version, published));
  };
  const dataOf = async (bundleHash: string): Promise<Json> =>
    ((await kept.find(bundleHash))?.data ?? null) as Json;
  return {
    viewsOf,
    dataOf,
    shadowView,
    simulationView,
    /** What publishing a version would change of the data in force. */
    async changesOf({
      tenantId,
      bundleHash,
    }: Pick<PolicyVersion, 'tenantId' | 'bundleHash'>): Promise<readonly DataChange[]> {
      const inForce = policies.of(tenantId).bundleHash();
      return dataChanges(await dataOf(inForce), await dataOf(bundleHash), mostChanges);
    },
    async current(tenantId: string): Promise<PolicyView> {
      const publications = await versions.listPublications(tenantId, mostPublications);
      const version = await activeVersion(versions, tenantId, publications[0]);
      return {
        ...(await inForce(deps, tenantId, dataOf)),
        version: version && viewOf(version, publications),
        since: publications[0]?.at ?? null,
        rules: version ? version.report.rules : await rulesOfFiles(),
        publications,
      };
    },
    async rulesInForce(tenantId: string): Promise<readonly PolicyRule[]> {
      const [newest] = await versions.listPublications(tenantId, 1);
      return (await activeVersion(versions, tenantId, newest))?.report.rules ?? rulesOfFiles();
    },
  };
};

const activeVersion = async (
  versions: Pick<PolicyVersionStore, 'list'>,
  tenantId: string,
  newest: PolicyPublication | undefined,
): Promise<PolicyVersion | null> => {
  if (newest?.versionId == null) return null;
  const [found] = await versions.list(tenantId, 1, null, newest.versionId);
  return found ? versionOf(found) : null;
};

const inForce = async (
  { installed, policies }: ViewDependencies,
  tenantId: string,
  dataOf: (bundleHash: string) => Promise<Json>,
) => {
  const engine = policies.of(tenantId);
  const settings = engine.settings();
  return {
    engine: installed.serverHost === null ? ('IN_PROCESS' as const) : ('OPA_SERVER' as const),
    serverHost: installed.serverHost,
    revision: engine.revision(),
    bundleHash: engine.bundleHash(),
    data: installed.content ? await dataOf(engine.bundleHash()) : jsonOf({ settings }),
    flipBudget: flipBudgetOf(settings),
  };
};

/** Rules as the installation's own files describe them; asked once of each. */
const createRulesOfFiles = ({ installed, threads }: ViewDependencies) => {
  let own: Promise<readonly PolicyRule[]> | undefined;
  let of: string | undefined;
  return (): Promise<readonly PolicyRule[]> => {
    const { content } = installed;
    if (!content) return Promise.resolve([]);
    if (of !== content.bundleHash) [own, of] = [undefined, content.bundleHash];
    own ??= threads.describe(keptRules(content)).then((rules) => {
      if (!rules) own = undefined;
      return rules ?? [];
    });
    return own;
  };
};

/** Null where it never was shadowed. */
const shadowView = ({
  id,
  shadowSince,
  shadow,
  report,
}: Pick<PolicyVersion, 'id' | 'shadowSince' | 'shadow' | 'report'>): SimulationView | null =>
  !shadowSince && shadow.decisions === 0
    ? null
    : {
        ...shadow,
        id: null,
        versionId: id,
        state: shadowSince ? 'RUNNING' : 'DONE',
        total: shadow.decisions + shadow.skipped,
        seen: shadow.decisions,
        since: shadowSince,
        until: null,
        at: shadowSince,
        endedAt: null,
        error: null,
        deadRules: namesDead(report.rules, shadow),
      };

const simulationView = (
  { result, ...simulation }: PolicySimulation,
  rules: readonly PolicyRule[],
): SimulationView => ({ ...simulation, ...result, deadRules: namesDead(rules, result) });

const jsonOf = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

export const namesDead = (rules: readonly PolicyRule[], report: FlipReport): readonly string[] =>
  deadRules(
    rules.map(({ rule }) => rule),
    report,
  );

export type PolicyViews = ReturnType<typeof createPolicyViews>;

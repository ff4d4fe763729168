import { askEndsAt } from '../../domain/ask.ts';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { voteOf } from '../../domain/hands.ts';
import { isLoosened } from '../../domain/policy-flips.ts';
import {
  askPublish,
  isWeakerFor,
  publishersOf,
  type MeasuredFlips,
  type PeopleTerms,
  type PublishAsk,
} from '../../domain/policy-version.ts';
import type { Caller } from '../../domain/principal.ts';
import { entitledVotes } from '../entitled-votes.ts';
import type { StepUpProof } from '../../domain/step-up.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';
import { unproven } from '../step-up.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { PolicyContent } from '../../record/policy-content.ts';
import type { ActivePolicy, PolicyVersionStore } from '../../record/policy-version-store.ts';
import { othersRules } from './draft-policy.ts';
import type { KeptBundles } from './kept-bundles.ts';
import { compareAll, measureFlips, type MeasureDependencies } from './measure-flips.ts';
import { plainPlans } from './plain-plans.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import {
  askHoldsMsOf,
  flipBudgetOf,
  parsePolicyData,
  releaseQuorumOf,
  programTermsOf,
  stepUpTermsOf,
  type PolicyData,
} from './policy-engine-settings.ts';
import { versionOf, type PolicyVersion } from './policy-version.ts';

export interface PublishDependencies extends MeasureDependencies {
  /** What the installation was started with; null where an OPA server decides. */
  readonly content: Pick<PolicyContent, 'bundleHash'> | null;
  readonly serverHost: string | null;
  readonly policies: Pick<PoliciesInForce, 'of' | 'refresh'>;
  readonly versions: PolicyVersionStore;
  readonly kept: KeptBundles;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly newId: NewId;
  readonly passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>;
  readonly findPrincipal: FindPrincipal;
}

export interface PublishOrder {
  readonly versionId: string;
  /** What decided when whoever publishes looked; null where they do not say. */
  readonly against: string | null;
  readonly reason: string;
  readonly stepUp?: StepUpProof | null;
}

/** A version after a person's word on it. */
export interface PublishedVersion {
  readonly version: PolicyVersion;
  readonly isPublished: boolean;
  readonly measured: MeasuredFlips;
  readonly required: number;
}

const measuringMs = 60_000;

export const noVersion = refusal('RESOURCE_NOT_FOUND', 'There is no such version of the policy.');
const forPeople = refusal('NOT_ELIGIBLE', 'Programs draft policies, and only people publish them.');
const movedOn = refusal('CONFLICT', 'Something else decides by now than when you looked. Look again.');

/**
 * A person's word that a version decide from now on. It is held against recorded decisions first; what flips more
 * of them than the budget in force allows waits for a second person. Every process takes it up within seconds.
 */
export const publishPolicy = async (
  deps: PublishDependencies,
  viewer: Caller,
  { versionId, against, reason, stepUp = null }: PublishOrder,
): Promise<Outcome<PublishedVersion>> => {
  const no = whyNotPublish(deps, viewer);
  if (no) return refused(no);
  const { tenantId } = viewer;
  await deps.policies.refresh();
  const engine = deps.policies.of(tenantId);
  const againstHash = engine.bundleHash();
  if (against !== null && against !== againstHash) return refused(movedOn);
  const found = await deps.journal.transaction((tx) => deps.versions.find(tx, tenantId, versionId));
  const unfit = found ? whyUnfit(versionOf(found), againstHash) : noVersion;
  if (unfit || !found) return refused(unfit ?? noVersion);
  const measured = await measure(deps, tenantId, found.bundleHash, engine.settings(), againstHash);
  if (!measured.ok) return measured;
  const published = await deps.journal.transaction(async (tx) => {
    const at = await deps.versions.lock(tx, tenantId);
    const before = await deps.versions.findActiveOf(tx, tenantId);
    const version = await deps.versions.find(tx, tenantId, versionId);
    const isSame = (before?.bundleHash ?? deps.content?.bundleHash) === againstHash;
    if (!isSame || !version || version.discardedAt) return refused(movedOn);
    const terms = stepUpTermsOf(engine.settings()).publish;
    const lacking = await unproven(deps.passkeys, tx, terms, { viewer, stepUp, deed: 'publication' });
    if (lacking) return refused(lacking);
    const ask = { ...voteOf(viewer), by: viewer.name, reason, at: at.toISOString(), againstHash };
    const publishing = publishingOf(engine.settings());
    const by = { viewer, ask, at, measured: measured.value, publishing };
    const given = versionOf(version);
    const asks = await entitledVotes(deps.findPrincipal, given.asks, 'ADMINISTER');
    return applyAsk(deps, tx, { ...given, asks }, before, by);
  });
  if (published.ok && published.value.isPublished) await deps.policies.refresh();
  return published;
};

export const whyNotPublish = (
  { serverHost }: Pick<PublishDependencies, 'serverHost'>,
  viewer: Pick<Caller, 'type'>,
) => (serverHost !== null ? othersRules(serverHost) : viewer.type === 'HUMAN' ? null : forPeople);

const whyUnfit = ({ discardedAt, report, bundleHash }: PolicyVersion, inForce: string) => {
  if (discardedAt) return refusal('NOT_IN_THIS_STATE', 'This version was discarded.');
  if (!report.isPassed)
    return refusal('NOT_IN_THIS_STATE', 'The check of this version found faults, so it is not published.');
  return bundleHash === inForce ? refusal('NOT_IN_THIS_STATE', 'This is what decides already.') : null;
};

const measure = async (
  deps: PublishDependencies,
  tenantId: string,
  bundleHash: string,
  settings: PolicyData['settings'],
  againstHash: string,
): Promise<Outcome<MeasuredFlips>> => {
  const [before, after] = [await deps.kept.find(againstHash), await deps.kept.find(bundleHash)];
  if (!before || !after) throw new Error('Rules of a version are not kept.');
  const { window } = flipBudgetOf(settings);
  const by = { before, after, signal: AbortSignal.timeout(measuringMs) };
  const range = { since: new Date(0), until: endOfTime };
  const report = await measureFlips(deps, { ...by, tenantId, range, most: window });
  const foreseen = report && (await compareAll(deps, by, plainPlans(tenantId, settings)));
  if (!report || !foreseen)
    return refused(refusal('NOT_IN_THIS_STATE', 'Its rules did not answer in time, so it is not published.'));
  const { flipped, decisions, faults } = report;
  const next = parsePolicyData(after.data, 'the version').settings;
  return accepted({
    flipped,
    decisions,
    faults,
    isWeaker: foreseen.some(isLoosened) || isWeakerFor(peopleTerms(settings), peopleTerms(next)),
  });
};

export const endOfTime = new Date('9999-01-01T00:00:00Z');

const publishingOf = (settings: PolicyData['settings']) => ({
  budget: flipBudgetOf(settings),
  askHoldsMs: askHoldsMsOf(settings),
});

const peopleTerms = (settings: PolicyData['settings']): PeopleTerms => ({
  productionAutonomy: settings.environments.PRODUCTION.autonomyLevel,
  releasedBy: releaseQuorumOf({ settings }),
  publishing: flipBudgetOf(settings),
  granting: settings.grants.environments,
  stepUp: stepUpTermsOf(settings),
  programs: programTermsOf(settings),
});

interface GivenAsk {
  readonly viewer: Caller;
  readonly ask: PublishAsk;
  readonly at: Date;
  readonly measured: MeasuredFlips;
  readonly publishing: ReturnType<typeof publishingOf>;
}

const applyAsk = (
  { versions, newId }: PublishDependencies,
  tx: JournalTransaction,
  version: PolicyVersion,
  before: ActivePolicy | null,
  { viewer, ask, at, measured, publishing }: GivenAsk,
): Outcome<PublishedVersion> => {
  const asked = askPublish(version, ask, measured, publishing);
  if (!asked.ok) return asked;
  const { kind, asks } = asked.value;
  const isPublished = kind === 'PUBLISHED';
  const required = publishersOf(measured, publishing.budget);
  const { flipped: flips, decisions } = measured;
  const after = { ...version, asks: isPublished ? [] : asks, ...(isPublished ? { shadowSince: null } : {}) };
  versions.update(tx, after);
  const { tenantId, id: versionId, number, bundleHash } = version;
  const flipped = `${flips} of ${decisions} recorded decisions flip`;
  const event = { tenantId, at, taskId: null, actorId: viewer.id };
  const data = { versionId, number, bundleHash, reason: ask.reason, flips, decisions };
  if (!isPublished) {
    const endsAt = askEndsAt(ask, publishing.askHoldsMs).toISOString();
    tx.record({
      ...event,
      type: 'policy.publish_asked',
      summary: `${ask.by} asks to publish policy version ${number} (${asks.length} of ${required}; ${flipped}; counts until ${endsAt}): ${ask.reason}`,
      data: { ...data, given: asks.length, required, endsAt },
    });
    return accepted({ version: after, isPublished, measured, required });
  }
  versions.insertPublication(tx, {
    id: newId(),
    tenantId,
    number: (before?.number ?? 0) + 1,
    kind: 'PUBLISHED',
    versionId,
    previousId: before?.id ?? null,
    byIds: [...new Set([viewer.id, ...asks.map(({ reviewerId }) => reviewerId)])],
    reason: ask.reason,
    flips,
    decisions,
    at,
  });
  tx.record({
    ...event,
    type: 'policy.published',
    summary: `${ask.by} published policy version ${number} (${flipped}): ${ask.reason}`,
    data: { ...data, previousBundleHash: ask.againstHash },
  });
  return accepted({ version: after, isPublished, measured, required });
};

/** One person's word that what decided before decides again: one step, also where two of them say so at once. */
export const rollBackPolicy = async (
  deps: PublishDependencies,
  viewer: Caller,
  { against, reason }: Pick<PublishOrder, 'against' | 'reason'>,
): Promise<Outcome<ActivePolicy>> => {
  const no = whyNotPublish(deps, viewer);
  if (no) return refused(no);
  const { tenantId } = viewer;
  const rolledBack = await deps.journal.transaction(async (tx): Promise<Outcome<ActivePolicy>> => {
    const at = await deps.versions.lock(tx, tenantId);
    const current = await deps.versions.findActiveOf(tx, tenantId);
    if (!current || current.bundleHash === null)
      return refused(
        refusal('NOT_IN_THIS_STATE', "The installation's own files decide: there is nothing to go back to."),
      );
    if (against !== null && current.bundleHash !== against) return refused(movedOn);
    const target =
      current.previousId === null
        ? null
        : await deps.versions.findPublication(tx, tenantId, current.previousId);
    const version =
      target?.versionId == null ? null : await deps.versions.find(tx, tenantId, target.versionId);
    const publication = {
      id: deps.newId(),
      tenantId,
      number: current.number + 1,
      kind: 'ROLLED_BACK' as const,
      versionId: version?.id ?? null,
      previousId: target?.previousId ?? null,
      byIds: [viewer.id],
      reason,
      flips: 0,
      decisions: 0,
      at,
    };
    deps.versions.insertPublication(tx, publication);
    const to = version ? `version ${version.number}` : "the installation's own files";
    tx.record({
      tenantId,
      type: 'policy.rolled_back',
      at,
      taskId: null,
      actorId: viewer.id,
      summary: `${viewer.name} rolled the policy back to ${to}: ${reason}`,
      data: {
        versionId: publication.versionId,
        bundleHash: version?.bundleHash ?? null,
        previousBundleHash: current.bundleHash,
        reason,
      },
    });
    return accepted({ ...publication, bundleHash: version?.bundleHash ?? null });
  });
  if (rolledBack.ok) await deps.policies.refresh();
  return rolledBack;
};

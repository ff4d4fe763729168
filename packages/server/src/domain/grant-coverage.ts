import { isDeceptive, risks, type ActionCategory, type Environment } from '@countersign/shared';
import type { ApprovalTerms, GrantUse } from './decision-facts.ts';
import { grantLacks, type StandingGrant, type UsedGrant } from './grant.ts';
import { ownHands } from './hands.ts';
import type { Json } from './json.ts';
import type { PlanDocument, PlanDocumentStep } from './plan.ts';
import type { Principal } from './principal.ts';
import { findReferences } from './references.ts';
import { isOutside } from './source.ts';
import { matchesPattern } from './target-pattern.ts';

/** How many people make a grant, by environment; where none is named there are no grants. */
export type GrantMakers = { readonly [Place in Environment]?: { readonly people: number } };

/** What somebody would have run under a grant. */
export interface Coverable {
  readonly document: PlanDocument;
  /** Of each step, as our own code declares it; undefined where no executor knows it. */
  readonly categories: readonly (ActionCategory | undefined)[];
  readonly requester: Pick<Principal, 'id' | 'ownerId' | 'handIds'>;
  /** Those besides the requester and its owner who had a hand in the submission. */
  readonly handIds: readonly string[];
  /** How people would be asked. */
  readonly approval: ApprovalTerms;
  readonly places: GrantMakers;
}

export type Coverage =
  | { readonly use: GrantUse; readonly whyNot: null }
  /** Why the one that comes nearest does not cover it, in a sentence; null where none comes near. */
  | { readonly use: null; readonly whyNot: string | null };

/**
 * The grant that covers all that a plan changes, the one that ends first where there are several. One that covers a
 * part of it covers nothing.
 */
export const coverageOf = (grants: readonly StandingGrant[], asked: Coverable, now: Date): Coverage => {
  const near = grants
    .filter((grant) => isNear(grant, asked))
    .toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime() || (a.id < b.id ? -1 : 1));
  let whyNot: string | null = null;
  for (const grant of near) {
    const fault =
      grantLacks(grant, now) ?? scopeFault(grant, asked) ?? countFault(grant, changesOf(asked).length);
    if (fault === null) return { use: useOf(grant, changesOf(asked).length), whyNot: null };
    whyNot ??= `The grant of ${grant.by} for ${grant.target} does not cover it: it ${fault}.`;
  }
  return { use: null, whyNot };
};

/** What of a grant does not reach as far as the plan does, to go on after "it"; null where all of it does. */
export const scopeFault = (grant: StandingGrant, asked: Coverable): string | null => {
  if (!isNear(grant, asked)) return 'is for something else';
  const { document, approval, places, requester, handIds } = asked;
  const place = places[document.environment];
  if (!place) return `holds nowhere by now: policy has no grants in ${document.environment.toLowerCase()}`;
  if (document.risk === 'CRITICAL') return 'never covers what is of critical risk';
  if ((document.sources ?? []).some(isOutside)) return 'never covers what rests on content from outside';
  if (risks.indexOf(document.risk) > risks.indexOf(grant.maxRisk))
    return `covers what is of ${grant.maxRisk.toLowerCase()} risk at most, and this is of ${document.risk.toLowerCase()}`;
  const people = grant.approvedById === null ? 1 : 2;
  if (people < place.people || people < approval.required)
    return `is of ${people === 1 ? 'one person' : 'two people'}, and more must say yes to this`;
  if (approval.stages.length > 0 || approval.vetoGroups.length > 0)
    return 'speaks for no group that must be asked about this';
  if (approval.stepUp === 'REQUIRED') return 'is given without the passkey that policy asks for';
  const own = new Set([...ownHands(requester, requester.handIds), ...handIds]);
  if (
    [grant.byId, ...grant.makerIds, grant.approvedById, ...grant.approvedMakerIds].some(
      (id) => id !== null && own.has(id),
    )
  )
    return 'is of somebody whose own work this is';
  const secret = secretOf(document);
  if (secret !== null) return `never covers what uses a secret, and this uses ${secret}`;
  return (
    changesOf(asked)
      .map((step) => stepFault(grant, step))
      .find((fault) => fault !== null) ?? null
  );
};

/** Nobody says beforehand what a secret is used for: it opens more than the targets beside it. */
const secretOf = ({ steps }: PlanDocument): string | null =>
  steps.flatMap(({ targets }) => targets).find(({ kind }) => kind === 'secret')?.name ?? null;

/** What only reads asks nobody; what is read with a secret uses it. */
const changesOf = ({ document, categories }: Coverable): readonly PlanDocumentStep[] =>
  document.steps.filter(
    ({ targets }, index) => categories[index] !== 'READ' || targets.some(({ kind }) => kind === 'secret'),
  );

/** Of the same agent, place and kind of action: others are no answer to why this plan asks people. */
const isNear = (grant: StandingGrant, asked: Coverable): boolean => {
  const { document, requester } = asked;
  const isOfThem =
    grant.tenantId === document.tenantId &&
    grant.agentId === requester.id &&
    grant.agentId === document.requester.id &&
    grant.environment === document.environment;
  if (!isOfThem) return false;
  const changes = changesOf(asked);
  return changes.length > 0 && changes.every(({ action }) => action === grant.actionType);
};

const stepFault = (grant: StandingGrant, { name, targets, params }: PlanDocumentStep): string | null => {
  const beyond = targets.find((target) => !matchesPattern(grant.target, target.name));
  if (beyond) return `does not reach ${beyond.name}`;
  if (targets.length === 0) return `is for targets, and step ${name} names none`;
  const { references, faults } = findReferences(params);
  if (references.length + faults.length > 0)
    return `covers what is known beforehand, and step ${name} takes from what another step will put out`;
  return holdsDeception(params) ? `never covers text that hides, as in step ${name}` : null;
};

const holdsDeception = (value: Json): boolean => {
  if (typeof value === 'string') return isDeceptive(value);
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value) && Object.keys(value).some(isDeceptive)) return true;
  return Object.values<Json>(value).some(holdsDeception);
};

const countFault = ({ taken, uses }: StandingGrant, takes: number): string | null => {
  if (taken >= uses) return 'is used up';
  return taken + takes > uses ? `has ${uses - taken} uses left, and this takes ${takes}` : null;
};

const useOf = ({ id, by, target, taken, uses, expiresAt }: StandingGrant, takes: number): GrantUse => ({
  grantId: id,
  by,
  target,
  takes,
  taken: taken + takes,
  uses,
  expiresAt: expiresAt.toISOString(),
});

/** A use that a plan wants. */
export type Wish = Pick<GrantUse, 'grantId' | 'takes'>;

/** Gives out what is left of grants, in the order in which it is wanted; null where nothing is. `grants` are locked. */
export const allot = (
  grants: readonly StandingGrant[],
  wishes: readonly (Wish | null)[],
  now: Date,
): readonly (GrantUse | null)[] => {
  const left = new Map(grants.map((grant) => [grant.id, grant]));
  return wishes.map((wish) => {
    const grant = wish && left.get(wish.grantId);
    if (!grant || grantLacks(grant, now) !== null || countFault(grant, wish.takes) !== null) return null;
    left.set(grant.id, { ...grant, taken: grant.taken + wish.takes });
    return useOf(grant, wish.takes);
  });
};

/** A use with the grant that it is of. */
export interface TakenUse {
  readonly grant: StandingGrant;
  readonly use: UsedGrant;
}

/** The use that a plan has of a grant, where that reaches as far as the plan does, whatever it lacks by now. */
export const takenUse = ({ grant, use }: TakenUse, asked: Coverable): GrantUse | null => {
  const { document } = asked;
  const isOfPlan =
    use.taskId === document.taskId &&
    use.revision === document.revision &&
    use.grantId === grant.id &&
    use.takes === changesOf(asked).length;
  if (!isOfPlan || use.number > grant.uses || scopeFault(grant, asked) !== null) return null;
  return { ...useOf(grant, use.takes), taken: use.number };
};

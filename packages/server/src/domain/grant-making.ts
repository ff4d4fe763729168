import { isDeceptive, type Environment, type Risk } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from './errors.ts';
import type { GrantMakers } from './grant-coverage.ts';
import { isOpen, statusOf, takesTwo, type Grant, type StandingGrant } from './grant.ts';
import { couldBe, isOneHand, ownHands, voteOf, type Vote } from './hands.ts';
import { fullReasonFault } from './note.ts';
import { hasRight, type Principal } from './principal.ts';
import type { Fault } from './refusal-details.ts';
import type { Voter } from './stand-in.ts';
import { isOfOnePlace } from './target-pattern.ts';

/** What a person wants to grant. */
export interface GrantOrder {
  /** With its version. */
  readonly actionType: string;
  readonly environment: Environment;
  readonly target: string;
  readonly maxRisk: Risk;
  readonly uses: number;
  readonly expiresAt: Date;
  readonly reason: string;
}

/** How far policy lets grants go. */
export interface GrantTerms {
  readonly environments: GrantMakers;
  readonly mostUses: number;
  readonly longestDays: number;
  /** Action types, without a version, that a person approves every time. */
  readonly hardActionTypes: readonly string[];
}

/** Grants of a tenant that are open at once. */
export const mostGrants = 200;

/** UTF-16 code units of the pattern of targets. */
export const patternLength = 500;

const dayMs = 86_400_000;

/** Everything that is wrong with an order. */
export const orderFaults = (order: GrantOrder, terms: GrantTerms, now: Date): readonly Fault[] => [
  ...placeFaults(order, terms),
  ...actionFaults(order, terms),
  ...targetFaults(order),
  ...(order.maxRisk === 'CRITICAL'
    ? [{ path: 'maxRisk', message: 'must be below CRITICAL: a person sees that every time' }]
    : []),
  ...(order.uses >= 1 && order.uses <= terms.mostUses
    ? []
    : [{ path: 'uses', message: `must be from 1 to ${terms.mostUses}`, setting: 'grants.mostUses' }]),
  ...endFaults(order, terms, now),
  ...faultsOf(fullReasonFault(order.reason)),
];

const faultsOf = (fault: Fault | null): readonly Fault[] => (fault ? [fault] : []);

const placeFaults = ({ environment }: GrantOrder, { environments }: GrantTerms): readonly Fault[] =>
  environments[environment]
    ? []
    : [
        {
          path: 'environment',
          message: `policy has no grants in ${environment.toLowerCase()}`,
          code: 'POLICY_DENIED',
          setting: 'grants.environments',
        },
      ];

const actionFaults = ({ actionType }: GrantOrder, { hardActionTypes }: GrantTerms): readonly Fault[] => {
  const [name = ''] = actionType.split('@');
  return hardActionTypes.includes(name)
    ? [
        {
          path: 'actionType',
          message: `a person approves ${name} every time: no grant answers that`,
          code: 'POLICY_DENIED',
          setting: 'hardApproval.actionTypes',
        },
      ]
    : [];
};

const targetFaults = ({ target }: GrantOrder): readonly Fault[] => {
  const message =
    target.length > patternLength
      ? `must be at most ${patternLength} characters`
      : isDeceptive(target)
        ? 'holds characters that hide, or that show others in another order'
        : /^[*?\s]*$/.test(target)
          ? 'must name targets: * alone covers everything'
          : isOfOnePlace(target)
            ? null
            : 'must name one target, or the place that all of them lie in before the first * or ?, up to its /, @, # or :, as shop@* and C0OPS/* do; an origin is named whole: https://api.example.com';
  return message === null ? [] : [{ path: 'target', message }];
};

const endFaults = ({ expiresAt }: GrantOrder, { longestDays }: GrantTerms, now: Date): readonly Fault[] => {
  if (expiresAt <= now) return [{ path: 'expiresAt', message: 'must be to come' }];
  return expiresAt.getTime() - now.getTime() <= longestDays * dayMs
    ? []
    : [
        {
          path: 'expiresAt',
          message: `must be within ${longestDays} days`,
          setting: 'grants.longestDays',
        },
      ];
};

type Agent = Pick<Principal, 'id' | 'ownerId' | 'handIds'>;

/** Whether somebody says yes beforehand at all. */
export const mayGrant = (granter: Pick<Principal, 'type' | 'roles'>): boolean =>
  granter.type === 'HUMAN' && hasRight(granter, 'DECIDE');

/** Why somebody may not say yes for an agent there, beforehand; null where they may. */
export const granterFault = (granter: Principal, agent: Agent): Refusal | null => {
  if (granter.type !== 'HUMAN')
    return refusal('NOT_ELIGIBLE', 'Only a person can grant; agents and services cannot.');
  if (!hasRight(granter, 'DECIDE'))
    return refusal('NOT_ELIGIBLE', 'Only people with the approver role can grant.');
  return ownHands(agent, agent.handIds).includes(granter.id) ? ownWork : null;
};

const ownWork = refusal(
  'SELF_APPROVAL',
  'You, or somebody in whose place you decide now, are the one whose changes it would cover, own them, or made them: somebody else grants.',
);

/** The same of somebody with what they call with. */
export const callerFault = (caller: Voter, agent: Agent, environment: Environment): Refusal | null => {
  const fault = granterFault(caller, agent);
  if (fault) return fault;
  const own = ownHands(agent, agent.handIds);
  const stoodFor = (caller.standsFor ?? []).map(({ id }) => id);
  if (couldBe(caller, own) || stoodFor.some((id) => own.includes(id))) return ownWork;
  return caller.credential.decidesIn.includes(environment)
    ? null
    : refusal(
        'NOT_ELIGIBLE',
        `This API key does not decide in ${environment.toLowerCase()}. Sign in to the console and grant there.`,
      );
};

/** A person's grant; where it takes two people, it waits for the second. */
export const makeGrant = (
  id: string,
  order: GrantOrder,
  granter: Voter,
  agent: Agent,
  terms: GrantTerms,
  now: Date,
): Outcome<Grant> => {
  const faults = orderFaults(order, terms, now);
  if (faults.length > 0) return refused(invalidInput(faults));
  const fault = callerFault(granter, agent, order.environment);
  if (fault) return refused(fault);
  const { reviewerId: byId, handIds, makerIds } = voteOf(granter);
  const people = terms.environments[order.environment]?.people ?? 2;
  return accepted({
    ...order,
    ...untouched,
    id,
    tenantId: granter.tenantId,
    agentId: agent.id,
    required: order.environment === 'PRODUCTION' ? 2 : people,
    byId,
    handIds,
    makerIds,
    createdAt: now,
  });
};

const untouched = {
  approvedById: null,
  approvedAt: null,
  approvedHandIds: [],
  approvedMakerIds: [],
  revokedById: null,
  revokedAt: null,
  revokedReason: null,
  suspendedAt: null,
  suspendedReason: null,
  suspendedTaskId: null,
  resumeAskedById: null,
  resumeAskedAt: null,
  resumeHandIds: [],
  resumeMakerIds: [],
  resumedById: null,
  resumedAt: null,
} as const;

const notNow = (grant: StandingGrant, now: Date, done: string): Refusal =>
  refusal('NOT_IN_THIS_STATE', `The grant is ${statusWords[statusOf(grant, now)]}: it cannot be ${done}.`);

const statusWords = {
  PENDING: 'waiting for a second person',
  ACTIVE: 'active',
  SUSPENDED: 'suspended',
  REVOKED: 'revoked',
  USED_UP: 'used up',
  EXPIRED: 'over',
} as const;

/** A second person's yes to a grant that takes two. */
export const approveGrant = (
  grant: StandingGrant,
  second: Voter,
  agent: Agent,
  now: Date,
): Outcome<StandingGrant> => {
  const fault = callerFault(second, agent, grant.environment);
  if (fault) return refused(fault);
  if (statusOf(grant, now) !== 'PENDING') return refused(notNow(grant, now, 'approved'));
  const first = { reviewerId: grant.byId, handIds: grant.handIds, makerIds: grant.makerIds };
  const { reviewerId: approvedById, handIds: approvedHandIds, makerIds: approvedMakerIds } = voteOf(second);
  if (isOneHand(first, voteOf(second))) return refused(sameHand);
  return accepted({ ...grant, approvedById, approvedAt: now, approvedHandIds, approvedMakerIds });
};

const sameHand = refusal(
  'SELF_APPROVAL',
  'It takes a second person, and you made the grant or what its maker called with, one person made what both of you call with, or one of you decides in the place of the other.',
);

/** Ends it, whatever becomes of it otherwise. Whoever may stop work may. */
export const revokeGrant = (
  grant: StandingGrant,
  { id }: Pick<Principal, 'id'>,
  reason: string,
  now: Date,
): Outcome<StandingGrant> =>
  isRevocable(grant, now)
    ? accepted({ ...grant, revokedById: id, revokedAt: now, revokedReason: reason })
    : refused(notNow(grant, now, 'revoked'));

/** One that is used up may have let through what has still to begin. */
export const isRevocable = (grant: StandingGrant, now: Date): boolean => {
  const status = statusOf(grant, now);
  return isOpen(status) || status === 'USED_UP';
};

/** A person's word that it may hold again; where making it takes two people, the first of them waits for the second. */
export const resumeGrant = (
  grant: StandingGrant,
  by: Voter,
  agent: Agent,
  now: Date,
): Outcome<StandingGrant> => {
  const fault = callerFault(by, agent, grant.environment);
  if (fault) return refused(fault);
  if (statusOf(grant, now) !== 'SUSPENDED') return refused(notNow(grant, now, 'resumed'));
  const { reviewerId: resumeAskedById, handIds: resumeHandIds, makerIds: resumeMakerIds } = voteOf(by);
  const first = askedToResume(grant);
  if (takesTwo(grant) && first === null)
    return accepted({ ...grant, resumeAskedById, resumeAskedAt: now, resumeHandIds, resumeMakerIds });
  if (takesTwo(grant) && first && isOneHand(first, voteOf(by))) return refused(sameResumer);
  return accepted({
    ...grant,
    suspendedAt: null,
    suspendedReason: null,
    suspendedTaskId: null,
    resumedById: by.id,
    resumedAt: now,
  });
};

/** The word of the first of two, on what it is suspended for now; null where there is none. */
const askedToResume = (grant: Grant): Vote | null => {
  const { resumeAskedById, resumeAskedAt, suspendedAt, resumeHandIds, resumeMakerIds } = grant;
  return resumeAskedById !== null &&
    resumeAskedAt !== null &&
    suspendedAt !== null &&
    resumeAskedAt >= suspendedAt
    ? { reviewerId: resumeAskedById, handIds: resumeHandIds, makerIds: resumeMakerIds }
    : null;
};

/** Who said first that it may hold again, while a second person is waited for; null where nobody did. */
export const resumerOf = (grant: Grant): string | null => askedToResume(grant)?.reviewerId ?? null;

const sameResumer = refusal(
  'SELF_APPROVAL',
  'It takes a second person to resume it: you asked for it, or whoever did and you are one hand.',
);

import { environments } from '@countersign/shared';
import { invalidInput, refusal, type Refusal } from './errors.ts';
import { isBorrowed } from './hands.ts';
import { hasRight, type Caller, type Principal } from './principal.ts';
import type { Fault } from './refusal-details.ts';

/** That somebody decides in the place of somebody who is away. */
export interface Delegation {
  readonly id: string;
  readonly tenantId: string;
  /** Who is away, and who decides meanwhile. */
  readonly fromId: string;
  readonly toId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdById: string;
  readonly createdAt: Date;
  /** Where it was ended before its time. */
  readonly endedAt: Date | null;
}

const dayMs = 86_400_000;
const longestMs = 90 * dayMs;
const furthestMs = 365 * dayMs;
/** Of one person, under way or to come. */
const mostOfOne = 20;

type Span = Pick<Delegation, 'startsAt' | 'endsAt'>;

const overlaps = (one: Span, other: Span): boolean =>
  one.startsAt < other.endsAt && other.startsAt < one.endsAt;

const timeFaults = ({ startsAt, endsAt }: Span, now: Date): readonly Fault[] => [
  ...(endsAt <= startsAt ? [{ path: 'until', message: 'must come after from' }] : []),
  ...(endsAt <= now ? [{ path: 'until', message: 'is over' }] : []),
  ...(startsAt.getTime() > now.getTime() + furthestMs
    ? [{ path: 'from', message: 'must be within a year' }]
    : []),
  ...(endsAt.getTime() - startsAt.getTime() > longestMs
    ? [{ path: 'until', message: 'must be within 90 days of from' }]
    : []),
];

const personFault = (person: Principal | null, path: string): readonly Fault[] =>
  person?.type === 'HUMAN' && person.disabledAt === null && hasRight(person, 'DECIDE')
    ? []
    : [{ path, message: 'names nobody who may decide here' }];

export interface NewDelegation extends Span {
  readonly from: Principal | null;
  readonly to: Principal | null;
}

/**
 * Why somebody cannot stand in for somebody then; null where they can. `theirs` are the delegations of both that are
 * not over. Nobody stands in for who stands in for somebody, and one person has one who stands in for them.
 */
export const delegationFault = (
  { from, to, startsAt, endsAt }: NewDelegation,
  theirs: readonly Delegation[],
  now: Date,
): Refusal | null => {
  const faults = [
    ...timeFaults({ startsAt, endsAt }, now),
    ...personFault(from, 'principalId'),
    ...personFault(to, 'toId'),
    ...(from !== null && from.id === to?.id ? [{ path: 'toId', message: 'is who is away' }] : []),
  ];
  if (faults.length > 0 || !from || !to) return invalidInput(faults);
  const meanwhile = theirs.filter((other) => overlaps(other, { startsAt, endsAt }));
  if (meanwhile.some(({ fromId }) => fromId === from.id))
    return refusal(
      'NOT_IN_THIS_STATE',
      `Somebody decides in the place of ${from.name} in that time already.`,
    );
  if (meanwhile.some(({ toId }) => toId === from.id))
    return refusal(
      'NOT_IN_THIS_STATE',
      `${from.name} decides in somebody's place in that time: that is not handed on. Whoever is away names another.`,
    );
  if (meanwhile.some(({ fromId }) => fromId === to.id))
    return refusal(
      'NOT_IN_THIS_STATE',
      `${to.name} is away in that time too, and others decide in their place.`,
    );
  return theirs.filter(({ fromId }) => fromId === from.id).length < mostOfOne
    ? null
    : refusal(
        'NOT_IN_THIS_STATE',
        `${from.name} has ${mostOfOne} delegations that are not over: end one first.`,
      );
};

const notTheirs = refusal('AUTHORIZATION_FAILED', 'Only who is away, or an administrator, says so.');
const byKey = refusal(
  'NOT_ELIGIBLE',
  'This API key does not decide everywhere, and whoever decides in your place does: sign in to the console and say it there.',
);

const bySomebodyElse = refusal(
  'SELF_APPROVAL',
  'Somebody else made what you call with, and could have said it: sign in to the console with a link that nobody else could follow unseen, and say it there.',
);

/**
 * Why somebody may not hand on a word; null where they may: one's own, and an administrator anybody's. What does not
 * decide somewhere gives nobody one's own word there.
 */
export const handingOnFault = (viewer: Caller, principalId: string): Refusal | null => {
  if (viewer.id !== principalId && !hasRight(viewer, 'ADMINISTER')) return notTheirs;
  if (isBorrowed(viewer)) return bySomebodyElse;
  if (viewer.id !== principalId) return null;
  return environments.every((each) => viewer.credential.decidesIn.includes(each)) ? null : byKey;
};

/** Why somebody may not end it; null where they may: who is away, who decides meanwhile, and an administrator. */
export const endingFault = (viewer: Principal, { fromId, toId }: Delegation): Refusal | null =>
  [fromId, toId].includes(viewer.id) || hasRight(viewer, 'ADMINISTER') ? null : notTheirs;

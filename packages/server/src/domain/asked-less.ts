import { stepUpTerms, type StepUpTerms } from '@countersign/shared';
import type { ApprovalTerms } from './decision-facts.ts';
import { groupsOf, stagesOf } from './quorum.ts';

/** Whose word a decision asks for, and how. */
export interface AskedOf extends Pick<
  ApprovalTerms,
  'required' | 'stages' | 'vetoGroups' | 'mayEditorApprove' | 'escalation'
> {
  readonly stepUp: StepUpTerms;
}

/** What the later terms ask less, each in words; nothing where they ask as much, or more. */
export const askedLess = (before: AskedOf, after: AskedOf): readonly string[] => [
  ...fewerOfGroups(before, after),
  ...(after.required < before.required ? [`${before.required - after.required} fewer in all`] : []),
  ...lostVetoes(before, after),
  ...(after.mayEditorApprove && !before.mayEditorApprove ? ['whoever edits may approve'] : []),
  ...(stepUpTerms.indexOf(after.stepUp) < stepUpTerms.indexOf(before.stepUp)
    ? [`passkey ${before.stepUp} becomes ${after.stepUp}`]
    : []),
  ...soonerInstead(before, after),
];

const fewerOfGroups = (before: AskedOf, after: AskedOf): readonly string[] => {
  const left = askedOfGroups(after);
  return [...askedOfGroups(before)].flatMap(([group, people]) => {
    const fewer = people - (left.get(group) ?? 0);
    return fewer > 0 ? [`${fewer} fewer of ${group}`] : [];
  });
};

const askedOfGroups = (asked: AskedOf): ReadonlyMap<string, number> => {
  const people = new Map<string, number>();
  for (const { group, required } of stagesOf(asked).flatMap(({ needs }) => needs))
    if (group !== null) people.set(group, (people.get(group) ?? 0) + required);
  return people;
};

/** Whoever is asked may reject. */
const lostVetoes = (before: AskedOf, after: AskedOf): readonly string[] => {
  const asked = groupsOf(after);
  return asked === null
    ? []
    : before.vetoGroups
        .filter((group) => !after.vetoGroups.includes(group) && !asked.includes(group))
        .map((group) => `${group} may not reject`);
};

/** Others who may approve in the place of those who are asked, after a while. */
const soonerInstead = (before: AskedOf, after: AskedOf): readonly string[] => {
  if (!after.escalation || groupsOf(after) === null) return [];
  const { group, afterMs } = after.escalation;
  const isAsBefore = before.escalation?.group === group && before.escalation.afterMs <= afterMs;
  return isAsBefore ? [] : [`${group} may approve instead after ${afterMs / 1_000} s`];
};

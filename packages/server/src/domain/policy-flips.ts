import type { DecisionOutcome } from '@countersign/shared';
import { askedLess, type AskedOf } from './asked-less.ts';
import type { Decision } from './decision.ts';

/** What one recorded decision comes to under the rules in force, and what under others. */
export interface Comparison {
  readonly taskId: string;
  readonly revision: number;
  readonly before: DecisionOutcome;
  readonly after: DecisionOutcome;
  /** People who are asked, where people are; null where nobody is. */
  readonly peopleBefore: number | null;
  readonly peopleAfter: number | null;
  /** What the others ask less of people, each in words, where both ask any; absent in reports from before it was told. */
  readonly askedLess?: readonly string[];
  /** Rules that say something in one of the two that they do not say in the other. */
  readonly rules: readonly string[];
  readonly spokeBefore: readonly string[];
  readonly spokeAfter: readonly string[];
  /** Rules of the others of which one denies what another one asks people about. */
  readonly conflicts: readonly (readonly [denies: string, asks: string])[];
  /** Why the others gave no verdict; null where they gave one. */
  readonly fault: string | null;
}

/** A decision that would have come out otherwise, or by less of people's word. */
export type Flip = Pick<
  Comparison,
  'taskId' | 'revision' | 'before' | 'after' | 'peopleBefore' | 'peopleAfter' | 'askedLess' | 'rules'
>;

export interface RuleCount {
  readonly rule: string;
  readonly before: number;
  readonly after: number;
}

export interface RuleConflict {
  readonly denies: string;
  readonly asks: string;
  readonly decisions: number;
  /** One of them. */
  readonly taskId: string;
}

export interface FlipCount {
  readonly before: DecisionOutcome;
  readonly after: DecisionOutcome;
  readonly decisions: number;
}

/** What came of running rules over recorded decisions. */
export interface FlipReport {
  readonly decisions: number;
  readonly flipped: number;
  /** Flips to a word less strict, or that ask less of people. */
  readonly loosened: number;
  /** Decisions to which the rules give no verdict. */
  readonly faults: number;
  readonly firstFault: string | null;
  readonly flipCounts: readonly FlipCount[];
  /** The first of them: `mostFlips` at most. */
  readonly flips: readonly Flip[];
  /** How often each rule spoke. */
  readonly rules: readonly RuleCount[];
  readonly conflicts: readonly RuleConflict[];
}

export const mostFlips = 500;

export const emptyReport: FlipReport = {
  decisions: 0,
  flipped: 0,
  loosened: 0,
  faults: 0,
  firstFault: null,
  flipCounts: [],
  flips: [],
  rules: [],
  conflicts: [],
};

/** Names of rules and pairs of them that are counted; more than rules have by far. */
const mostNamed = 500;

const strictness: Readonly<Record<DecisionOutcome, number>> = { ALLOW: 0, REQUIRE_APPROVAL: 1, DENY: 2 };

const asksLess = ({ askedLess = [] }: Comparison): boolean => askedLess.length > 0;

const isFlip = (each: Comparison): boolean => each.before !== each.after || asksLess(each);

/** Whether it comes to a word less strict, or asks less of people. */
export const isLoosened = (each: Comparison): boolean =>
  strictness[each.after] < strictness[each.before] || asksLess(each);

const flipOf = (each: Comparison): Flip => {
  const { taskId, revision, before, after, peopleBefore, peopleAfter, askedLess: less = [], rules } = each;
  return { taskId, revision, before, after, peopleBefore, peopleAfter, askedLess: less, rules };
};

/** Counts comparisons as they come. */
export interface FlipTally {
  add(comparisons: readonly Comparison[]): void;
  report(): FlipReport;
}

/** Goes on from what was counted before. */
export const createFlipTally = (before: FlipReport = emptyReport): FlipTally => {
  const rules = new Map(before.rules.map(({ rule, ...spoke }) => [rule, { ...spoke }]));
  const conflicts = new Map(before.conflicts.map((each) => [JSON.stringify([each.denies, each.asks]), each]));
  const counts = new Map(before.flipCounts.map((each) => [`${each.before} ${each.after}`, each]));
  const flips = [...before.flips];
  const { decisions, flipped, loosened, faults } = before;
  const sums = { decisions, flipped, loosened, faults };
  let { firstFault } = before;

  const countRule = (rule: string, when: 'before' | 'after'): void => {
    const known = rules.get(rule);
    if (known) known[when] += 1;
    else if (rules.size < mostNamed) rules.set(rule, { before: 0, after: 0, [when]: 1 });
  };
  const countConflict = (denies: string, asks: string, taskId: string): void => {
    const key = JSON.stringify([denies, asks]);
    const known = conflicts.get(key) ?? { denies, asks, decisions: 0, taskId };
    if (known.decisions > 0 || conflicts.size < mostNamed)
      conflicts.set(key, { ...known, decisions: known.decisions + 1 });
  };
  const countFlip = (each: Comparison): void => {
    const flip = flipOf(each);
    sums.flipped += 1;
    if (isLoosened(each)) sums.loosened += 1;
    const { before, after } = flip;
    const key = `${before} ${after}`;
    counts.set(key, { before, after, decisions: (counts.get(key)?.decisions ?? 0) + 1 });
    if (flips.length < mostFlips) flips.push(flip);
  };

  return {
    add(comparisons) {
      for (const each of comparisons) {
        sums.decisions += 1;
        if (each.fault !== null) {
          sums.faults += 1;
          firstFault ??= each.fault;
        }
        new Set(each.spokeBefore).forEach((rule) => {
          countRule(rule, 'before');
        });
        new Set(each.spokeAfter).forEach((rule) => {
          countRule(rule, 'after');
        });
        each.conflicts.forEach(([denies, asks]) => {
          countConflict(denies, asks, each.taskId);
        });
        if (isFlip(each)) countFlip(each);
      }
    },
    report: () => ({
      ...sums,
      firstFault,
      flipCounts: [...counts.values()],
      flips: [...flips],
      rules: [...rules]
        .map(([rule, spoke]) => ({ rule, ...spoke }))
        .toSorted((one, other) => (one.rule < other.rule ? -1 : 1)),
      conflicts: [...conflicts.values()],
    }),
  };
};

/** Of rules, those that spoke about none of the decisions. */
export const deadRules = (rules: readonly string[], report: Pick<FlipReport, 'rules'>): readonly string[] => {
  const spoke = new Set(report.rules.flatMap(({ rule, after }) => (after > 0 ? [rule] : [])));
  return rules.filter((rule) => !spoke.has(rule));
};

/** What a decision says, as far as it is compared. */
export type Said = Pick<Decision, 'outcome' | 'reasons' | 'holds'> & {
  /** Whose word it asks for, where it asks for any. */
  readonly asked: AskedOf | null;
};

/** Holds one decision against the same one by other rules. */
export const compareDecisions = (
  task: Pick<Comparison, 'taskId' | 'revision'>,
  before: Said,
  after: Said,
  fault: string | null,
): Comparison => {
  const words = ({ reasons, holds = [] }: Said): ReadonlySet<string> =>
    new Set([
      ...reasons.map(({ rule, outcome, message }) => JSON.stringify([rule, outcome, message])),
      ...holds.map(({ rule, reason }) => JSON.stringify([rule, 'HOLD', reason])),
    ]);
  const [then, now] = [words(before), words(after)];
  const changed = [...then.symmetricDifference(now)].map((word) => (JSON.parse(word) as [string])[0]);
  return {
    ...task,
    before: before.outcome,
    after: after.outcome,
    peopleBefore: before.asked?.required ?? null,
    peopleAfter: after.asked?.required ?? null,
    askedLess:
      before.asked && after.asked
        ? [...askedLess(before.asked, after.asked), ...noMoreEveryTime(before, after)]
        : [],
    rules: [...new Set(changed)].toSorted(),
    spokeBefore: spokenBy(before),
    spokeAfter: spokenBy(after),
    conflicts: conflictsOf(after),
    fault,
  };
};

/** Where no rule wants a person every time any more, a grant or a level of autonomy may take that person's place. */
const noMoreEveryTime = (before: Said, after: Said): readonly string[] => {
  const isEveryTime = ({ reasons }: Said): boolean => reasons.some(({ layer }) => layer === 'HARD');
  return isEveryTime(before) && !isEveryTime(after) ? ['not every time any more'] : [];
};

const spokenBy = ({ reasons, holds = [] }: Said): readonly string[] => [
  ...new Set([...reasons, ...holds].map(({ rule }) => rule)),
];

/** What a rule asks people about, although another one lets nobody allow it. */
const conflictsOf = ({ reasons }: Said): readonly (readonly [string, string])[] => {
  const named = (...layers: readonly string[]) => [
    ...new Set(reasons.flatMap(({ layer, rule }) => (layers.includes(layer) ? [rule] : []))),
  ];
  return named('DENY').flatMap((denies) => named('HARD', 'RULE').map((asks) => [denies, asks] as const));
};

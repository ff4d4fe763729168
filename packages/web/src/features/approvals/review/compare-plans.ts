import type { Plan } from '../../../graphql/plan-fragments.ts';
import { compareFiles, type FileChange } from './compare-files.ts';

/** One place where two revisions of a plan differ. */
export interface PlanChange {
  /** `step commit › params › message` */
  readonly place: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What stands elsewhere than when the earlier revision was made. */
export interface PositionMove {
  /** `main` */
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface PlanComparison {
  readonly files: readonly FileChange[];
  readonly fields: readonly PlanChange[];
  readonly moves: readonly PositionMove[];
}

type Step = Plan['steps'][number];

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const changesIn = (place: string, before: unknown, after: unknown): PlanChange[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isPlain(before) && isPlain(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesIn(`${place} › ${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => changesIn(`${place} › ${index + 1}`, item, after[index]));
  }
  return [{ place, before: before ?? null, after: after ?? null }];
};

const whatRuns = (step: Step) => ({
  action: `${step.actionType}@${step.version}`,
  params: step.params,
  dependsOn: step.dependsOn,
  targets: step.targets,
});

/** What is shown of a step beside its files: requests, and fields of records. */
const effects = ({ diffs }: Step) => diffs.filter(({ __typename }) => __typename !== 'FileDiff');

const movesBetween = (before: Step, after: Step): PositionMove[] =>
  before.positions.flatMap(({ what, at }) => {
    const now = after.positions.find((position) => position.what === what);
    return now === undefined || now.at === at ? [] : [{ what, from: at, to: now.at }];
  });

const compareStep = (name: string, before: Step, after: Step): PlanComparison => {
  const place = `step ${name}`;
  const fields = [
    ...changesIn(place, whatRuns(before), whatRuns(after)),
    ...changesIn(`${place} › effect`, effects(before), effects(after)),
  ];
  const preconditions = changesIn(`${place} › precondition`, before.precondition, after.precondition);
  const files = compareFiles(before.diffs, after.diffs, fields.length + preconditions.length > 0);
  const moves = movesBetween(before, after);
  return { files, fields: moves.length > 0 ? fields : [...fields, ...preconditions], moves };
};

/** What another revision would do that this one would not: its effects first, step by step. */
export const comparePlans = (before: Plan, after: Plan): PlanComparison => {
  const names = [...new Set([...before.steps, ...after.steps].map(({ name }) => name))];
  const stepOf = (plan: Plan, name: string) => plan.steps.find((step) => step.name === name);
  const steps = names.map((name): PlanComparison => {
    const left = stepOf(before, name);
    const right = stepOf(after, name);
    if (left && right) return compareStep(name, left, right);
    const summaries = { before: left?.summary ?? null, after: right?.summary ?? null };
    const files = compareFiles(left?.diffs ?? [], right?.diffs ?? [], true);
    return { files, fields: [{ place: `step ${name}`, ...summaries }], moves: [] };
  });
  return {
    files: steps.flatMap(({ files }) => files),
    fields: steps.flatMap(({ fields }) => fields),
    moves: steps.flatMap(({ moves }) => moves),
  };
};

const short = (at: string): string => (/^[0-9a-f]{40,64}$/u.test(at) ? at.slice(0, 7) : at);

/** `main moved from f493175 to 8515aad` */
export const moveWords = ({ what, from, to }: PositionMove): string => {
  if (to === null) return `${what} is gone; it was at ${from === null ? 'nothing' : short(from)}`;
  return from === null
    ? `${what} exists now, at ${short(to)}`
    : `${what} moved from ${short(from)} to ${short(to)}`;
};

/** A comparison in a few words: "1 file differs, main moved". */
export const comparisonWords = ({ files, fields, moves }: PlanComparison): string => {
  const parts = [
    files.length > 0 ? `${files.length} ${files.length === 1 ? 'file differs' : 'files differ'}` : null,
    fields.length > 0 ? `${fields.length} ${fields.length === 1 ? 'field' : 'fields'} changed` : null,
    ...new Set(moves.map(({ what }) => `${what} moved`)),
  ].filter((part) => part !== null);
  if (parts.length === 0) return 'nothing that runs changed';
  return files.length + fields.length === 0 ? `the same changes, but ${parts.join(', ')}` : parts.join(', ');
};

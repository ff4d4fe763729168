import type { Environment } from '@countersign/shared';
import { isDestructive } from './diff.ts';
import type { PlanDocument, PlannedStep, PlanPhase } from './plan.ts';
import { rolloutInWords } from './rollout.ts';

/** One sentence for the whole plan, built from the steps alone. */
export const planSummary = (
  steps: readonly PlannedStep[],
  environment: Environment,
  { phases, transactional }: Pick<PlanDocument, 'phases' | 'transactional'> = {},
): string => {
  const actions = steps.filter(({ kind, fallbackFor }) => kind === undefined && fallbackFor === undefined);
  const fallbacks = steps.filter(({ fallbackFor }) => fallbackFor !== undefined).length;
  const rolledOut = phases ? actions.filter(({ phase }) => phase > 0) : [];
  const [first] = rolledOut.length > 0 ? rolledOut : weightiestFirst(actions);
  if (!first) return 'Do nothing';
  const others = actions.length - Math.max(1, rolledOut.length);
  const what = [
    first.summary,
    ...(phases ? [rolloutSummary(rolledOut, phases)] : []),
    ...(others > 0 ? [phases ? `with ${counted(others, 'other step')}` : `and ${others} more`] : []),
    ...(fallbacks > 0 ? [`with ${counted(fallbacks, 'fallback')}`] : []),
    ...(transactional ? [transactionSummary(actions)] : []),
  ];
  // Where it counts, whoever reads the title alone knows where they are.
  return `${what.join(', ')}${environment === 'DEVELOPMENT' ? '' : ` (${environment.toLowerCase()})`}`;
};

/** What takes something away is named before what does not, wherever it stands. */
const weightiestFirst = (actions: readonly PlannedStep[]): PlannedStep[] =>
  actions.toSorted((a, b) => Number(b.diffs.some(isDestructive)) - Number(a.diffs.some(isDestructive)));

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const rolloutSummary = (rolledOut: readonly PlannedStep[], phases: readonly PlanPhase[]): string => {
  const more = rolledOut.length > 1 ? othersInWords(rolledOut) : 'in phases';
  const sizes = phases.map(({ number }) => rolledOut.filter(({ phase }) => phase === number).length);
  return `${more}: ${rolloutInWords(sizes)}`;
};

/** "Likewise" of those alone that differ in what names their target, and in nothing else. */
const othersInWords = (rolledOut: readonly PlannedStep[]): string => {
  const kind = rolledOut[0]?.targets[0]?.kind ?? 'target';
  const places = new Set(rolledOut.map(({ targets }) => JSON.stringify(targets)));
  const hasOwnTargets = places.size === rolledOut.length;
  const others = counted(rolledOut.length - 1, `more ${hasOwnTargets ? kind : 'step'}`);
  const own = ownParams(rolledOut);
  if (own.length === 0 || (own.length === 1 && hasOwnTargets)) return `and likewise ${others}`;
  return `and ${others}, each with its own ${own.join(', ')}`;
};

const ownParams = (steps: readonly PlannedStep[]): string[] =>
  [...new Set(steps.flatMap(({ params }) => Object.keys(params)))]
    .filter((name) => new Set(steps.map(({ params }) => JSON.stringify(params[name]))).size > 1)
    .toSorted();

const transactionSummary = (actions: readonly PlannedStep[]): string => {
  const lasting = actions.filter(({ undo, category }) => undo === undefined && category !== 'READ').length;
  if (lasting === 0) return 'all undone where one fails';
  return `undone where one fails, except for ${counted(lasting, 'step')} that cannot be undone`;
};

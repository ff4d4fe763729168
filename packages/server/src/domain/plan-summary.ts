import type { Environment } from '@countersign/shared';
import type { PlanDocument, PlannedStep, PlanPhase } from './plan.ts';
import { rolloutInWords } from './rollout.ts';

/** One sentence for the whole plan, built from the steps alone. */
export const planSummary = (
  steps: readonly PlannedStep[],
  environment: Environment,
  { phases, transactional }: Pick<PlanDocument, 'phases' | 'transactional'> = {},
): string => {
  const actions = steps.filter(({ kind }) => kind === undefined);
  const rolledOut = phases ? actions.filter(({ phase }) => phase > 0) : [];
  const [first] = rolledOut.length > 0 ? rolledOut : actions;
  if (!first) return 'Do nothing';
  const others = actions.length - Math.max(1, rolledOut.length);
  const what = [
    first.summary,
    ...(phases ? [rolloutSummary(rolledOut, phases)] : []),
    ...(others > 0 ? [phases ? `with ${counted(others, 'other step')}` : `and ${others} more`] : []),
    ...(transactional ? [transactionSummary(actions)] : []),
  ];
  // Where it counts, whoever reads the title alone knows where they are.
  return `${what.join(', ')}${environment === 'DEVELOPMENT' ? '' : ` (${environment.toLowerCase()})`}`;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const rolloutSummary = (rolledOut: readonly PlannedStep[], phases: readonly PlanPhase[]): string => {
  const kind = rolledOut[0]?.targets[0]?.kind ?? 'target';
  const more =
    rolledOut.length > 1 ? `and likewise ${counted(rolledOut.length - 1, `more ${kind}`)}` : 'in phases';
  const sizes = phases.map(({ number }) => rolledOut.filter(({ phase }) => phase === number).length);
  return `${more}: ${rolloutInWords(sizes)}`;
};

const transactionSummary = (actions: readonly PlannedStep[]): string => {
  const lasting = actions.filter(({ undo, category }) => undo === undefined && category !== 'READ').length;
  if (lasting === 0) return 'all undone where one fails';
  return `undone where one fails, except for ${counted(lasting, 'step')} that cannot be undone`;
};

import type { PlanStep } from '../graphql/plan-fragments.ts';

/** What a rollback does not take back of a step; null where it takes back all, or there is nothing. */
export const lastingWords = ({
  category,
  canBeUndone,
  reversible,
}: Pick<PlanStep, 'category' | 'canBeUndone' | 'reversible'>): string | null => {
  if (category === 'READ') return null;
  if (!canBeUndone) return 'cannot be undone';
  return reversible ? null : 'undoing it brings nothing back';
};

/** Of a whole plan: the value of its fact, and what is below it. */
export const rollbackWords = (
  steps: readonly Pick<PlanStep, 'category' | 'canBeUndone' | 'reversible'>[],
): readonly [possible: 'Possible' | 'In part' | 'None' | 'Not needed', words: string] => {
  const changing = steps.filter(({ category }) => category !== 'READ');
  const undoable = changing.filter(({ canBeUndone }) => canBeUndone);
  const empty = undoable.filter(({ reversible }) => !reversible).length;
  if (changing.length === 0) return ['Not needed', 'it only reads'];
  if (undoable.length === 0) return ['None', 'cannot be undone'];
  if (undoable.length < changing.length)
    return ['In part', `${undoable.length} of ${changing.length} steps can be undone`];
  if (empty === 0) return ['Possible', 'brings back what was there'];
  return [
    'Possible',
    empty === changing.length
      ? 'brings nothing back'
      : `${empty} of ${changing.length} steps bring nothing back`,
  ];
};

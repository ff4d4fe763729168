import { VisibleText } from '../../../components/visible-text.tsx';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { comparePlans, comparisonWords } from './compare-plans.ts';

/** In a sentence, what is otherwise in a newer revision. */
export const ComparisonWords = ({ before, after }: { before: Plan; after: Plan }) => (
  <>
    : <VisibleText text={comparisonWords(comparePlans(before, after))} />
  </>
);

import type { DecisionContext, DecisionFacts, PolicyAnswer } from '../../domain/decision.ts';
import type { PolicyInput } from './policy-input.ts';

/** What of the facts is in the rules' input already. */
export const factsOf = (
  input: PolicyInput,
  policy: PolicyAnswer,
): Omit<DecisionFacts, keyof DecisionContext> => ({
  policy,
  environment: input.environment,
  risk: input.risk,
  // What is read with a secret uses it.
  hasSideEffects: input.steps.some(
    ({ category, targets }) => category !== 'READ' || targets.some(({ kind }) => kind === 'secret'),
  ),
  requesterAsksApproval: input.requiresApproval,
});

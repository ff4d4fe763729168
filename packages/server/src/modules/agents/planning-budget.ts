import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Planning, PlanningBudget } from '../../domain/specialist.ts';
import type { ModelUse } from './planner-port.ts';

/** What the next call of a model takes at least. */
export interface ComingCall {
  readonly tokens: number;
  readonly costMicros: number;
}

/** It says again all that was said. */
export const nextAfter = ({
  inputTokens,
  outputTokens,
  costMicros,
}: Pick<ModelUse, 'inputTokens' | 'outputTokens' | 'costMicros'>): ComingCall => ({
  tokens: inputTokens + outputTokens,
  costMicros: costMicros ?? 0,
});

/** As it will be after a call of so much. */
export const withCall = (planning: Planning, { tokens, costMicros }: ComingCall) => ({
  tokens: planning.inputTokens + planning.outputTokens + tokens,
  costMicros: planning.costMicros === null ? null : planning.costMicros + costMicros,
});

export const withinBudget = (
  { tokens, costMicros }: ReturnType<typeof withCall>,
  budget: PlanningBudget,
  today: number,
  perDay: number,
): Outcome<void> => {
  if (tokens > budget.tokens)
    return refused(
      refusal('QUOTA_EXCEEDED', `Planning would take more than the ${budget.tokens} tokens of its agent.`),
    );
  if (costMicros !== null && costMicros > budget.costMicros)
    return refused(refusal('QUOTA_EXCEEDED', 'Planning would cost more than its agent may spend on a plan.'));
  return today > perDay
    ? refused(refusal('QUOTA_EXCEEDED', `The ${perDay} tokens of this tenant for today are used up.`))
    : accepted(undefined);
};

import type { PlanDocument, PlanPresentation } from '../../domain/plan.ts';
import type { WorkStep } from '../../record/kill-switch-store.ts';

/** What a stop asks of the steps of a plan. One that people cannot be shown counts as a change. */
export const workOf = ({ steps }: PlanDocument, { steps: shown }: PlanPresentation): readonly WorkStep[] =>
  steps.map(({ platform, action }, index) => ({
    platform,
    actionType: action,
    category: shown[index]?.category ?? 'WRITE',
  }));

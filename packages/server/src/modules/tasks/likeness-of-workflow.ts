import type { PreparedWorkflow } from '../../platforms/index.ts';
import { kindOf, likenessOf } from '../../record/likeness.ts';
import type { Plan } from '../../domain/plan.ts';

type Likeness = Pick<Plan, 'likeness' | 'kind'>;

/** Asked before a plan is made, and with it. */
const made = new WeakMap<PreparedWorkflow, Likeness>();

/** What a workflow does, wherever it does it: known before anybody plans, since planning changes none of its params. */
export const likenessOfWorkflow = (workflow: PreparedWorkflow): Likeness => {
  const known = made.get(workflow);
  if (known) return known;
  const steps = workflow.steps.map(({ prepared: { traits, params }, kind, expect }) => ({
    action: `${traits.name}@${traits.version}`,
    params,
    kind,
    expect,
  }));
  const likeness = { likeness: likenessOf(steps), kind: kindOf(steps) };
  made.set(workflow, likeness);
  return likeness;
};

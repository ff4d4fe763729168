import { useEffect, useState } from 'react';
import type { Plan } from '../../graphql/fragments.ts';
import type { ApprovalDetail } from './approval-detail.ts';
import { planSeenBefore, rememberPlan } from './seen-plans.ts';

export interface Presented {
  /** The plan on screen: it changes only when the person asks for the newer one. */
  readonly plan: Plan | null;
  /** An earlier revision that was on screen before. */
  readonly previous: Plan | null;
  /** A newer plan that waits to be looked at. */
  readonly newer: Plan | null;
  readonly acceptNewer: () => void;
}

/** Holds still what a person is reading while the request under it may move on. */
export const usePresented = (approval: ApprovalDetail): Presented => {
  const { task, planHash } = approval;
  const current = task.plan?.hash === planHash ? task.plan : null;
  const [plan, setPlan] = useState<Plan | null>(current);
  if (plan === null && current !== null) setPlan(current);
  useEffect(() => {
    if (plan) rememberPlan(task.id, plan);
  }, [plan, task.id]);
  const newer = plan !== null && current !== null && current.hash !== plan.hash ? current : null;
  return {
    plan,
    previous: plan ? planSeenBefore(task.id, plan) : null,
    newer,
    acceptNewer: () => {
      if (newer) setPlan(newer);
    },
  };
};

import { useEffect } from 'react';
import type { Plan } from '../../graphql/fragments.ts';
import type { ApprovalDetail } from './approval-detail.ts';
import { planSeen, planSeenBefore, rememberPlan } from './seen-plans.ts';

export interface Presented {
  /** The plan that this request names, and no other; null where it was replaced before it was ever on screen. */
  readonly plan: Plan | null;
  /** An earlier revision that was on screen before. */
  readonly previous: Plan | null;
  /** The plan that took this one's place; it is another request's. */
  readonly newer: Plan | null;
}

/** Holds still what a person is reading while the task under it moves on to another plan. */
export const usePresented = ({ task, planHash, revision }: ApprovalDetail): Presented => {
  const current = task.plan;
  const plan = current?.hash === planHash ? current : planSeen(task.id, planHash);
  useEffect(() => {
    if (plan) rememberPlan(task.id, plan);
  }, [plan, task.id]);
  return {
    plan,
    previous: plan ? planSeenBefore(task.id, plan) : null,
    newer: current && current.revision > revision ? current : null,
  };
};

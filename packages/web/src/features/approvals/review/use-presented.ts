import { useQuery } from '@tanstack/react-query';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { newestPlanOptions, type ApprovalDetail } from '../approval-detail.ts';

export interface Presented {
  /** The plan that this request names, and no other; null where it can be shown to nobody. */
  readonly plan: Plan | null;
  /** What people were asked about before. */
  readonly previous: Plan | null;
  /** The revision that took this one's place; its plan is another request's, and null until it is read. */
  readonly newer: { readonly revision: number; readonly plan: Plan | null } | null;
}

/** Holds still what a person is reading while the task under it moves on to another plan. */
export const usePresented = ({ task, plan, previous, revision }: ApprovalDetail): Presented => {
  const newest = task.plan?.revision ?? revision;
  const hasNewer = newest > revision;
  const { data } = useQuery({ ...newestPlanOptions(task.id), enabled: hasNewer });
  const read = data?.task?.plan ?? null;
  return {
    plan,
    previous: previous?.plan ?? null,
    newer: hasNewer ? { revision: newest, plan: read?.revision === newest ? read : null } : null,
  };
};

import type { ReactNode } from 'react';
import type { Decision } from '../../../graphql/fragments.ts';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import type { ApprovalDetail } from '../approval-detail.ts';

/** What other features show inside a review; a route brings them together. */
export interface ReviewSlots {
  /** What planning found that weighs much, or nothing; it stands above the tabs. */
  weightyFindings(plan: Plan): ReactNode;
  /** What the agent says that planned it, or nothing; it stands above the tabs. */
  agentWords(approval: ApprovalDetail): ReactNode;
  /** `onWholeShown` is called once everything that is too long to come with the plan has been on screen. */
  changes(plan: Plan, taskId: string, onWholeShown: () => void): ReactNode;
  plan(plan: Plan, taskId: string): ReactNode;
  policy(decision: Decision): ReactNode;
  history(taskId: string): ReactNode;
  /** What could be granted so that the like need not be asked about, or nothing; it stands below the tabs. */
  offer(taskId: string): ReactNode;
}

import type { ReviewSlots } from '../../features/approvals/review-slots.ts';
import { DecisionView } from '../../features/plans/decision-view.tsx';
import { Findings, weightyFindings } from '../../features/plans/findings.tsx';
import { PlanChanges } from '../../features/plans/plan-changes.tsx';
import { PlanSteps } from '../../features/plans/plan-steps.tsx';
import { TaskHistory } from '../../features/tasks/task-history.tsx';

/** What a review shows of plans and tasks. */
export const reviewSlots: ReviewSlots = {
  weightyFindings: (plan) => <Findings findings={weightyFindings(plan)} />,
  changes: (plan, taskId, onWholeShown) => (
    <PlanChanges key={plan.hash} plan={plan} taskId={taskId} onWholeShown={onWholeShown} />
  ),
  plan: (plan, taskId) => <PlanSteps plan={plan} taskId={taskId} />,
  policy: (decision) => <DecisionView decision={decision} />,
  history: (taskId) => <TaskHistory taskId={taskId} />,
};

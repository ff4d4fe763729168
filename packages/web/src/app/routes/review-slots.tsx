import { lazy, Suspense } from 'react';
import type { ReviewSlots } from '../../features/approvals/review/review-slots.ts';
import { Findings, weightyFindings } from '../../features/plans/findings.tsx';
import { PlanChanges } from '../../features/plans/plan-changes.tsx';

// Behind the first tab; the page of a task brings them too, so they are there in an outage.
const PlanSteps = lazy(() =>
  import('../../features/plans/plan-steps.tsx').then((m) => ({ default: m.PlanSteps })),
);
const DecisionView = lazy(() =>
  import('../../features/plans/decision-view.tsx').then((m) => ({ default: m.DecisionView })),
);
const TaskHistory = lazy(() =>
  import('../../features/tasks/task-history.tsx').then((m) => ({ default: m.TaskHistory })),
);

/** What a review shows of plans and tasks. */
export const reviewSlots: ReviewSlots = {
  weightyFindings: (plan) => <Findings findings={weightyFindings(plan)} />,
  changes: (plan, taskId, onWholeShown) => (
    <PlanChanges key={plan.hash} plan={plan} taskId={taskId} onWholeShown={onWholeShown} />
  ),
  plan: (plan, taskId) => (
    <Suspense>
      <PlanSteps plan={plan} taskId={taskId} />
    </Suspense>
  ),
  policy: (decision) => (
    <Suspense>
      <DecisionView decision={decision} />
    </Suspense>
  ),
  history: (taskId) => (
    <Suspense>
      <TaskHistory taskId={taskId} />
    </Suspense>
  ),
};

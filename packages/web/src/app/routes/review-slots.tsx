import { lazy, Suspense } from 'react';
import { lazyPart } from '../../components/lazy-part.ts';
import type { ReviewSlots } from '../../features/approvals/review/review-slots.ts';
import { Findings, weightyFindings } from '../../features/plans/findings.tsx';
import { AgentWords } from '../../features/tasks/agent-words.tsx';
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

const OfferOnReview = lazyPart(() =>
  import('../../features/grants/grant-offer.tsx').then((m) => m.OfferOnReview),
);

/** What a review shows of plans, tasks and grants. */
export const reviewSlots: ReviewSlots = {
  weightyFindings: (plan) => <Findings findings={weightyFindings(plan)} />,
  agentWords: ({ revision, task: { planning } }) =>
    planning?.finishedAt == null || planning.summary === null ? null : (
      <AgentWords words={planning} isChanged={revision > 1} />
    ),
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
  offer: (taskId) => (
    <Suspense>
      <OfferOnReview taskId={taskId} />
    </Suspense>
  ),
};

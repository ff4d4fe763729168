import { useLocation, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { DecisionView } from '../../features/plans/decision-view.tsx';
import { PlanChanges } from '../../features/plans/plan-changes.tsx';
import { PlanSteps } from '../../features/plans/plan-steps.tsx';
import { RunActs, RunStanding } from '../../features/runs/run-bar.tsx';
import { RunView } from '../../features/runs/run-view.tsx';
import { TaskSources } from '../../features/sources/task-sources.tsx';
import { TaskScreen, type TaskSlots } from '../../features/tasks/task-screen.tsx';

const slots: TaskSlots = {
  changes: (plan, taskId) => <PlanChanges key={plan.hash} plan={plan} taskId={taskId} />,
  plan: (plan, taskId) => <PlanSteps plan={plan} taskId={taskId} />,
  policy: (decision) => <DecisionView decision={decision} />,
  run: (taskId) => <RunView taskId={taskId} />,
  runActs: (taskId) => <RunActs taskId={taskId} />,
  runStanding: (taskId) => <RunStanding taskId={taskId} />,
  sources: (sources) => <TaskSources sources={sources} />,
};

export const TaskPage = () => {
  const { id } = useParams({ from: '/shell/tasks/$id' });
  const { tab = 'timeline' } = useSearch({ from: '/shell/tasks/$id' });
  const navigate = useNavigate({ from: '/tasks/$id' });
  const router = useRouter();
  const { fromTasks = {} } = useLocation().state;
  return (
    <TaskScreen
      key={id}
      id={id}
      tab={tab}
      slots={slots}
      backSearch={fromTasks}
      onTab={(next) => void navigate({ search: { tab: next }, state: { fromTasks }, replace: true })}
      onBack={() => {
        if (router.history.canGoBack()) router.history.back();
        else void navigate({ to: '/tasks', search: fromTasks });
      }}
    />
  );
};

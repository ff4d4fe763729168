import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Suspense, type ReactNode } from 'react';
import { lazyPart } from '../../components/lazy-part.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Decision } from '../../graphql/fragments.ts';
import type { Plan } from '../../graphql/plan-fragments.ts';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { useShowEnvironment } from '../../vocabulary/shown-environment.ts';
import { shortId } from '../../vocabulary/short-id.ts';
import { isCancelling, TaskStatusMark } from '../../vocabulary/task-status.tsx';
import { GoalWords } from '../../vocabulary/goal-words.tsx';
import { ApplyPlanButton } from './apply-plan.tsx';
import { CancelTaskButton } from './cancel-task.tsx';
import { PlanningView } from './planning-view.tsx';
import { RelatedTasks } from './related-tasks.tsx';
import { taskDetailOptions, taskTurnsOptions, type TaskDetail } from './task-detail.ts';
import { TaskFacts } from './task-facts.tsx';
import type { TasksSearch } from './task-list.ts';
import { TaskHistory } from './task-history.tsx';
import { TaskOutcome } from './task-outcome.tsx';
import styles from './task-screen.module.css';
import { taskTabs, type TaskTab } from './task-tabs.ts';
import { TimelineBar } from './timeline-bar.tsx';

const TaskFeedbackPanel = lazyPart(() => import('./task-feedback.tsx').then((m) => m.TaskFeedbackPanel));

/** What other features show inside a task; a route brings them together. */
export interface TaskSlots {
  changes(plan: Plan, taskId: string): ReactNode;
  plan(plan: Plan, taskId: string): ReactNode;
  policy(decision: Decision): ReactNode;
  run(taskId: string): ReactNode;
  /** What may be done to its run, beside what may be done to the task. */
  runActs(taskId: string): ReactNode;
  runStanding(taskId: string): ReactNode;
  sources(sources: TaskDetail['sources']): ReactNode;
}

const tabWords: Readonly<Record<TaskTab, string>> = {
  timeline: 'Timeline',
  changes: 'Changes',
  plan: 'Plan',
  policy: 'Policy',
};

const tabCount = (tab: TaskTab, { plan, decision }: TaskDetail): number | undefined => {
  if (tab === 'changes') return plan?.steps.reduce((sum, { diffs }) => sum + diffs.length, 0);
  if (tab === 'plan') return plan?.steps.length;
  return tab === 'policy' ? decision?.reasons.length : undefined;
};

const Headline = ({ task, backSearch }: { task: TaskDetail; backSearch: TasksSearch }) => (
  <header className={styles['head']}>
    <div className={styles['crumbs']}>
      <Link to="/tasks" search={backSearch} className={styles['back'] ?? ''}>
        <IconChevronLeft size={14} aria-hidden /> Tasks
      </Link>
      <code title={task.id}>{shortId(task.id)}</code>
      <CopyButton value={task.id} label="Copy task id" />
    </div>
    <div className={styles['words']}>
      <h1 data-cut={task.plan === null || undefined}>
        <VisibleText text={task.plan?.summary ?? task.goal} isBreakable />
      </h1>
      <div className={styles['says']}>
        <GoalWords
          goal={task.goal}
          justification={task.justification}
          label={task.submittedBy.type === 'HUMAN' ? 'in words' : 'agent says'}
        />
      </div>
    </div>
    <p className={styles['who']}>
      <b>
        <TaskStatusMark
          status={task.status}
          mode={task.mode}
          cancelRequestedAt={task.cancelRequestedAt}
          size={16}
        />
      </b>
      <EnvironmentPill environment={task.environment} />
      <PrincipalChip principal={task.submittedBy} />
      {task.submittedBy.owner ? (
        <>
          <span>on behalf of</span>
          <PrincipalChip principal={task.submittedBy.owner} />
        </>
      ) : null}
      {task.revision > 0 ? <span>rev {task.revision}</span> : null}
      {task.tags.map((tag) => (
        <span key={tag} className={styles['tag']}>
          <VisibleText text={tag} />
        </span>
      ))}
    </p>
  </header>
);

/** Stays in sight however far down somebody reads. */
const Acts = ({ task, slots }: { task: TaskDetail; slots: TaskSlots }) => (
  <div className={styles['acts']} role="group" aria-label="What to do with this task">
    {task.viewerCanApply && task.plan ? <ApplyPlanButton taskId={task.id} plan={task.plan} /> : null}
    {task.run ? slots.runActs(task.id) : null}
    {task.viewerCanCancel && !isCancelling(task.status, task.cancelRequestedAt) ? (
      <CancelTaskButton task={task} />
    ) : null}
  </div>
);

/** With its legend on one line. */
const timelineHeightPx = 58;

const Timeline = ({ task, slots }: { task: TaskDetail; slots: TaskSlots }) => {
  const { data } = useQuery(taskTurnsOptions(task.id));
  return (
    <>
      {data?.task ? (
        <TimelineBar events={data.task.events.nodes} finishedAt={task.finishedAt} />
      ) : (
        <Skeleton width="100%" height={timelineHeightPx} />
      )}
      {task.run ? slots.run(task.id) : null}
      <section className={styles['events']} aria-label="Events">
        <h2>Events</h2>
        <TaskHistory taskId={task.id} />
      </section>
      {task.run ? (
        <Suspense>
          <TaskFeedbackPanel taskId={task.id} />
        </Suspense>
      ) : null}
    </>
  );
};

export interface TaskScreenProps {
  readonly id: string;
  readonly tab: TaskTab;
  readonly slots: TaskSlots;
  /** How the list was narrowed that leads here. */
  readonly backSearch: TasksSearch;
  readonly onTab: (tab: TaskTab) => void;
  readonly onBack: () => void;
}

const Task = ({ task, props }: { task: TaskDetail; props: TaskScreenProps }) => {
  const { tab, slots, onTab, onBack } = props;
  useShowEnvironment(task.environment);
  useKeys('page', {
    Escape: onBack,
    ...Object.fromEntries(taskTabs.map((each, index) => [String(index + 1), () => onTab(each)])),
  });
  const { plan, decision } = task;
  const noPlan = task.status === 'PLANNING' ? <BeingPlanned /> : <p className="muted">There is no plan.</p>;
  const contents = {
    timeline: () => <Timeline task={task} slots={slots} />,
    changes: () => (plan ? slots.changes(plan, task.id) : noPlan),
    plan: () => (plan ? slots.plan(plan, task.id) : noPlan),
    policy: () =>
      decision ? (
        slots.policy(decision)
      ) : (
        <p className="muted">Policy decides once there is a plan; it has not decided yet.</p>
      ),
  };
  return (
    <article className={styles['content']} aria-label="Task">
      <Headline task={task} backSearch={props.backSearch} />
      <Acts task={task} slots={slots} />
      <TaskOutcome task={task} />
      {task.run ? slots.runStanding(task.id) : null}
      {task.planning || task.agent !== null ? <PlanningView task={task} /> : null}
      <TaskFacts task={task} />
      {task.sources.length > 0 ? slots.sources(task.sources) : null}
      <RelatedTasks task={task} />
      <Tabs
        value={tab}
        onChange={(next) => onTab(taskTabs.find((each) => each === next) ?? 'timeline')}
        keepMounted={false}
      >
        <Tabs.List>
          {taskTabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {tabWords[each]}
              <span className={styles['count']}>{tabCount(each, task)}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} className={styles['panel'] ?? ''} tabIndex={-1}>
          {contents[tab]()}
        </Tabs.Panel>
      </Tabs>
    </article>
  );
};

/** In place of a plan that is still to come. */
const BeingPlanned = () => (
  <div className={styles['planning']} role="status">
    <p>Planning… What it would change, its risk and who must approve it are known once the plan is there.</p>
    <div aria-hidden>
      <Skeleton width="52%" height={18} />
      <Skeleton width="100%" height={90} />
      <Skeleton width="76%" height={18} />
    </div>
  </div>
);

const Loading = () => (
  <div className={styles['content']} role="status" aria-label="Loading">
    <Skeleton width={120} />
    <Skeleton width="52%" height={22} />
    <Skeleton width="36%" />
    <Skeleton width="100%" height={68} />
    <Skeleton width="40%" height={26} />
    <Skeleton width="100%" height={260} />
  </div>
);

/** One task from its submission to its end. */
export const TaskScreen = (props: TaskScreenProps) => {
  const query = useQuery(taskDetailOptions(props.id));
  const content = query.data?.task ? (
    <Task task={query.data.task} props={props} />
  ) : query.error ? (
    <ErrorPanel
      title="This task could not be loaded."
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  ) : query.data ? (
    <EmptyState isPage title="There is no such task">
      <Link to="/tasks">All tasks</Link>
    </EmptyState>
  ) : (
    <Loading />
  );
  return <div className={styles['scroller']}>{content}</div>;
};

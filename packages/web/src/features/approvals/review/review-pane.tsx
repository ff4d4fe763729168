import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { lazyPart } from '../../../components/lazy-part.ts';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useDisarmOn, useIsArmed } from '../../../components/use-arming.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { useKeys } from '../../../components/use-keys.ts';
import { useConnection } from '../../../live/session.tsx';
import { shortId } from '../../../vocabulary/short-id.ts';
import { useShowEnvironment } from '../../../vocabulary/shown-environment.ts';
import { ActionBar } from './action-bar.tsx';
import { approvalDetailOptions, type ApprovalDetail } from '../approval-detail.ts';
import { barState } from './bar-state.ts';
import { useSentDecisions } from '../decide/sent-decisions.tsx';
import { DecisionNotes } from '../decide/decision-notes.tsx';
import { FactStrip } from './fact-strip.tsx';
import { knownSince } from './known-since.ts';
import type { Composed } from '../decide/composer.tsx';
import { Composer } from '../decide/fetched-composer.ts';
import { ReviewNotices } from './review-notices.tsx';
import styles from './review-pane.module.css';
import { ReviewSkeleton } from '../review-skeleton.tsx';
import type { ReviewSlots } from './review-slots.ts';
import { reviewTabs, type ReviewTab } from './review-tabs.ts';
import { ReviewTitle } from './review-title.tsx';
import { stepThroughChanges, toggleViewed } from './step-through-changes.ts';
import { useDecisions } from './use-decisions.ts';
import { useReturningFocus } from './use-returning-focus.ts';
import { usePresented, type Presented } from './use-presented.ts';
import { WhyAsked } from './why-asked.tsx';

export interface ReviewPaneProps {
  readonly id: string;
  readonly tab: ReviewTab;
  readonly slots: ReviewSlots;
  readonly onTab: (tab: ReviewTab) => void;
  readonly onDecided: (id: string) => void;
  readonly onReviewNext: (id: string) => void;
  readonly onBack?: (() => void) | undefined;
  readonly onExpand?: (() => void) | undefined;
}

const Conversation = lazyPart(() => import('./conversation.tsx').then((m) => m.Conversation));

// A person's own acts can come after the change itself.
const Attention = lazyPart(() => import('../attention/attention.tsx').then((m) => m.Attention));

// Few requests follow another.
const RevisionChanges = lazy(() =>
  import('./revision-changes.tsx').then((m) => ({ default: m.RevisionChanges })),
);

const tabWords: Readonly<Record<ReviewTab, string>> = {
  changes: 'Changes',
  plan: 'Plan',
  policy: 'Policy',
  history: 'History',
};

const tabCount = (tab: ReviewTab, approval: ApprovalDetail, { plan }: Presented): number | null => {
  if (tab === 'changes') return plan?.steps.reduce((sum, { diffs }) => sum + diffs.length, 0) ?? null;
  if (tab === 'plan') return plan?.steps.length ?? null;
  return tab === 'policy' ? (approval.task.decision?.reasons.length ?? null) : null;
};

const ReviewTabs = ({
  approval,
  presented,
  tab,
  slots,
  onTab,
  onWholeShown,
}: Pick<ReviewPaneProps, 'tab' | 'slots' | 'onTab'> & {
  approval: ApprovalDetail;
  presented: Presented;
  onWholeShown: () => void;
}) => {
  const { plan, previous } = presented;
  const { task } = approval;
  const noPlan = <p className="muted">Rev {approval.revision} cannot be shown, so nobody can decide it.</p>;
  const contents = {
    changes: () =>
      plan ? (
        // Both at once, or the changes would move under whoever reads them.
        <Suspense>
          {previous ? <RevisionChanges before={previous} after={plan} /> : null}
          {slots.changes(plan, task.id, onWholeShown)}
        </Suspense>
      ) : (
        noPlan
      ),
    plan: () => (plan ? slots.plan(plan, task.id) : noPlan),
    policy: () => (task.decision ? slots.policy(task.decision) : null),
    history: () => slots.history(task.id),
  };
  const tabs = (
    <Tabs
      value={tab}
      onChange={(next) => onTab(reviewTabs.find((each) => each === next) ?? 'changes')}
      keepMounted={false}
    >
      <Tabs.List className={styles['tabs'] ?? ''}>
        {reviewTabs.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {tabWords[each]} <span className={styles['count']}>{tabCount(each, approval, presented)}</span>
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab} className={styles['panel'] ?? ''} tabIndex={-1}>
        {contents[tab]()}
      </Tabs.Panel>
    </Tabs>
  );
  return (
    <>
      {tabs}
      {slots.offer(task.id)}
    </>
  );
};

/** What it is, why a person is asked, and the facts to begin with. */
const Opening = ({
  approval,
  plan,
  onBack,
  onExpand,
}: Pick<ReviewPaneProps, 'onBack' | 'onExpand'> & Pick<Presented, 'plan'> & { approval: ApprovalDetail }) => (
  <>
    <ReviewTitle
      approval={approval}
      title={plan?.summary ?? `Rev ${approval.revision} of task ${shortId(approval.task.id)}`}
      link={`${window.location.origin}/approvals/${approval.id}`}
      onBack={onBack}
      onExpand={onExpand}
    />
    <WhyAsked reasons={approval.reasons} isOpen={approval.status === 'PENDING'} />
    {plan ? <FactStrip approval={approval} plan={plan} /> : null}
  </>
);

/** What can be done besides deciding; its room is kept until it is there. */
const Asides = ({
  id,
  hasParts,
  compose,
}: {
  id: string;
  hasParts: boolean;
  compose: (what: Composed) => void;
}) => (
  <Suspense fallback={<div className={styles['attention']} />}>
    <Attention id={id} onSnooze={() => compose('snooze')} onPart={hasParts ? () => compose('part') : null} />
  </Suspense>
);

/** What sends decisions knows which request is on screen. */
const useReviewed = (id: string): void => {
  const { setReviewed } = useSentDecisions();
  useEffect(() => {
    setReviewed(id);
    return () => setReviewed(null);
  }, [id, setReviewed]);
};

/** Whether anybody said anything about it yet, or about the revision before, or nobody could. */
const hasPast = ({
  previous,
  editedBy,
  lacksPeople,
  staleSince,
  questions,
  changesRequested,
}: ApprovalDetail) =>
  Boolean(previous ?? editedBy ?? lacksPeople ?? staleSince) ||
  questions.length + changesRequested.length > 0;

const isLong = (plan: Presented['plan']): boolean =>
  plan?.steps.some(({ diffs }) => diffs.some((diff) => diff.__typename === 'FileDiff' && diff.isTruncated)) ??
  false;

const Review = ({
  approval,
  viewerId,
  answeredAtMs,
  props,
}: {
  approval: ApprovalDetail;
  viewerId: string | undefined;
  /** When the request was read last, by this browser's clock. */
  answeredAtMs: number;
  props: ReviewPaneProps;
}) => {
  const { tab, slots, onTab, onReviewNext, onBack, onExpand } = props;
  const sent = useSentDecisions();
  const { phase } = useConnection();
  const nowMs = useServerNow();
  const presented = usePresented(approval);
  const { plan, newer } = presented;
  const [wholeShownOf, setWholeShownOf] = useState<string | null>(null);
  const [composed, setComposed] = useState<Composed | null>(null);
  const pane = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const isArmed = useIsArmed();
  const decide = useDecisions(approval, presented, props.onDecided, scroller);
  useReviewed(approval.id);
  useShowEnvironment(approval.task.environment);

  const state = barState({
    approval,
    hasChanged: newer !== null,
    hasUnseen: isLong(plan) && wholeShownOf !== plan?.hash,
    phase,
    nowMs,
  });
  const lock = state.kind === 'open' ? state.lock : null;
  useDisarmOn(`${approval.id} ${plan?.hash ?? ''} ${approval.status} ${state.kind} ${lock ?? ''}`);
  // Also whoever may not decide puts it off.
  const mayCompose = state.kind === 'open' || (composed === 'snooze' && approval.status === 'PENDING');
  const composing = mayCompose ? composed : null;
  const on = plan && { taskId: approval.task.id, revision: plan.revision, planHash: plan.hash };
  const noteFocus = useReturningFocus(composing !== null, pane);
  const compose = (what: Composed): void => {
    noteFocus();
    setComposed(what);
  };
  const canDecide = state.kind === 'open' && plan !== null && isArmed && !sent.isSending(approval.id);
  const canApprove = canDecide && state.lock === null && approval.viewerCanApprove;
  const canReject = canDecide && state.canReject;
  const canWithdraw = state.kind === 'given' || (state.kind === 'held' && state.canWithdraw);
  useKeys('pane', {
    'Shift+A': () => {
      if (canApprove) void decide('approve');
    },
    ...(canReject ? { r: () => compose('reject'), c: () => compose('ask'), e: () => compose('edit') } : {}),
    ...(canWithdraw ? { z: () => void decide('withdraw') } : {}),
    ...Object.fromEntries(reviewTabs.map((each, index) => [String(index + 1), () => onTab(each)])),
    n: () => stepThroughChanges(scroller.current, 1),
    p: () => stepThroughChanges(scroller.current, -1),
    v: () => toggleViewed(scroller.current),
  });

  return (
    <article ref={pane} className={styles['pane']} aria-label="Review">
      <div ref={scroller} className={styles['scroller']} tabIndex={-1}>
        <div className={styles['content']}>
          <Opening approval={approval} plan={plan} onBack={onBack} onExpand={onExpand} />
          {plan ? (
            <Asides
              id={approval.id}
              hasParts={state.kind === 'open' && state.canReject && plan.steps.length > 1}
              compose={compose}
            />
          ) : null}
          {plan ? slots.weightyFindings(plan) : null}
          {slots.agentWords(approval)}
          {hasPast(approval) ? (
            <Suspense>
              <Conversation approval={approval} viewerId={viewerId} />
            </Suspense>
          ) : null}
          <ReviewTabs
            approval={approval}
            presented={presented}
            tab={tab}
            slots={slots}
            onTab={onTab}
            onWholeShown={() => setWholeShownOf(plan?.hash ?? null)}
          />
        </div>
      </div>
      <ReviewNotices
        plan={plan}
        newer={newer}
        newerAt={approval.status === 'SUPERSEDED' ? approval.resolvedAt : null}
        refusal={knownSince(sent.refusalOf(approval.id), approval, answeredAtMs)}
      />
      {composing && on ? (
        <Composer
          what={composing}
          approval={approval}
          plan={plan}
          on={on}
          isSending={sent.isSending(approval.id)}
          onReject={(reason) => decide('reject', reason)}
          onEdited={onReviewNext}
          onSnoozed={() => props.onDecided(approval.id)}
          onClose={() => setComposed(null)}
        />
      ) : (
        <ActionBar
          state={state}
          undoWindowMs={approval.undoWindowMs}
          isProduction={approval.task.environment === 'PRODUCTION'}
          isSending={sent.isSending(approval.id)}
          isArmed={isArmed}
          onApprove={() => void decide('approve')}
          onCompose={compose}
          onWithdraw={() => void decide('withdraw')}
          onReviewNext={onReviewNext}
          after={<DecisionNotes place="bar" />}
        />
      )}
    </article>
  );
};

/** One request: what it would do, why a person is asked, and the decision on exactly that. */
export const ReviewPane = (props: ReviewPaneProps) => {
  const detail = useQuery(approvalDetailOptions(props.id));
  if (detail.data?.approval)
    return (
      <Review
        key={detail.data.approval.id}
        approval={detail.data.approval}
        viewerId={detail.data.viewer.principal.id}
        answeredAtMs={detail.dataUpdatedAt}
        props={props}
      />
    );
  if (detail.error) {
    return (
      <ErrorPanel
        title="This request could not be loaded."
        error={detail.error}
        onRetry={() => void detail.refetch()}
      />
    );
  }
  if (detail.data) {
    return (
      <EmptyState isPage title="There is no such request">
        It may belong to someone else, or the link is cut short.
      </EmptyState>
    );
  }
  return <ReviewSkeleton />;
};

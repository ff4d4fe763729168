import { IconChecks, IconCircleCheck, IconClick } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import {
  Suspense,
  useCallback,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { lazyPart } from '../../../components/lazy-part.ts';
import { formatCount } from '../../../components/count.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { neighbourOf, stepFrom } from '../../../components/steady-rows.ts';
import { arming } from '../../../components/use-arming.ts';
import { useKeys } from '../../../components/use-keys.ts';
import { useSteadyRows, type SteadyList } from '../../../components/use-steady-rows.ts';
import { useLiveList } from '../../../live/use-live-list.ts';
import { ApprovalInbox } from './approval-inbox.tsx';
import { approvalListSource, waitingCountOptions, type ApprovalRow } from './approval-list.ts';
import type { ApprovalView, Environment } from './approval-view.ts';
import styles from './approvals-screen.module.css';
import { needsMeOptions, stuckCount } from './needs-me.ts';
import { useArrivalNews } from './use-arrival-news.ts';
import { ReviewSkeleton } from '../review-skeleton.tsx';

// Rarely there; nobody should wait for it on a first visit.
const StuckRuns = lazyPart(() => import('./stuck-runs.tsx').then((m) => m.StuckRuns));

const SnoozedLink = lazyPart(() => import('../attention/snoozed-link.tsx').then((m) => m.SnoozedLink));

const views: readonly { readonly value: ApprovalView; readonly label: string }[] = [
  { value: 'MINE', label: 'For me' },
  { value: 'ALL', label: 'All' },
  { value: 'WATCHING', label: 'Watching' },
  { value: 'DECIDED', label: 'Decided' },
];

/** Keys stay dead a little longer after a decision: the next request has just taken its place. */
const afterDecisionMs = 600;

export interface ApprovalsScreenProps {
  readonly view: ApprovalView;
  readonly environment: Environment | undefined;
  readonly selectedId: string | undefined;
  /** There is room for the list and a request beside each other. */
  readonly isSplit: boolean;
  readonly onView: (view: ApprovalView) => void;
  readonly onSelect: (id: string | undefined, isReplaced?: boolean) => void;
  readonly onOpen: (id: string) => void;
  /** Several at once. */
  readonly onBatch: () => void;
  readonly renderReview: (id: string, onDecided: (id: string) => void) => ReactNode;
}

/** What stands beside the list while no request is chosen. */
const NoReview = ({ list }: { list: 'loading' | 'failed' | 'empty' | 'filled' }) => {
  switch (list) {
    case 'loading':
      return <ReviewSkeleton />;
    case 'failed':
      return null;
    case 'empty':
      return (
        <EmptyState title="All clear" icon={<IconCircleCheck size={20} stroke={1.6} />}>
          <p>Whatever needs a decision opens here.</p>
        </EmptyState>
      );
    case 'filled':
      return (
        <EmptyState title="Choose a request" icon={<IconClick size={20} stroke={1.6} />}>
          <p>Press J or K to move through the list.</p>
        </EmptyState>
      );
  }
};

const nothingWords: Partial<Record<ApprovalView, string>> = {
  MINE: 'Nothing is waiting for you',
  SNOOZED: 'You put nothing off',
  WATCHING: 'Nothing that you watch is waiting',
};

const NothingWaits = ({
  view,
  environment,
  onView,
}: Pick<ApprovalsScreenProps, 'view' | 'environment' | 'onView'>) => {
  const others = useQuery({ ...waitingCountOptions(environment), enabled: view === 'MINE' });
  const count = others.data?.approvals.totalCount ?? 0;
  if (view === 'DECIDED')
    return <EmptyState title="Nothing was decided yet" icon={<IconChecks size={20} stroke={1.6} />} />;
  return (
    <EmptyState
      title={nothingWords[view] ?? 'Nothing is waiting'}
      icon={<IconChecks size={20} stroke={1.6} />}
    >
      {view === 'MINE' && count > 0 ? (
        <p>
          {formatCount(count)} {count === 1 ? 'other is' : 'others are'} waiting for other people.{' '}
          <button type="button" className={styles['inline']} onClick={() => onView('ALL')}>
            Show all
          </button>
        </p>
      ) : (
        <p>New requests appear here by themselves.</p>
      )}
    </EmptyState>
  );
};

/** Moves the selection with j and k, and onward after a decision. */
const useSelection = (
  inbox: SteadyList<ApprovalRow>,
  { selectedId, isSplit, onSelect, onOpen, onBatch }: ApprovalsScreenProps,
) => {
  const { rows } = inbox;
  // The place of a row that is gone is where the next step starts.
  const place = useRef(0);
  const index = rows.findIndex(({ id }) => id === selectedId);
  useEffect(() => {
    if (index >= 0) place.current = index;
  }, [index]);
  const move = (step: number): void => {
    const next = stepFrom(rows, { id: selectedId, index: place.current }, step);
    if (next && next.id !== selectedId) onSelect(next.id, true);
  };
  useKeys('page', {
    j: () => move(1),
    k: () => move(-1),
    x: onBatch,
    Home: () => move(-rows.length),
    End: () => move(rows.length),
    ...(isSplit && selectedId !== undefined ? { Enter: () => onOpen(selectedId) } : {}),
  });
  const first = rows[0]?.id;
  const hasChosen = useRef(selectedId !== undefined);
  const chooseFirst = useEffectEvent((id: string) => onSelect(id, true));
  useEffect(() => {
    // Only on arrival: later the selection is the person's own.
    if (hasChosen.current || first === undefined || !isSplit) return;
    hasChosen.current = true;
    chooseFirst(first);
  }, [first, isSplit]);
  return useCallback(
    (decidedId: string) => {
      arming.disarm(afterDecisionMs);
      if (decidedId === selectedId) onSelect(neighbourOf(inbox, decidedId) ?? undefined, true);
    },
    [inbox, selectedId, onSelect],
  );
};

export const ApprovalsScreen = (props: ApprovalsScreenProps) => {
  const { view, environment, selectedId, isSplit, onView, onSelect, onOpen, renderReview } = props;
  const source = useMemo(() => approvalListSource(view, environment), [view, environment]);
  const { list, error, retry, loadMore, setSight } = useLiveList(source);
  const fresh = list?.rows;
  const [isPresent, setPresent] = useState(false);
  const inbox = useSteadyRows(fresh, list?.key ?? '', isPresent);
  const onDecided = useSelection(inbox, props);
  const news = useArrivalNews();
  const hasStuck = stuckCount(useQuery(needsMeOptions()).data) > 0;
  const totalCount = list?.totalCount ?? 0;
  const isEmpty = fresh !== undefined && inbox.rows.length === 0 && inbox.waiting.length === 0;
  // Rows that are gone linger for a moment; they ask for nothing.
  const hasOpen = inbox.rows.some(({ id }) => !inbox.leavingUntilMs.has(id)) || inbox.waiting.length > 0;
  const firstId = inbox.rows[0]?.id;
  // A row that comes in above moves what is under the pointer.
  useEffect(() => arming.disarm(), [firstId]);
  return (
    <div className={styles['screen']} data-split={isSplit || undefined}>
      <section className={styles['list']} aria-label="Requests">
        <header className={styles['head']}>
          <h1>
            Approvals <span>{totalCount > 0 ? formatCount(totalCount) : ''}</span>
          </h1>
          {totalCount > 1 && view === 'MINE' ? (
            <button type="button" className={styles['inline']} onClick={props.onBatch}>
              Several…
            </button>
          ) : null}
          <Segmented label="Which requests" value={view} options={views} onChange={onView} />
        </header>
        <p className="visually-hidden" aria-live="polite">
          {news}
        </p>
        {view === 'MINE' || view === 'SNOOZED' ? (
          <Suspense fallback={null}>
            <SnoozedLink
              isShown={view === 'SNOOZED'}
              onToggle={() => onView(view === 'MINE' ? 'SNOOZED' : 'MINE')}
            />
          </Suspense>
        ) : null}
        {hasStuck && view !== 'DECIDED' ? (
          <Suspense fallback={null}>
            <StuckRuns environment={environment} />
          </Suspense>
        ) : null}
        {fresh === undefined ? (
          error ? (
            <ErrorPanel title="The requests could not be loaded." error={error} onRetry={retry} />
          ) : (
            <SkeletonRows count={9} height={74} />
          )
        ) : isEmpty ? (
          <NothingWaits view={view} environment={environment} onView={onView} />
        ) : (
          <ApprovalInbox
            key={`${view} ${environment ?? ''}`}
            inbox={inbox}
            selectedId={selectedId}
            totalCount={totalCount}
            label="Approval requests"
            onSelect={onSelect}
            onOpen={onOpen}
            onPresence={setPresent}
            onReachEnd={loadMore}
            onSight={setSight}
          />
        )}
      </section>
      {isSplit ? (
        <div className={styles['review']}>
          {selectedId === undefined ? (
            <NoReview
              list={fresh === undefined ? (error ? 'failed' : 'loading') : hasOpen ? 'filled' : 'empty'}
            />
          ) : (
            renderReview(selectedId, onDecided)
          )}
        </div>
      ) : null}
    </div>
  );
};

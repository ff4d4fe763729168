import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useEffectEvent } from 'react';
import { useIsNarrow } from '../../components/use-media.ts';
import { ApprovalsScreen } from '../../features/approvals/inbox/approvals-screen.tsx';
import { environmentOf } from '../search-params.ts';

const loadReview = () => import('./review.tsx');
const Review = lazy(() => loadReview().then((m) => ({ default: m.Review })));

/** The inbox with the chosen request beside it; on a phone one after the other. */
export const ApprovalsPage = () => {
  const search = useSearch({ from: '/shell/approvals' });
  const navigate = useNavigate({ from: '/approvals' });
  const isNarrow = useIsNarrow();
  const { id, view = 'MINE', tab = 'changes' } = search;
  useEffect(() => {
    // It will be needed as soon as the list is there; both can be on their way together.
    if (!isNarrow) void loadReview();
  }, [isNarrow]);
  const open = (next: string, isReplaced = false): void => {
    void navigate({
      to: '/approvals/$id',
      params: { id: next },
      search: { view, ...(search.tab ? { tab: search.tab } : {}) },
      replace: isReplaced,
    });
  };
  const openNamed = useEffectEvent((named: string) => open(named, true));
  useEffect(() => {
    // A link made on a wide screen: there is no room beside the list for what it names.
    if (isNarrow && id !== undefined) openNamed(id);
  }, [isNarrow, id]);
  const select = (next: string | undefined, isReplaced = false): void => {
    if (isNarrow && next !== undefined) open(next);
    else
      void navigate({ search: (before) => ({ ...before, id: next, tab: undefined }), replace: isReplaced });
  };
  return (
    <ApprovalsScreen
      view={view}
      environment={environmentOf(search)}
      selectedId={id}
      isSplit={!isNarrow}
      onView={(next) =>
        void navigate({ search: (before) => ({ ...before, view: next, id: undefined, tab: undefined }) })
      }
      onSelect={select}
      onOpen={open}
      onBatch={() => void navigate({ to: '/approvals/batch', search: id ? { ids: id } : {} })}
      renderReview={(approvalId, onDecided) => (
        <Suspense fallback={null}>
          <Review
            key={approvalId}
            id={approvalId}
            tab={tab}
            onTab={(next) => void navigate({ search: (before) => ({ ...before, tab: next }), replace: true })}
            onDecided={onDecided}
            onReviewNext={(next) => select(next)}
            onExpand={() => open(approvalId)}
          />
        </Suspense>
      )}
    />
  );
};

import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useIsNarrow } from '../../components/use-media.ts';
import { useKeys } from '../../components/use-keys.ts';
import { Review } from './review.tsx';
import styles from './approval-page.module.css';

/** One request on a page of its own: what a link leads to, and what a phone shows. */
export const ApprovalPage = () => {
  const { id } = useParams({ from: '/shell/approvals/$id' });
  const { tab = 'changes', view } = useSearch({ from: '/shell/approvals/$id' });
  const navigate = useNavigate({ from: '/approvals/$id' });
  const isNarrow = useIsNarrow();
  const toList = (): void => void navigate({ to: '/approvals', search: { view } });
  // Where there is room beside the list, whoever comes back finds their place in it.
  const back = (): void => (isNarrow ? toList() : void navigate({ to: '/approvals', search: { view, id } }));
  useKeys('page', { Escape: back });
  return (
    <div className={styles['page']}>
      <Review
        key={id}
        id={id}
        tab={tab}
        onTab={(next) => void navigate({ search: (before) => ({ ...before, tab: next }), replace: true })}
        onDecided={toList}
        onReviewNext={(next) =>
          void navigate({ to: '/approvals/$id', params: { id: next }, search: { view } })
        }
        onBack={back}
      />
    </div>
  );
};

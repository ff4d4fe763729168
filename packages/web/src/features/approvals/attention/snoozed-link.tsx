import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { formatCount } from '../../../components/count.ts';
import { refetchAfter } from '../../../live/updates.ts';
import { documentOptions } from '../../../graphql/document-options.ts';
import { graphql } from '../../../graphql/graphql.ts';
import styles from './snoozed-link.module.css';

const SnoozedCount = graphql(`
  query SnoozedCount {
    approvals(filter: { view: SNOOZED }, first: 1) {
      totalCount
    }
  }
`);

const comesBackMs = 30_000;

/** What this person put off is out of the list, and never out of reach. */
export const SnoozedLink = ({ isShown, onToggle }: { isShown: boolean; onToggle: () => void }) => {
  const { data } = useQuery({
    ...documentOptions(SnoozedCount, {}, { refetchOn: ['approval.'] }),
    // Time brings it back, and no event tells of it.
    refetchInterval: comesBackMs,
  });
  const queryClient = useQueryClient();
  const count = data?.approvals.totalCount;
  const known = useRef(count);
  useEffect(() => {
    const before = known.current;
    known.current = count;
    // The first count tells of no change: what is on the page was asked for in the same moment.
    if (before !== undefined && before !== count) refetchAfter(queryClient, 'approval.reviewed');
  }, [count, queryClient]);
  if (!count && !isShown) return null;
  return (
    <button type="button" className={styles['link']} onClick={onToggle}>
      {isShown ? 'Back to what is for you' : `${formatCount(count ?? 0)} put off`}
    </button>
  );
};

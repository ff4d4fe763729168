import { Suspense } from 'react';
import { lazyPart } from '../../../components/lazy-part.ts';
import { useSentDecisions } from './sent-decisions.tsx';
import styles from './decision-notes.module.css';

/** Fetched ahead; without it a decision is told of by the list and the request all the same. */
export const loadDecisionLine = () => import('./decision-line.tsx').then((m) => m.DecisionLine);
const DecisionLine = lazyPart(loadDecisionLine);

/** What came of the last decisions: in the bar of the request on screen, or at the foot of any other page. */
export const DecisionNotes = ({ place }: { place: 'bar' | 'page' }) => {
  const { notes, reviewedId } = useSentDecisions();
  if (place === 'page' && reviewedId !== null) return null;
  return (
    <div
      className={styles['notes']}
      data-place={place}
      data-empty={notes.length === 0 || undefined}
      aria-live="polite"
    >
      {notes.length > 0 ? (
        <Suspense fallback={null}>
          <DecisionLine />
        </Suspense>
      ) : null}
    </div>
  );
};

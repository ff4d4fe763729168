import { CutText } from '../components/cut-text.tsx';
import { VisibleText } from '../components/visible-text.tsx';
import styles from './goal-words.module.css';

/** What was asked for and why, as whoever submitted it put it: their words, not ours. */
export const GoalWords = ({
  goal,
  justification,
  label = 'agent says',
}: {
  goal: string;
  justification: string | null;
  label?: string;
}) => (
  <CutText text={justification ? `${goal} — ${justification}` : goal}>
    <span className={styles['label']}>{label}</span>
    <VisibleText text={goal} />
    {justification ? (
      <>
        {' — '}
        <VisibleText text={justification} />
      </>
    ) : null}
  </CutText>
);

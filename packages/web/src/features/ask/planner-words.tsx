import { IconRobot } from '@tabler/icons-react';
import disclosure from '../../components/disclosure.module.css';
import { formatDuration } from '../../components/duration.ts';
import { Notice } from '../../components/notice.tsx';
import type { AskSpecialist } from './ask-data.ts';
import styles from './ask.module.css';

const counted = (count: number, one: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;

/** What one plan may take, in a line. */
export const budgetWords = ({ tokens, toolCalls, timeMs, costMicros }: AskSpecialist['budget']): string =>
  [
    counted(tokens, 'token'),
    counted(toolCalls, 'tool call'),
    formatDuration(timeMs),
    `$${(costMicros / 1_000_000).toFixed(2)}`,
  ].join(', ');

const Chosen = ({ specialist }: { specialist: AskSpecialist }) => (
  <dl className={styles['facts']}>
    <dt>Does</dt>
    <dd>{specialist.purpose}</dd>
    <dt>May propose</dt>
    <dd>{specialist.actions.map(({ type }) => type).join(', ')}</dd>
    <dt>May read with</dt>
    <dd>{specialist.tools.join(', ')}</dd>
    <dt>May spend</dt>
    <dd>at most {budgetWords(specialist.budget)} on a plan</dd>
    <dt>Asks people</dt>
    <dd>{specialist.autonomyLevel === 0 ? 'about each of its plans' : 'where policy says so'}</dd>
  </dl>
);

/** Who would plan it: the one that was chosen, or all from among whom the words choose. */
export const WhoPlans = ({
  specialists,
  chosen,
}: {
  specialists: readonly AskSpecialist[];
  chosen: AskSpecialist | null;
}) => {
  const planners = chosen ? [chosen] : specialists;
  return (
    <>
      {chosen ? (
        <Chosen specialist={chosen} />
      ) : (
        <details className={`${disclosure['disclosure'] ?? ''} ${styles['all'] ?? ''}`}>
          <summary>What each of the {specialists.length} is for</summary>
          <dl className={styles['facts']}>
            {specialists.map(({ name, title, purpose }) => (
              <div key={name}>
                <dt>{title}</dt>
                <dd>{purpose}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {planners.length > 0 && planners.every(({ planner }) => planner === 'scripted') ? (
        <Notice tone="neutral" icon={<IconRobot size={17} stroke={1.8} />}>
          <b>No model is configured: the scripted planner answers.</b> It plans goals of a few known forms,
          such as “Scale sandbox/shop/web-01 to 3”, and names them where it knows no plan.
        </Notice>
      ) : null}
    </>
  );
};

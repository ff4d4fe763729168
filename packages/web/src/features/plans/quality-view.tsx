import { Link } from '@tanstack/react-router';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Decision } from '../../graphql/fragments.ts';
import { shortId } from '../../vocabulary/short-id.ts';
import styles from './quality-view.module.css';

type Quality = NonNullable<Decision['quality']>;

const dimensionWords: Readonly<Record<Quality['parts'][number]['dimension'], string>> = {
  STRUCTURAL: 'Structure',
  POLICY_COMPLIANCE: 'Policy',
  TEST_COVERAGE: 'Tested below',
  OPERATIONAL_HISTORY: 'History',
  HUMAN_REVIEW: 'People',
};

/** How far the plan could be trusted, and why, dimension by dimension. */
export const QualityView = ({ quality: { total, isTentative, parts } }: { quality: Quality }) => (
  <section className={styles['quality']} aria-label="Quality score">
    <p className={styles['total']}>
      <b>Quality score {total}</b>
      <span className="muted">
        of 100{isTentative ? ', from little: it asks people, and denies nothing' : ''}
      </span>
    </p>
    <dl className={styles['parts']}>
      {parts.map(({ dimension, points, why, taskIds }) => (
        <div key={dimension}>
          <dt>{dimensionWords[dimension]}</dt>
          <dd className={styles['points']}>
            <meter min={0} max={20} value={points} aria-label={`${points} of 20`} />
            <span aria-hidden>{points}</span>
          </dd>
          <dd className={styles['why']}>
            <VisibleText text={why} />
            {taskIds.map((id) => (
              <Link key={id} to="/tasks/$id" params={{ id }}>
                {shortId(id)}
              </Link>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  </section>
);

import { FieldDiffLines } from '../../components/diff/field-diff.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan } from '../../graphql/fragments.ts';
import { comparePlans } from './compare-plans.ts';
import styles from './revision-changes.module.css';

/** What this revision would do that the one before would not. */
export const RevisionChanges = ({ before, after }: { before: Plan; after: Plan }) => {
  const changes = comparePlans(before, after);
  return (
    <section className={styles['changes']} aria-label={`Changed since rev ${before.revision}`}>
      <h2>
        Since rev {before.revision}:{' '}
        {changes.length === 0
          ? 'nothing that runs'
          : `${changes.length} ${changes.length === 1 ? 'field' : 'fields'} changed`}
      </h2>
      {changes.map(({ place, before: old, after: now }) => (
        <div key={place} className={styles['change']}>
          <p>
            <VisibleText text={place} />
          </p>
          <FieldDiffLines before={old} after={now} />
        </div>
      ))}
    </section>
  );
};

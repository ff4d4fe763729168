import { FieldDiffLines } from '../../../components/diff/field-diff.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { groupWords, type FileChange, type LineGroup } from './compare-files.ts';
import { comparePlans, comparisonWords, moveWords } from './compare-plans.ts';
import styles from './revision-changes.module.css';

const mostLines = 20;

const Lines = ({ group: { kind, isNew, lines } }: { group: LineGroup }) => (
  <>
    {lines.slice(0, mostLines).map((text, index) => (
      <p key={index} className={styles['line']} data-kind={kind} data-new={isNew || undefined}>
        <span aria-hidden>{kind === 'ADD' ? '+' : '−'}</span>
        <span>
          <VisibleText text={text} />
        </span>
      </p>
    ))}
    {lines.length > mostLines ? <p className={styles['words']}>and {lines.length - mostLines} more</p> : null}
  </>
);

const FileLines = ({ path, words, groups }: FileChange) => (
  <div className={styles['change']}>
    {words === null ? null : (
      <p className={styles['words']}>
        <b>
          <VisibleText text={path} />
        </b>{' '}
        {words}
      </p>
    )}
    {groups.map((group) => (
      <div key={`${group.kind} ${group.isNew}`}>
        <p className={styles['words']}>
          <b>
            <VisibleText text={path} />
          </b>{' '}
          {groupWords(group)}
        </p>
        <Lines group={group} />
      </div>
    ))}
  </div>
);

/** What this revision would do that the one before would not. */
export const RevisionChanges = ({ before, after }: { before: Plan; after: Plan }) => {
  const comparison = comparePlans(before, after);
  const moves = new Set(comparison.moves.map(moveWords));
  return (
    <section className={styles['changes']} aria-label={`Changed since rev ${before.revision}`}>
      <h2>
        Since rev&nbsp;{before.revision}: <VisibleText text={comparisonWords(comparison)} />
      </h2>
      {comparison.files.map((file, index) => (
        <FileLines key={index} {...file} />
      ))}
      {[...moves].map((words) => (
        <p key={words}>
          <VisibleText text={`${words}.`} />
        </p>
      ))}
      {comparison.fields.map(({ place, before: old, after: now }) => (
        <div key={place} className={styles['change']}>
          <p className={styles['place']}>
            <VisibleText text={place} />
          </p>
          <FieldDiffLines before={old} after={now} />
        </div>
      ))}
    </section>
  );
};

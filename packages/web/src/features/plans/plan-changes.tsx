import { lazy, Suspense, useEffect, useEffectEvent } from 'react';
import { IconLayoutColumns, IconLayoutList } from '@tabler/icons-react';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { splitDiff } from '../../components/preferences.ts';
import { useStoredChoice } from '../../components/stored-choice.ts';
import { useKeys } from '../../components/use-keys.ts';
import { useIsWide } from '../../components/use-media.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan, PlanStep } from '../../graphql/plan-fragments.ts';
import { changeCounts, placedDiffs } from './change-order.ts';
import { DiffView } from './diff-view.tsx';
import { Findings } from './findings.tsx';
import styles from './plan-changes.module.css';
import { useViewedChanges, type ViewedChanges } from './viewed-changes.ts';

const useSplit = () => {
  const isWide = useIsWide();
  const isChosen = useStoredChoice(splitDiff) === 'on';
  return { isWide, isSplit: isWide && isChosen, toggle: () => splitDiff.set(isChosen ? 'off' : 'on') };
};

const many = (count: number, one: string): string =>
  `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;

const Totals = ({ plan }: { plan: Plan }) => {
  const { files, additions, removals, requests, fields, others, deletedFiles, deletions } =
    changeCounts(plan);
  const parts = [
    files > 0 ? many(files, 'file') : null,
    requests > 0 ? many(requests, 'request') : null,
    fields > 0 ? many(fields, 'field') : null,
    others > 0 ? many(others, 'change') : null,
  ].filter((part) => part !== null);
  return (
    <p className={styles['totals']}>
      {parts.join(', ')}
      {files > 0 ? (
        <span className={styles['lines']}>
          <span data-kind="added">+{additions.toLocaleString('en')}</span>{' '}
          <span data-kind="removed">−{removals.toLocaleString('en')}</span>
        </span>
      ) : null}
      {files > 0 ? (
        <b data-some={deletedFiles > 0 || undefined}>{many(deletedFiles, 'file')} deleted</b>
      ) : null}
      {files === 0 || deletions > 0 ? (
        <b data-some={deletions > 0 || undefined}>
          {many(deletions, files === 0 ? 'deletion' : 'other deletion')}
        </b>
      ) : null}
    </p>
  );
};

const StepHead = ({ step }: { step: PlanStep }) => (
  <h2 className={styles['step']}>
    <span>
      {step.ordinal + 1}. <VisibleText text={step.name} />
    </span>
    <span className={styles['summary']}>
      <VisibleText text={step.summary} />
    </span>
  </h2>
);

// Few changes are as long as that.
const LongChange = lazy(() => import('./long-change.tsx').then((m) => ({ default: m.LongChange })));

/** The files whose lines do not all come with the plan: they are read part by part. */
const longChanges = (plan: Plan) =>
  plan.steps.flatMap((step) =>
    placedDiffs(step).flatMap(({ key, diff }) =>
      diff.__typename === 'FileDiff' && diff.isTruncated ? [{ key, diff }] : [],
    ),
  );

/** How much of what is long has been read, and that it has to be. */
const Reading = ({ plan, viewed, onWholeShown }: ReadingProps) => {
  const parts = longChanges(plan).map(({ key, diff }) => {
    const { lines, total } = viewed.readSoFar(key);
    // Before the first part has come the surroundings of the changed lines are not counted.
    return {
      lines,
      total: total ?? diff.additions + diff.deletions,
      isWhole: total !== null && lines >= total,
    };
  });
  const sum = (of: 'lines' | 'total'): string =>
    parts.reduce((all, part) => all + part[of], 0).toLocaleString('en');
  const isWhole = parts.every((part) => part.isWhole);
  const shown = useEffectEvent(() => onWholeShown?.());
  useEffect(() => {
    if (isWhole) shown();
  }, [isWhole]);
  return (
    <Notice tone={isWhole ? 'neutral' : 'amber'}>
      {isWhole ? (
        `All ${sum('total')} lines were on screen.`
      ) : (
        <>
          <b>This change is long.</b> {sum('lines')} of {sum('total')} lines viewed; the rest comes as you
          read.
        </>
      )}
    </Notice>
  );
};

interface ReadingProps {
  readonly plan: Plan;
  readonly viewed: ViewedChanges;
  readonly onWholeShown?: (() => void) | undefined;
}

export interface PlanChangesProps {
  readonly plan: Plan;
  readonly taskId: string;
  readonly onWholeShown?: () => void;
}

/** What will be different afterwards, built from the payload that runs. */
export const PlanChanges = ({ plan, taskId, onWholeShown }: PlanChangesProps) => {
  const { isWide, isSplit, toggle } = useSplit();
  const viewed = useViewedChanges(plan.hash);
  useKeys('pane', { s: toggle }, isWide);
  const hasFiles = plan.steps.some(({ diffs }) => diffs.some(({ __typename }) => __typename === 'FileDiff'));
  return (
    <>
      <div className={styles['bar']}>
        <Totals plan={plan} />
        {isWide && hasFiles ? (
          <IconButton label={isSplit ? 'Below each other' : 'Beside each other'} keys="S" onClick={toggle}>
            {isSplit ? <IconLayoutList size={16} aria-hidden /> : <IconLayoutColumns size={16} aria-hidden />}
          </IconButton>
        ) : null}
      </div>
      {longChanges(plan).length > 0 ? (
        <Reading plan={plan} viewed={viewed} onWholeShown={onWholeShown} />
      ) : null}
      {plan.steps.map((step) => (
        <div key={step.name} className={styles['group']}>
          {plan.steps.length > 1 ? <StepHead step={step} /> : null}
          <Findings findings={step.findings} />
          {step.diffs.length === 0 ? (
            <p className="muted">This step reads only; it changes nothing.</p>
          ) : null}
          {placedDiffs(step).map((placed) => (
            <DiffView
              key={placed.key}
              placed={placed}
              isSplit={isSplit}
              long={(file) => (
                <Suspense>
                  <LongChange
                    file={file}
                    place={{ taskId, revision: plan.revision, step: step.name, path: file.path }}
                    planHash={plan.hash}
                    isSplit={isSplit}
                    readLines={viewed.readSoFar(placed.key).lines}
                    onRead={(lines, total) => viewed.setReadTo(placed.key, lines, total)}
                  />
                </Suspense>
              )}
              isViewed={viewed.isViewed(placed.key)}
              onViewedChange={viewed.setViewed}
            />
          ))}
        </div>
      ))}
    </>
  );
};

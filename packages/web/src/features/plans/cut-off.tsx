import { useState } from 'react';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan } from '../../graphql/fragments.ts';
import { ExactPlan } from './exact-plan.tsx';
import styles from './cut-off.module.css';

/** What the plan's text does not hold either: it says what comes, never what goes. */
const hiddenOldSides = (plan: Plan): string[] =>
  plan.steps.flatMap(({ diffs }) =>
    diffs.flatMap((diff) =>
      diff.__typename === 'FileDiff' && diff.isTruncated && diff.change !== 'CREATE' ? [diff.path] : [],
    ),
  );

const OldSides = ({
  paths,
  onChecked,
}: {
  paths: readonly string[];
  onChecked: (() => void) | undefined;
}) => {
  const [isChecked, setChecked] = useState(false);
  return (
    <>
      <p>
        <b>Not all that goes can be shown.</b> The plan holds the new text only; of these files lines that are
        replaced or deleted are missing. Their digests before and after stand in the findings below.
      </p>
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <VisibleText text={path} />
          </li>
        ))}
      </ul>
      {onChecked ? (
        <label>
          <input
            type="checkbox"
            checked={isChecked}
            disabled={isChecked}
            onChange={() => {
              setChecked(true);
              onChecked();
            }}
          />{' '}
          I have looked at the old content of these files elsewhere
        </label>
      ) : null}
    </>
  );
};

/** What stands in the place of lines that were left out, and how to see them. */
export const CutOff = ({
  plan,
  taskId,
  onWholeShown,
}: {
  plan: Plan;
  taskId: string;
  onWholeShown?: (() => void) | undefined;
}) => {
  const [isShown, setShown] = useState(false);
  const oldSides = hiddenOldSides(plan);
  return (
    <Notice tone={isShown ? 'neutral' : 'amber'}>
      <p>
        {isShown ? (
          'Too large for a diff. Everything that will run is below.'
        ) : (
          <>
            <b>This change is too large to show as a diff.</b> Lines were left out below. Load everything that
            will run to see the rest.
          </>
        )}
      </p>
      {isShown && oldSides.length > 0 ? <OldSides paths={oldSides} onChecked={onWholeShown} /> : null}
      <div className={styles['whole']}>
        <ExactPlan
          plan={plan}
          taskId={taskId}
          label="Load all"
          onShown={() => {
            setShown(true);
            if (oldSides.length === 0) onWholeShown?.();
          }}
        />
      </div>
    </Notice>
  );
};

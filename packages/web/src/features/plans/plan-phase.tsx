import { useState } from 'react';
import { formatDuration } from '../../components/duration.ts';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan, PlanStep } from '../../graphql/plan-fragments.ts';
import { PlanStepView } from './plan-step.tsx';
import styles from './plan-steps.module.css';

type Phase = Plan['phases'][number];

/** What has to hold before the next phase begins. */
const conditionOf = ({ soakMs, errorBudget, onFail }: Phase, gates: readonly PlanStep[]): string => {
  const [gate] = gates;
  if (!gate) return 'The next begins once all of it is done.';
  const wait = soakMs > 0 ? `${formatDuration(soakMs)} later ` : 'Then ';
  const budget = errorBudget > 0 ? `more than ${errorBudget} that fail` : 'one that fails';
  const reaction = onFail === 'ROLL_BACK' ? 'undoes what was done' : 'pauses the run';
  return `${wait}${gate.actionType} looks at each; ${budget} ${reaction}.`;
};

interface TargetProps {
  readonly step: PlanStep;
  readonly instead: PlanStep | undefined;
  readonly gate: PlanStep | undefined;
}

/** One target, folded: what is done to it, or in the place of that, and what its gate looks at. */
const Target = ({ step, instead, gate }: TargetProps) => {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <details className={styles['fold']} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>
          <VisibleText text={step.summary} />
          {instead ? (
            <>
              {' '}
              <Pill tone="amber">with fallback</Pill>
            </>
          ) : null}
        </summary>
        {isOpen ? (
          <ol className={styles['steps']}>
            <PlanStepView step={step} />
            {instead ? <PlanStepView step={instead} /> : null}
            {gate ? <PlanStepView step={gate} /> : null}
          </ol>
        ) : null}
      </details>
    </li>
  );
};

/** A phase of a rollout: its targets in a line each, and what stands between it and the next. */
export const PlanPhaseView = ({ phase, steps }: { phase: Phase; steps: readonly PlanStep[] }) => {
  const gates = steps.filter(({ kind }) => kind === 'GATE');
  const actions = steps.filter(({ kind, fallbackFor }) => kind !== 'GATE' && fallbackFor === null);
  const fallbacks = new Map(
    steps.flatMap((step) => (step.fallbackFor === null ? [] : [[step.fallbackFor, step]])),
  );
  const [isOpen, setIsOpen] = useState(phase.number === 1);
  return (
    <li className={styles['step']}>
      <details
        className={styles['fold']}
        open={isOpen}
        onToggle={(event) => setIsOpen(event.currentTarget.open)}
      >
        <summary>
          <strong>{phase.name}</strong>{' '}
          <Pill tone="grey">{actions.length === 1 ? '1 target' : `${actions.length} targets`}</Pill>
        </summary>
        {isOpen ? (
          <ol className={styles['targets']}>
            {actions.map((step, place) => (
              <Target key={step.name} step={step} instead={fallbacks.get(step.name)} gate={gates[place]} />
            ))}
          </ol>
        ) : null}
      </details>
      <p className="muted">{conditionOf(phase, gates)}</p>
    </li>
  );
};

import { IconCircleX } from '@tabler/icons-react';
import { formatCountdown } from '../../components/duration.ts';
import type { Tone } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { GateWords } from './gate-words.tsx';
import { placeOf, refusedSteps, type Run, type RunPhase, type RunStep } from './run-data.ts';
import styles from './runs.module.css';
import { stepLooks } from './step-looks.ts';

const phaseLooks: Readonly<Record<RunPhase['status'], { tone: Tone; word: string }>> = {
  WAITING: { tone: 'grey', word: 'Waits' },
  RUNNING: { tone: 'blue', word: 'Running' },
  SOAKING: { tone: 'cyan', word: 'Soaking' },
  PASSED: { tone: 'green', word: 'Passed' },
  FAILED: { tone: 'red', word: 'Failed' },
  CANCELLED: { tone: 'grey', word: 'Cancelled' },
  UNDONE: { tone: 'magenta', word: 'Undone' },
};

const Soak = ({ until }: { until: string }) => {
  const nowMs = useServerNow();
  return <span data-number>{formatCountdown(Date.parse(until) - nowMs)}</span>;
};

/** `3 of 8 done`; of a phase that was undone, what came of that. */
const tally = ({ targets }: RunPhase): string => {
  const count = (state: RunStep['state']): number => targets.filter(({ status }) => status === state).length;
  const undone = count('UNDONE');
  return undone > 0
    ? `${undone} of ${targets.length} undone`
    : `${count('SUCCEEDED')} of ${targets.length} done`;
};

type Target = RunPhase['targets'][number];

const refusedLooks = { icon: IconCircleX, tone: 'red', word: 'Its gate did not pass' } as const;

const PhaseTarget = ({ target: { name, status }, isRefused }: { target: Target; isRefused: boolean }) => {
  const {
    icon: StateIcon,
    tone,
    word,
  } = isRefused && status === 'SUCCEEDED' ? refusedLooks : stepLooks[status];
  return (
    <li data-tone={tone} title={`${name}: ${word}`}>
      <StateIcon size={15} stroke={2} aria-hidden />
      <span className="visually-hidden">
        <VisibleText text={name} />: {word}
      </span>
    </li>
  );
};

const Phase = ({ phase, refused }: { phase: RunPhase; refused: ReadonlySet<string> }) => {
  const { tone, word } = phaseLooks[phase.status];
  return (
    <li data-tone={tone}>
      <div className={styles['phase-head']}>
        <b>{phase.name}</b>
        <span className={styles['phase-word']}>
          {word} {phase.soakUntil ? <Soak until={phase.soakUntil} /> : null}
        </span>
      </div>
      <ul className={styles['targets']} aria-label={`Targets of ${phase.name}`}>
        {phase.targets.map((target) => (
          <PhaseTarget key={target.step} target={target} isRefused={refused.has(placeOf(target.step))} />
        ))}
      </ul>
      <p className="muted">
        {tally(phase)}
        {phase.errorBudget > 0 ? `, ${phase.errorBudget} may fail` : ''}
      </p>
      {phase.gate ? (
        <p className={styles['phase-gate']}>
          <GateWords gate={phase.gate} />
        </p>
      ) : null}
    </li>
  );
};

/** The phases of a rollout beside each other: how far each is, and what its gates say. */
export const PhaseRail = ({ phases, steps }: Pick<Run, 'phases' | 'steps'>) => {
  const refused = refusedSteps(steps);
  return (
    <section aria-label="Phases" className={styles['rail-scroll']} tabIndex={0}>
      <ol className={styles['rail']}>
        {phases.map((phase) => (
          <Phase key={phase.number} phase={phase} refused={refused} />
        ))}
      </ol>
    </section>
  );
};

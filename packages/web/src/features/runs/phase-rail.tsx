import { formatCountdown } from '../../components/duration.ts';
import type { Tone } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { GateWords } from './gate-words.tsx';
import type { RunPhase } from './run-data.ts';
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

const done = ({ targets }: RunPhase): number => targets.filter(({ status }) => status === 'SUCCEEDED').length;

const PhaseTarget = ({ target: { name, status } }: { target: RunPhase['targets'][number] }) => {
  const { icon: StateIcon, tone, word } = stepLooks[status];
  return (
    <li data-tone={tone} title={`${name}: ${word}`}>
      <StateIcon size={15} stroke={2} aria-hidden />
      <span className="visually-hidden">
        <VisibleText text={name} />: {word}
      </span>
    </li>
  );
};

const Phase = ({ phase }: { phase: RunPhase }) => {
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
          <PhaseTarget key={target.step} target={target} />
        ))}
      </ul>
      <p className="muted">
        {done(phase)} of {phase.targets.length} done
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
export const PhaseRail = ({ phases }: { phases: readonly RunPhase[] }) => (
  <section aria-label="Phases">
    <ol className={styles['rail']}>
      {phases.map((phase) => (
        <Phase key={phase.number} phase={phase} />
      ))}
    </ol>
  </section>
);

import { Link } from '@tanstack/react-router';
import disclosure from '../../components/disclosure.module.css';
import { VisibleText } from '../../components/visible-text.tsx';
import styles from './policies.module.css';
import type { Simulation } from './policies-data.ts';

type Flip = Simulation['flips'][number];

const words: Readonly<Record<Flip['before'], string>> = {
  ALLOW: 'allow',
  REQUIRE_APPROVAL: 'ask',
  DENY: 'deny',
};

const people = (outcome: Flip['before'], count: number | null): string =>
  outcome === 'REQUIRE_APPROVAL' && count !== null ? `${words[outcome]} ${count}` : words[outcome];

/** What came of a version over decisions: flips with the requests behind them, rules that died or contradict. */
export const SimulationView = ({ simulation }: { simulation: Simulation }) => {
  const { decisions, flipped, loosened, faults, firstFault, error, deadRules, conflicts } = simulation;
  return (
    <div className={styles['stack']}>
      <p>
        {flipped === 0
          ? `None of ${decisions} decisions comes out otherwise.`
          : `${flipped} of ${decisions} decisions come out otherwise, ${loosened} of them less strictly.`}{' '}
        {simulation.flipCounts
          .map(({ before, after, decisions: count }) => `${count} ${words[before]} → ${words[after]}`)
          .join(', ')}
      </p>
      {error ? <p role="alert">{error}</p> : null}
      {faults > 0 ? (
        <p role="alert">
          It gives no verdict to {faults} of them: <VisibleText text={firstFault ?? ''} />
        </p>
      ) : null}
      {simulation.flips.length > 0 ? (
        <details className={disclosure['disclosure']}>
          <summary>Requests behind them</summary>
          <ul className={styles['list']}>
            {simulation.flips.map((flip) => (
              <li key={`${flip.taskId} ${flip.before}`}>
                {people(flip.before, flip.peopleBefore)} → {people(flip.after, flip.peopleAfter)}{' '}
                <Link to="/tasks/$id" params={{ id: flip.taskId }} className={styles['goal'] ?? ''}>
                  <VisibleText text={flip.task?.goal ?? flip.taskId} />
                </Link>{' '}
                <span className="muted">
                  <VisibleText text={[...flip.askedLess, ...flip.rules].join(', ')} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {simulation.rules.length > 0 ? (
        <details className={disclosure['disclosure']}>
          <summary>How often each rule spoke</summary>
          <ul className={styles['list']}>
            {simulation.rules.map(({ rule, before, after }) => (
              <li key={rule}>
                <VisibleText text={rule} /> {before} → {after}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {deadRules.length > 0 ? (
        <p className="muted">
          Spoke about none of them: <VisibleText text={deadRules.join(', ')} />
        </p>
      ) : null}
      {conflicts.map(({ denies, asks, decisions: count }) => (
        <p key={`${denies} ${asks}`} className="muted">
          <VisibleText text={denies} /> denies what <VisibleText text={asks} /> asks people about: {count}{' '}
          times.
        </p>
      ))}
    </div>
  );
};

import { useState } from 'react';
import { VisibleText } from '../../components/visible-text.tsx';
import { RunAct } from './run-act.tsx';
import { resolveStep, retryStep, type RunStep } from './run-data.ts';
import styles from './runs.module.css';

type Outcome = Parameters<typeof resolveStep>[0]['outcome'];

const answers: readonly { readonly value: Outcome; readonly label: string; readonly then: string }[] = [
  {
    value: 'HAPPENED',
    label: 'It happened',
    then: 'The step counts as done, and what waits for it goes on.',
  },
  {
    value: 'DID_NOT_HAPPEN',
    label: 'It did not happen',
    then: 'The step counts as failed: it can be tried anew, and a transaction is undone.',
  },
];

/** A person says what came of an effect that nobody could know. */
export const ResolveStep = ({ taskId, step }: { taskId: string; step: RunStep }) => {
  const [outcome, setOutcome] = useState<Outcome>('HAPPENED');
  return (
    <RunAct
      taskId={taskId}
      label="Say what happened…"
      title={`What came of “${step.name}”?`}
      verb="Put it on record"
      look="primary"
      wordsLabel="How you know: what you looked at, and what was there"
      leastWords={10}
      act={(evidence) => resolveStep({ taskId, step: step.name, outcome, evidence })}
    >
      <p>
        <code>{step.actionType}</code> may have acted at <VisibleText text={step.platform} />, and nobody can
        know from here. Look there first. The record says that you said so.
      </p>
      <fieldset className={styles['answers']}>
        <legend>What came of it</legend>
        {answers.map(({ value, label, then }) => (
          <label key={value}>
            <input
              type="radio"
              name="outcome"
              checked={outcome === value}
              onChange={() => setOutcome(value)}
            />
            <span>
              <b>{label}</b> <span className="muted">{then}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </RunAct>
  );
};

export const RetryStep = ({ taskId, step }: { taskId: string; step: RunStep }) => (
  <RunAct
    taskId={taskId}
    label="Try anew…"
    title={`Try “${step.name}” anew`}
    verb="Try anew"
    wordsLabel="Why it would go well now"
    act={(reason) => retryStep({ taskId, step: step.name, reason })}
  >
    <p>
      It gets {step.maxAttempts === 1 ? 'one attempt' : `${step.maxAttempts} attempts`} more, under the same
      plan and the same approval, and the run goes on from there.
    </p>
  </RunAct>
);

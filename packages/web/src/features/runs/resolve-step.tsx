import { useState } from 'react';
import choices from '../../components/choices.module.css';
import { VisibleText } from '../../components/visible-text.tsx';
import { RunAct } from './run-act.tsx';
import { resolveStep, retryStep, type RunStep } from './run-data.ts';

type Outcome = Parameters<typeof resolveStep>[0]['outcome'];

interface Answer {
  readonly value: Outcome;
  readonly label: string;
  readonly then: string;
}

const answers: readonly Answer[] = [
  {
    value: 'HAPPENED',
    label: 'It happened',
    then: 'The step counts as done, and what waits for it goes on.',
  },
  {
    value: 'DID_NOT_HAPPEN',
    label: 'It did not happen',
    then: 'The step counts as failed: its fallback takes its place, or it can be tried anew, and a transaction is undone.',
  },
];

const answersOfUndoing: readonly Answer[] = [
  {
    value: 'HAPPENED',
    label: 'I undid it by hand',
    then: 'It counts as undone, and the rollback goes on with the rest.',
  },
  {
    value: 'DID_NOT_HAPPEN',
    label: 'It stays as it is',
    then: 'The rollback goes on without it, and lists it as what remains.',
  },
];

/** What a person may be asked of a step. */
const questionOf = (step: RunStep) => {
  if (step.state === 'NEEDS_ATTENTION')
    return { label: 'Say what happened…', title: `What came of “${step.name}”?`, answers, isUndoing: false };
  const done = step.undoes ?? step.name;
  return {
    label: 'Say it was undone by hand…',
    title: `What became of “${done}”?`,
    // That it stands is known already, where nothing has tried to undo it.
    answers: answersOfUndoing.filter(({ value }) => value === 'HAPPENED' || step.state === 'FAILED'),
    isUndoing: true,
  };
};

/** A person says what came of an effect that nobody could know, or of what could not be undone here. */
export const ResolveStep = ({ taskId, step }: { taskId: string; step: RunStep }) => {
  const [outcome, setOutcome] = useState<Outcome>('HAPPENED');
  const question = questionOf(step);
  return (
    <RunAct
      taskId={taskId}
      label={question.label}
      title={question.title}
      verb="Put it on record"
      look="primary"
      wordsLabel="How you know: what you looked at, and what was there"
      leastWords={10}
      act={(evidence) => resolveStep({ taskId, step: step.name, outcome, evidence })}
    >
      {question.isUndoing ? (
        <p>
          What <code>{step.actionType}</code> did at <VisibleText text={step.platform} /> could not be undone
          from here. Undo it there first. The record says that you said so.
        </p>
      ) : (
        <p>
          <code>{step.actionType}</code> may have acted at <VisibleText text={step.platform} />, and nobody
          can know from here. Look there first. The record says that you said so.
        </p>
      )}
      <fieldset className={choices['choices']}>
        <legend>What came of it</legend>
        {question.answers.map(({ value, label, then }) => (
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

const attempts = (many: number): string => (many === 1 ? 'one attempt' : `${many} attempts`);

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
      It was tried {step.attempt === 1 ? 'once' : `${step.attempt} times`}. It gets{' '}
      {attempts(step.maxAttempts - step.attemptsBefore)} more, under the same plan and the same approval, and
      the run goes on from there.
    </p>
  </RunAct>
);

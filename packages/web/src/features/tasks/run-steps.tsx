import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconProgress,
  IconSlash,
  type Icon,
} from '@tabler/icons-react';
import { formatClock, formatCountdown, formatDuration } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { HoldWords } from '../../vocabulary/hold-words.tsx';
import { retryAdvice } from './retry-advice.ts';
import styles from './run-steps.module.css';
import type { RunStep, TaskFailure } from './task-detail.ts';

const looks: Readonly<Record<RunStep['state'], { icon: Icon; tone: Tone; word: string }>> = {
  BLOCKED: { icon: IconCircleDashed, tone: 'grey', word: 'Waits for another step' },
  READY: { icon: IconCircle, tone: 'grey', word: 'Ready' },
  RUNNING: { icon: IconProgress, tone: 'blue', word: 'Running' },
  SUCCEEDED: { icon: IconCircleCheck, tone: 'green', word: 'Succeeded' },
  FAILED: { icon: IconCircleX, tone: 'red', word: 'Failed' },
  NEEDS_ATTENTION: { icon: IconAlertTriangle, tone: 'orange', word: 'Needs attention' },
  CANCELLED: { icon: IconSlash, tone: 'grey', word: 'Cancelled' },
  UNDONE: { icon: IconArrowBackUp, tone: 'magenta', word: 'Undone' },
};

const effectLooks: Readonly<Record<RunStep['effects'][number]['state'], { tone: Tone; word: string }>> = {
  INTENDED: { tone: 'blue', word: 'intended' },
  SUCCEEDED: { tone: 'green', word: 'done' },
  FAILED: { tone: 'red', word: 'failed' },
  UNKNOWN: { tone: 'orange', word: 'outcome unknown' },
};

const Failure = ({ error }: { error: TaskFailure }) => (
  <p className={styles['error']}>
    <code>{error.code}</code> <VisibleText text={error.message} />{' '}
    <span className="muted">{retryAdvice(error)}</span>
  </p>
);

const Took = ({ step }: { step: RunStep }) => {
  const nowMs = useServerNow();
  if (step.hold) return null;
  if (step.nextAttemptAt && step.state === 'READY') {
    return <span>next try in {formatCountdown(Date.parse(step.nextAttemptAt) - nowMs)}</span>;
  }
  if (!step.startedAt) return null;
  if (!step.finishedAt && step.state !== 'RUNNING') return null;
  const endMs = step.finishedAt ? Date.parse(step.finishedAt) : nowMs;
  return <span>{formatDuration(endMs - Date.parse(step.startedAt))}</span>;
};

const isSame = (one: TaskFailure, other: TaskFailure | null): boolean =>
  one.code === other?.code && one.message === other.message;

const Effects = ({ effects, error }: Pick<RunStep, 'effects' | 'error'>) => (
  <ul className={styles['effects']} aria-label="Calls to the platform">
    {effects.map((effect) => (
      <li key={effect.id}>
        <div className={styles['effect']}>
          <span>Call {effect.number}</span>
          <Pill tone={effectLooks[effect.state].tone}>{effectLooks[effect.state].word}</Pill>
          <span className="muted">
            {formatClock(effect.intendedAt)}
            {effect.settledAt
              ? `, settled after ${formatDuration(Date.parse(effect.settledAt) - Date.parse(effect.intendedAt))}`
              : ', not settled'}
            {effect.attempt > 1 ? `, attempt ${effect.attempt}` : ''}
          </span>
          <code className={styles['key']} title="Idempotency key: the same for every attempt of this call">
            {effect.idempotencyKey}
          </code>
        </div>
        {effect.error && !isSame(effect.error, error) ? <Failure error={effect.error} /> : null}
      </li>
    ))}
  </ul>
);

const Step = ({ step, isOpen }: { step: RunStep; isOpen: boolean }) => {
  const { icon: StateIcon, tone, word } = looks[step.state];
  return (
    <li className={styles['step']} data-tone={tone}>
      <details open={isOpen}>
        <summary>
          <StateIcon size={16} stroke={1.9} aria-hidden />
          <b>
            <VisibleText text={step.name} />
          </b>
          <code className="muted">{step.actionType}</code>
          <span className={styles['state']}>{step.hold ? <HoldWords hold={step.hold} /> : word}</span>
          {step.attempt > 1 ? (
            <Pill tone="amber">
              attempt {step.attempt} of {step.maxAttempts}
            </Pill>
          ) : null}
          <span className={styles['took']}>
            <Took step={step} />
          </span>
        </summary>
        <div className={styles['body']}>
          {step.error ? <Failure error={step.error} /> : null}
          {step.effects.length > 0 ? (
            <Effects effects={step.effects} error={step.error} />
          ) : (
            <p className="muted">No call to a platform yet.</p>
          )}
          {step.output === null ? null : <JsonView value={step.output} label="Output" />}
        </div>
      </details>
    </li>
  );
};

/** Each step with its tries and its calls to the platform; the first failing one stands open. */
export const RunSteps = ({ steps }: { steps: readonly RunStep[] }) => {
  const firstBad = steps.find(({ state }) => state === 'FAILED' || state === 'NEEDS_ATTENTION');
  return (
    <section className={styles['run']} aria-label="Steps">
      <h2>Steps</h2>
      <ol className={styles['steps']}>
        {steps.map((step) => (
          <Step key={step.id} step={step} isOpen={step === firstBad || steps.length === 1} />
        ))}
      </ol>
    </section>
  );
};

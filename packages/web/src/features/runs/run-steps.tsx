import { Link } from '@tanstack/react-router';
import { formatClock, formatCountdown, formatDuration } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { HoldWords } from '../../vocabulary/hold-words.tsx';
import { retryAdvice } from '../../vocabulary/retry-advice.ts';
import { attemptWords } from './attempt-words.ts';
import styles from './run-steps.module.css';
import { GateWords } from './gate-words.tsx';
import { ResolveStep, RetryStep } from './resolve-step.tsx';
import { rolloutTargets, type RunPhase, type RunStep, type StepFailure } from './run-data.ts';
import { stepLooks } from './step-looks.ts';

const effectLooks: Readonly<Record<RunStep['effects'][number]['state'], { tone: Tone; word: string }>> = {
  INTENDED: { tone: 'blue', word: 'intended' },
  SUCCEEDED: { tone: 'green', word: 'done' },
  FAILED: { tone: 'red', word: 'failed' },
  UNKNOWN: { tone: 'orange', word: 'outcome unknown' },
};

const Failure = ({ error }: { error: StepFailure }) => (
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

const isSame = (one: StepFailure, other: StepFailure | null): boolean =>
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

const kindWords: Readonly<Record<RunStep['kind'], string | null>> = {
  ACTION: null,
  GATE: 'gate',
  UNDO: 'undoing',
};

/** What a person said: of an effect, or of undoing by hand what could not be undone here. */
const resolutionWords = ({ state, kind }: RunStep, isMade: boolean): string => {
  if (state === 'UNDONE') return 'Undone by hand';
  if (kind === 'UNDO') return isMade ? 'It is undone' : 'It was not undone';
  return isMade ? 'It happened' : 'It did not happen';
};

const Resolution = ({
  step,
  resolution,
}: {
  step: RunStep;
  resolution: NonNullable<RunStep['resolution']>;
}) => (
  <p>
    <b>{resolutionWords(step, resolution.outcome === 'HAPPENED')}</b>, says{' '}
    <VisibleText text={resolution.by ?? 'somebody'} />: “<VisibleText text={resolution.evidence} />”
  </p>
);

const StepActs = ({ taskId, step }: { taskId: string; step: RunStep }) =>
  step.viewerCanResolve || step.viewerCanRetry ? (
    <div className={styles['acts']}>
      {step.viewerCanResolve ? <ResolveStep taskId={taskId} step={step} /> : null}
      {step.viewerCanRetry ? <RetryStep taskId={taskId} step={step} /> : null}
    </div>
  ) : null;

interface StepProps {
  readonly taskId: string;
  readonly step: RunStep;
  /** Of a rollout. */
  readonly target: string | undefined;
  readonly isOpen: boolean;
}

const Step = ({ taskId, step, target, isOpen }: StepProps) => {
  const { icon: StateIcon, tone, word } = stepLooks[step.state];
  const attempts = attemptWords(step);
  return (
    <li className={styles['step']} data-tone={tone}>
      <details open={isOpen}>
        <summary>
          <StateIcon size={16} stroke={1.9} aria-hidden />
          <b>
            <VisibleText text={step.name} />
          </b>
          {kindWords[step.kind] ? <Pill>{kindWords[step.kind]}</Pill> : null}
          {step.fallbackFor === null ? null : <Pill tone="amber">fallback</Pill>}
          {target === undefined ? null : <VisibleText text={target} />}
          <code className="muted">{step.actionType}</code>
          <span className={styles['state']}>{step.hold ? <HoldWords hold={step.hold} isPlain /> : word}</span>
          {attempts === null ? null : <Pill tone="amber">{attempts}</Pill>}
          <span className={styles['took']}>
            <Took step={step} />
          </span>
        </summary>
        <div className={styles['body']}>
          {step.hold?.rule === 'lock' ? (
            <p>
              <HoldWords hold={step.hold} />{' '}
              <Link to="/locks" className="in-text">
                All locks
              </Link>
            </p>
          ) : null}
          {step.fallbackFor === null ? null : (
            <p className="muted">
              In place of <VisibleText text={step.fallbackFor} />, only where that failed and surely did
              nothing.
            </p>
          )}
          {step.error && !step.gate ? <Failure error={step.error} /> : null}
          {step.gate ? (
            <p>
              <GateWords gate={step.gate} />
            </p>
          ) : null}
          {step.resolution ? <Resolution step={step} resolution={step.resolution} /> : null}
          <StepActs taskId={taskId} step={step} />
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

interface Part {
  readonly name: string;
  readonly steps: readonly RunStep[];
}

const isBad = ({ state }: RunStep): boolean => state === 'FAILED' || state === 'NEEDS_ATTENTION';

/** A rollout's steps by phase, and what undoes them last; all of them together where there is no rollout. */
const partsOf = (steps: readonly RunStep[], phases: readonly RunPhase[]): readonly Part[] => {
  const names = new Map(phases.map(({ number, name }) => [number, name]));
  const parts = Map.groupBy(steps, ({ kind, phase }) =>
    kind === 'UNDO' ? 'Rollback' : (names.get(phase) ?? 'Steps'),
  );
  return [...parts].map(([name, ofPart]) => ({ name, steps: ofPart }));
};

/** Where the word for one step is none for several. */
const countedWords: Readonly<Partial<Record<RunStep['state'], string>>> = {
  BLOCKED: 'waiting for others',
  NEEDS_ATTENTION: 'for a person to look at',
};

const counts = (steps: readonly RunStep[]): string =>
  [...Map.groupBy(steps, ({ state }) => countedWords[state] ?? stepLooks[state].word.toLowerCase())]
    .map(([word, ofState]) => `${ofState.length} ${word}`)
    .join(', ');

interface StepsProps {
  readonly taskId: string;
  readonly steps: readonly RunStep[];
  readonly targets: ReturnType<typeof rolloutTargets>;
  readonly open: RunStep | undefined;
}

const Steps = ({ taskId, steps, targets, open }: StepsProps) => (
  <ol className={styles['steps']}>
    {steps.map((step) => (
      <Step
        key={step.id}
        taskId={taskId}
        step={step}
        target={targets.get(step.name)}
        isOpen={step === open}
      />
    ))}
  </ol>
);

/** Each step with its tries and its calls to the platform; the first failing one stands open. */
export const RunSteps = ({
  taskId,
  steps,
  phases,
}: {
  taskId: string;
  steps: readonly RunStep[];
  phases: readonly RunPhase[];
}) => {
  const open = steps.find(isBad) ?? (steps.length === 1 ? steps[0] : undefined);
  const parts = partsOf(steps, phases);
  const more = { targets: rolloutTargets(phases, steps), open };
  if (parts.length < 2) return <Steps taskId={taskId} steps={steps} {...more} />;
  return parts.map((part) => (
    <details
      key={part.name}
      className={styles['part']}
      open={part.steps.some((step) => isBad(step) || step.state === 'RUNNING')}
    >
      <summary>
        <b>{part.name}</b> <span className="muted">{counts(part.steps)}</span>
      </summary>
      <Steps taskId={taskId} steps={part.steps} {...more} />
    </details>
  ));
};

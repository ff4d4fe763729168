import { formatDuration } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { PlanStep } from '../../graphql/plan-fragments.ts';
import styles from './plan-steps.module.css';

const retries: Readonly<Record<PlanStep['idempotency'], string>> = {
  NATIVE_KEY: 'the platform takes our key, so a retry cannot act twice',
  LOOKUP: 'a retry first looks for its own mark',
  CONDITIONAL: 'a retry writes only if nothing changed',
  NONE: 'an unclear outcome is never retried; a person decides',
};

const rollbackOf = ({ category, canBeUndone }: PlanStep): string => {
  if (category === 'READ') return 'nothing to undo: it only reads';
  return canBeUndone ? 'undone where the run is rolled back' : 'none: it stays done';
};

const Row = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className={styles['fact']}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

/** What must still hold when it runs, a line for each fact. */
const Precondition = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (
    Object.entries(value).map(([name, fact]) => (
      <span key={name} className={styles['target']}>
        <VisibleText text={name} />{' '}
        <code className={styles['inline']}>
          <VisibleText text={typeof fact === 'string' ? fact : JSON.stringify(fact)} />
        </code>
      </span>
    ))
  ) : (
    <code className={styles['inline']}>
      <VisibleText text={JSON.stringify(value)} />
    </code>
  );

/** One step of a plan, with all that people read of it before they decide. */
export const PlanStepView = ({ step }: { step: PlanStep }) => (
  <li className={styles['step']}>
    <header className={styles['head']}>
      <span className={styles['number']}>{step.ordinal + 1}</span>
      <div className={styles['words']}>
        <h2>
          <VisibleText text={step.summary} />
        </h2>
        <p className="muted">
          <VisibleText text={step.name} /> · <code>{`${step.actionType}@${step.version}`}</code>
        </p>
      </div>
      <Pill tone={step.category === 'READ' ? 'grey' : 'blue'}>
        {step.kind === 'GATE' ? 'gate' : step.category.toLowerCase()}
      </Pill>
      {step.fallbackFor === null ? null : <Pill tone="amber">fallback</Pill>}
    </header>
    <dl className={styles['facts']}>
      {step.fallbackFor === null ? null : (
        <Row label="Only instead of">
          <VisibleText text={step.fallbackFor} />, where that failed and surely did nothing
        </Row>
      )}
      {step.dependsOn.length > 0 ? (
        <Row label="After">
          <VisibleText text={step.dependsOn.join(', ')} />
        </Row>
      ) : null}
      {step.references.length > 0 ? (
        <Row label="Takes">
          {step.references.map(({ path, step: from, pointer, isKnown }) => (
            <span key={path} className={styles['target']}>
              <code>
                <VisibleText text={path} />
              </code>{' '}
              from step <VisibleText text={from} />
              {pointer === '' ? null : (
                <>
                  :{' '}
                  <code>
                    <VisibleText text={pointer} />
                  </code>
                </>
              )}
              {isKnown ? ', known and shown' : ', known once that has run'}
            </span>
          ))}
        </Row>
      ) : null}
      {step.kind === 'GATE' ? (
        <Row label="Passes if">
          <code className={styles['inline']}>
            <VisibleText text={JSON.stringify(step.expect)} />
          </code>
        </Row>
      ) : null}
      <Row label="Targets">
        {step.targets.length === 0
          ? 'none'
          : step.targets.map(({ kind, name }) => (
              <span key={`${kind} ${name}`} className={styles['target']}>
                {kind}{' '}
                <code>
                  <VisibleText text={name} />
                </code>
              </span>
            ))}
      </Row>
      <Row label="Retry">{retries[step.idempotency]}</Row>
      <Row label="Each try">{formatDuration(step.timeoutMs)} at most</Row>
      <Row label="Rollback">{rollbackOf(step)}</Row>
      {step.precondition === null ? null : (
        <Row label="Only if">
          {step.after.length === 0 ? null : (
            <span className={styles['target']}>
              what it changes is as <VisibleText text={step.after.join(', ')} /> leave it:
            </span>
          )}
          <Precondition value={step.precondition} />
        </Row>
      )}
    </dl>
    <details className={styles['params']}>
      <summary>Parameters</summary>
      <JsonView value={step.params} label="Parameters" />
    </details>
  </li>
);

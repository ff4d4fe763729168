import { CopyButton } from '../../components/copy-button.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan, PlanStep } from '../../graphql/fragments.ts';
import { ExactPlan } from './exact-plan.tsx';
import styles from './plan-steps.module.css';

const retries: Readonly<Record<PlanStep['idempotency'], string>> = {
  NATIVE_KEY: 'the platform takes our key, so a retry cannot act twice',
  LOOKUP: 'a retry first looks for its own mark',
  CONDITIONAL: 'a retry writes only if nothing changed',
  NONE: 'an unclear outcome is never retried; a person decides',
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

const Step = ({ step }: { step: PlanStep }) => (
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
      <Pill tone={step.category === 'READ' ? 'grey' : 'blue'}>{step.category.toLowerCase()}</Pill>
    </header>
    <dl className={styles['facts']}>
      {step.dependsOn.length > 0 ? (
        <Row label="After">
          <VisibleText text={step.dependsOn.join(', ')} />
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
      <Row label="Rollback">{step.reversible ? 'possible, with a new task' : 'none'}</Row>
      {step.precondition === null ? null : (
        <Row label="Only if">
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

/** The steps in the order in which they may run, and the hash that an approval names. */
export const PlanSteps = ({ plan, taskId }: { plan: Plan; taskId: string }) => (
  <>
    <ol className={styles['steps']}>
      {plan.steps.map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </ol>
    <section className={styles['hash']} aria-label="Plan hash">
      <div className={styles['hash-row']}>
        <span className="muted">Plan hash, rev {plan.revision}</span>
        <code className={styles['inline']}>{plan.hash}</code>
        <CopyButton value={plan.hash} label="Copy plan hash" />
      </div>
      <ExactPlan key={plan.hash} plan={plan} taskId={taskId} label="Show exactly what will run" />
    </section>
  </>
);

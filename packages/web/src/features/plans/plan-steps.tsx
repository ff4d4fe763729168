import { CopyButton } from '../../components/copy-button.tsx';
import type { Plan } from '../../graphql/plan-fragments.ts';
import { ExactPlan } from './exact-plan.tsx';
import { PlanPhaseView } from './plan-phase.tsx';
import { PlanStepView } from './plan-step.tsx';
import styles from './plan-steps.module.css';

/** What a transaction promises, and what it cannot. */
const Transaction = ({ plan: { steps } }: { plan: Plan }) => {
  const lasting = steps.filter(({ category, canBeUndone }) => category !== 'READ' && !canBeUndone);
  return (
    <p className={styles['note']}>
      All or nothing: where a step fails, what was done before is undone, the last first.
      {lasting.length > 0 ? ` ${lasting.length} of the steps cannot be undone and stay done.` : null}
    </p>
  );
};

/** The steps in the order in which they may run, a rollout phase by phase, and the hash that an approval names. */
export const PlanSteps = ({ plan, taskId }: { plan: Plan; taskId: string }) => (
  <>
    {plan.transactional ? <Transaction plan={plan} /> : null}
    <ol className={styles['steps']}>
      {plan.steps
        .filter(({ phase }) => plan.phases.length === 0 || phase === 0)
        .map((step) => (
          <PlanStepView key={step.name} step={step} />
        ))}
      {plan.phases.map((phase) => (
        <PlanPhaseView
          key={phase.number}
          phase={phase}
          steps={plan.steps.filter((step) => step.phase === phase.number)}
        />
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

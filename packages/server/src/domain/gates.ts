import type { PlanDocument } from './plan.ts';
import { isHeldUp, isStopped, type HeldUpGate } from './run-state.ts';
import type { GateEvaluation, Run, Step, Verdict } from './run.ts';

export const evaluation = ({ status, message }: Verdict, now: Date): GateEvaluation => ({
  status,
  evaluatedAt: now.toISOString(),
  message,
});

/** A gate that could not look says neither yes nor no. */
export const unknownGate = (step: Step, now: Date): Step =>
  step.kind === 'GATE' && step.state === 'FAILED' && step.gate === null
    ? {
        ...step,
        gate: evaluation({ status: 'UNKNOWN', message: step.error?.message ?? 'It could not look.' }, now),
      }
    : step;

/**
 * What follows from a gate that says no: within the phase's error budget the run goes on, and it turns back where
 * the plan says so. In all other cases the gate holds it up.
 */
export const evaluateGate = (
  run: Run,
  steps: readonly Step[],
  gate: Step,
  document: PlanDocument | null,
  now: Date,
): { readonly run: Run; readonly step: Step } => {
  const phase = document?.phases?.find(({ number }) => number === gate.phase);
  const isAsked =
    isHeldUp(gate) && gate.gate.status === 'FAIL' && run.rollback === null && !isStopped(run, steps);
  if (!phase || !isAsked) return { run, step: gate };
  const failed = steps.filter((step) => step.id !== gate.id && hasFailed(step, gate)).length + 1;
  if (failed <= phase.errorBudget) return { run, step: { ...gate, state: 'SUCCEEDED', error: null } };
  if (phase.onFail === 'PAUSE') return { run, step: gate };
  const rollback = { cause: 'GATE', reason: reasonOf(gate), at: now.toISOString() } as const;
  // Where a person has paused it, it turns back once somebody lifts that.
  return run.pause?.cause === 'PERSON'
    ? { run: { ...run, rollback }, step: gate }
    : { run: { ...run, rollback, pause: null, status: 'RUNNING' }, step: gate };
};

const hasFailed = (step: Step, { phase }: Step): boolean =>
  step.kind === 'GATE' && step.phase === phase && step.gate?.status === 'FAIL';

const reasonOf = ({ name, gate: { status, message } }: HeldUpGate): string =>
  status === 'FAIL' ? `${name} failed: ${message}` : `${name} could not tell: ${message}`;

/** Whether a gate holds the run up, so that a person has to say what comes. */
export const isAsking = (run: Run, steps: readonly Step[]): boolean =>
  run.rollback === null && !isStopped(run, steps) && steps.some(isHeldUp);

/** A run that a gate holds up stands still. A person's pause is theirs to lift: the gate's comes after it. */
export const heldUp = (run: Run, steps: readonly Step[], now: Date): Run => {
  const gate = isAsking(run, steps) && run.pause === null ? steps.find(isHeldUp) : undefined;
  if (!gate) return run;
  return {
    ...run,
    status: 'PAUSED',
    pause: { cause: 'GATE', reason: reasonOf(gate), at: now.toISOString() },
  };
};

/** The gates that a resumption overrides: those that hold the run up, once no person does. */
export const overriddenBy = ({ pause }: Pick<Run, 'pause'>, steps: readonly Step[]): readonly HeldUpGate[] =>
  pause?.cause === 'GATE' ? steps.filter(isHeldUp) : [];

import type { PlanDocument, PlanPhase } from './plan.ts';
import { isSettled } from './run-state.ts';
import type { GateEvaluation, Run, Step } from './run.ts';
import { soakRule } from './soak.ts';

export type PhaseStatus = 'WAITING' | 'RUNNING' | 'SOAKING' | 'PASSED' | 'FAILED' | 'CANCELLED' | 'UNDONE';

/** A phase of a rollout as its steps stand. */
export interface RunPhase extends PlanPhase {
  readonly status: PhaseStatus;
  /** Of all gates of the phase, the worst; null while none has looked, or while all that did pass and others are left. */
  readonly gate: GateEvaluation | null;
  /** Until when it soaks, RFC 3339, UTC; null where it does not. */
  readonly soakUntil: string | null;
  /** The steps that act on its targets, or that took their place, each with the name of its target. */
  readonly targets: readonly { readonly name: string; readonly step: Step }[];
}

/** In order; none where the plan has no rollout. */
export const runPhasesOf = (document: PlanDocument, run: Run, steps: readonly Step[]): readonly RunPhase[] =>
  (document.phases ?? []).map((phase) => {
    const own = steps.filter((step) => step.phase === phase.number && isOfRollout(step));
    const actions = own.filter(({ kind }) => kind === 'ACTION');
    const gates = own.filter(({ kind }) => kind === 'GATE');
    const soaking = gates.find(({ hold }) => hold?.rule === soakRule);
    return {
      ...phase,
      status: statusOf(actions, gates, soaking !== undefined && run.pause === null),
      gate: worst(gates),
      soakUntil: soaking?.hold?.until ?? null,
      targets: actions
        .filter(({ fallbackFor }) => fallbackFor === null)
        .map((step) => ({ name: targetOf(document, step), step: inPlaceOf(step, actions) })),
    };
  });

const inPlaceOf = (step: Step, actions: readonly Step[]): Step =>
  step.state === 'REPLACED' ? (actions.find(({ fallbackFor }) => fallbackFor === step.name) ?? step) : step;

/** Only what a rollout makes has such a name: `restart[3]`, `restart.gate[3]`, `fallback:restart[3]`. */
const isOfRollout = ({ name }: Step): boolean => name.endsWith(']');

const targetOf = ({ steps }: PlanDocument, { name }: Step): string =>
  steps.find((planned) => planned.name === name)?.targets[0]?.name ?? name;

const statusOf = (actions: readonly Step[], gates: readonly Step[], isSoaking: boolean): PhaseStatus => {
  const all = [...actions, ...gates];
  const some = (...states: readonly Step['state'][]): boolean =>
    all.some(({ state }) => states.includes(state));
  if (some('FAILED', 'NEEDS_ATTENTION')) return 'FAILED';
  if (some('UNDONE')) return 'UNDONE';
  if (all.every(isSettled)) return 'PASSED';
  if (isSoaking) return 'SOAKING';
  if (some('CANCELLED')) return 'CANCELLED';
  return all.every(({ startedAt }) => startedAt === null) ? 'WAITING' : 'RUNNING';
};

const severity = { FAIL: 2, UNKNOWN: 1, PASS: 0 } as const;

const worst = (gates: readonly Step[]): GateEvaluation | null => {
  const found = gates.flatMap(({ gate }) => gate ?? []);
  const [first] = found.toSorted((one, other) => severity[other.status] - severity[one.status]);
  const isOpen = found.length < gates.length && first?.status === 'PASS';
  return first && !isOpen ? first : null;
};

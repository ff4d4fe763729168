import type { Environment } from '@countersign/shared';
import type { PlanPhase } from '../../domain/plan.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { ActionRequest } from '../../domain/task.ts';
import { stepsOf, workflowFaults, type ParamsOf, type WantedStep } from '../../domain/workflow.ts';
import type { PrepareAction, PreparedAction } from './prepared-action.ts';
import type { ExecutorRegistry } from './registry.ts';

export interface PreparedStep extends WantedStep {
  readonly prepared: PreparedAction;
}

/** What a task's actions come to, in plan order. */
export interface PreparedWorkflow {
  readonly steps: readonly PreparedStep[];
  /** Left out where nothing is rolled out. */
  readonly phases?: readonly PlanPhase[];
}

export interface Preparations {
  /** Whole where there are no faults. */
  readonly workflow: PreparedWorkflow;
  readonly faults: readonly Fault[];
}

/**
 * Every fault of a task's actions at once: of how they hang together, of their types and of their params. Null is
 * passed over.
 */
export type PrepareActions = (
  actions: readonly (ActionRequest | null)[],
  environment: Environment,
) => Preparations;

export const createPrepareActions =
  (prepare: PrepareAction, paramsOf: ParamsOf): PrepareActions =>
  (actions, environment) => {
    const whole = actions.filter((action) => action !== null);
    const faults = whole.length === actions.length ? workflowFaults(whole, environment) : [];
    // Where some are missing, the others keep their places: nobody runs what is made of them.
    const { steps, ...phases } = stepsOf(
      actions.map((action) => action ?? nothing),
      paramsOf,
    );
    const prepared: PreparedStep[] = [];
    for (const step of steps) {
      if (step.type === nothing.type) continue;
      const result = prepare(step.type, step.params, step.name);
      const found = result.ok ? ownFaults(step, result.action) : result.faults;
      faults.push(...found.map((fault) => ({ ...fault, path: placeOf(step, fault.path) })));
      if (result.ok) prepared.push({ ...step, prepared: result.action });
    }
    return { workflow: { steps: prepared, ...phases }, faults: distinct(faults) };
  };

/** What is wrong with an action is wrong with it on each of its targets. */
const distinct = (faults: readonly Fault[]): readonly Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.path}\0${fault.message}`, fault])).values(),
];

const nothing: ActionRequest = { name: '', type: '', params: {}, dependsOn: [] };

const ownFaults = ({ name, kind, timeoutMs }: WantedStep, { traits }: PreparedAction): Fault[] => {
  const { timeMs } = traits.budget;
  const faults: Fault[] = [];
  if (kind === 'GATE' && traits.category !== 'READ')
    faults.push({ path: `${name}.type`, message: `${traits.name} changes something: a gate only reads` });
  if (timeoutMs !== undefined && timeoutMs > timeMs) {
    const message = `must be at most ${timeMs}: a try of ${traits.name} may take no longer`;
    faults.push({ path: `${name}.timeoutMs`, message });
  }
  return faults;
};

/** Where the caller wrote what is wrong. */
const placeOf = ({ name, typePath, paramsPath }: WantedStep, path: string): string => {
  const within = path.slice(name.length);
  if (within === '.timeoutMs') return typePath.replace(/type$/, 'timeoutMs');
  return within.startsWith('.params') ? `${paramsPath}${within.slice('.params'.length)}` : typePath;
};

/** What action types know, from the schemas that they are served with. */
export const createParamsOf = ({ find, list }: Pick<ExecutorRegistry, 'find' | 'list'>): ParamsOf => {
  const names = new Map(
    list().map(({ name, version, inputSchema: { properties } }) => [
      `${name}@${version}`,
      new Set(Object.keys(properties ?? {})),
    ]),
  );
  return (actionType) => {
    const executor = find(actionType);
    return (executor && names.get(`${executor.traits.name}@${executor.traits.version}`)) ?? null;
  };
};

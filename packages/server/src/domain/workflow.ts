import type { Environment } from '@countersign/shared';
import { graphFaults } from './graph.ts';
import type { JsonObject } from './json.ts';
import type { PlanPhase } from './plan.ts';
import { findReferences } from './references.ts';
import type { Fault } from './refusal-details.ts';
import { phasesOf, rolloutFaults, type RolloutPhase } from './rollout.ts';
import type { ActionRequest, FallbackRequest } from './task.ts';

/** One step that a task's actions come to, before its executor has looked at it. */
export interface WantedStep {
  readonly name: string;
  readonly type: string;
  readonly params: JsonObject;
  /** Those that were said, and those whose output it needs. */
  readonly dependsOn: readonly string[];
  /** Of the plan's phases; 0 where there are phases and it belongs to none, 1 where there are none. */
  readonly phase: number;
  readonly kind?: 'GATE';
  readonly expect?: JsonObject;
  /** Milliseconds that each try may take; left out, what its type takes. */
  readonly timeoutMs?: number;
  /** Name of the step in whose place it runs. */
  readonly fallbackFor?: string;
  /** Place of its action in the caller's list. */
  readonly action: number;
  /** Where its type and its params stand in the caller's input. */
  readonly typePath: string;
  readonly paramsPath: string;
}

export interface Workflow {
  readonly steps: readonly WantedStep[];
  /** Left out where nothing is rolled out. */
  readonly phases?: readonly PlanPhase[];
}

/** Names of the params that an action type knows; null where there is no such type. */
export type ParamsOf = (actionType: string) => ReadonlySet<string> | null;

const pathOf = (index: number): string => `actions[${index}]`;

/** Every fault of how a task's actions hang together, all at once. */
export const workflowFaults = (actions: readonly ActionRequest[], environment: Environment): Fault[] => {
  const rolledOut = actions.flatMap(({ targets }, index) => (targets ? [index] : []));
  const faults = [
    ...referenceFaults(actions),
    ...actions.flatMap(({ targets, rollout }, index) =>
      targets && rollout ? rolloutFaults(targets.length, rollout, environment, pathOf(index)) : [],
    ),
    ...rolledOut.slice(1).map((index) => ({
      path: `${pathOf(index)}.targets`,
      message: 'one action of a task is rolled out over targets: submit this one as a task of its own',
    })),
  ];
  // Names that are not there are told where they stand: as references, or as dependencies.
  return [...faults, ...graphFaults(faults.length > 0 ? actions : actions.map(withNeeds), 'actions')];
};

/** The actions whose output each needs, with a path that says where. */
const needsOf = (
  action: ActionRequest,
  index: number,
): { readonly from: string; readonly path: string }[] => {
  const { params, targets = [], rollout, fallback } = action;
  const places: (readonly [JsonObject, string])[] = [
    [params, `${pathOf(index)}.params`],
    ...targets.map((target, place) => [target, `${pathOf(index)}.targets[${place}]`] as const),
    ...(rollout?.gate ? [[rollout.gate.params, `${pathOf(index)}.rollout.gate.params`] as const] : []),
    ...(fallback?.params ? [[fallback.params, `${pathOf(index)}.fallback.params`] as const] : []),
  ];
  return places.flatMap(([given, path]) =>
    findReferences(given).references.map(({ from }) => ({ from, path })),
  );
};

/** An action that depends on what its params refer to as well. */
export const withNeeds = (action: ActionRequest, index: number): ActionRequest => ({
  ...action,
  dependsOn: [...new Set([...action.dependsOn, ...needsOf(action, index).map(({ from }) => from)])],
});

const referenceFaults = (actions: readonly ActionRequest[]): Fault[] => {
  const named = new Map(actions.map((action) => [action.name, action]));
  return actions.flatMap((action, index) =>
    needsOf(action, index).flatMap(({ from, path }) => {
      const other = named.get(from);
      if (!other) return [{ path, message: `refers to "${from}", and there is no action of this name` }];
      if (other === action) return [{ path, message: 'refers to what this very action puts out' }];
      if (!other.targets) return [];
      return [{ path, message: `refers to "${from}", which has an output for each of its targets` }];
    }),
  );
};

/** The steps of a task's actions, in plan order: those of a rollout phase by phase, its gates after each. */
export const stepsOf = (actions: readonly ActionRequest[], paramsOf: ParamsOf): Workflow => {
  const hasPhases = actions.some(({ targets }) => targets);
  // What waits for a rollout waits for the end of its last phase.
  const ends = new Map<string, readonly string[]>();
  const rollouts = new Map(
    actions.flatMap((action, index) => {
      if (!action.targets || !action.rollout) return [];
      const phases = phasesOf(action.targets.length, action.rollout);
      const last = phases.at(-1);
      if (last) ends.set(action.name, endOf(action, last));
      return [[index, phases] as const];
    }),
  );
  const steps = actions.flatMap((given, index): WantedStep[] => {
    const action = withNeeds(given, index);
    const dependsOn = action.dependsOn.flatMap((name) => ends.get(name) ?? [name]);
    const phases = rollouts.get(index);
    if (phases) return phasedSteps({ ...action, dependsOn }, index, phases, paramsOf);
    const path = pathOf(index);
    const step: WantedStep = {
      name: action.name,
      type: action.type,
      params: action.params,
      dependsOn,
      phase: hasPhases ? 0 : 1,
      ...timeoutOf(action),
      action: index,
      typePath: `${path}.type`,
      paramsPath: `${path}.params`,
    };
    return action.fallback ? [step, fallbackStep(step, action.fallback, path, paramsOf)] : [step];
  });
  const phases = [...rollouts.values()].flat().map(({ places: _, ...phase }) => phase);
  return { steps, ...(hasPhases ? { phases } : {}) };
};

const stepName = ({ name }: ActionRequest, place: number): string => `${name}[${place + 1}]`;
const gateName = ({ name }: ActionRequest, place: number): string => `${name}.gate[${place + 1}]`;

const timeoutOf = ({ timeoutMs }: { readonly timeoutMs?: number }): Pick<WantedStep, 'timeoutMs'> =>
  timeoutMs === undefined ? {} : { timeoutMs };

/** No action can have such a name. It waits for what its step waits for, and for its step. */
const fallbackStep = (
  { timeoutMs: _, ...step }: WantedStep,
  fallback: FallbackRequest,
  path: string,
  paramsOf: ParamsOf,
  target: JsonObject = {},
): WantedStep => ({
  ...step,
  name: `fallback:${step.name}`,
  type: fallback.type,
  params: fallback.params
    ? withTarget(fallback.params, target, paramsOf(fallback.type))
    : knownParams(step.params, paramsOf(fallback.type)),
  ...timeoutOf(fallback),
  fallbackFor: step.name,
  typePath: `${path}.fallback.type`,
  paramsPath: `${path}.fallback.params`,
});

/** Of a target's own params, those that an action type knows. */
const withTarget = (
  params: JsonObject,
  target: JsonObject,
  known: ReadonlySet<string> | null,
): JsonObject => ({
  ...params,
  ...knownParams(target, known),
});

const knownParams = (params: JsonObject, known: ReadonlySet<string> | null): JsonObject =>
  Object.fromEntries(Object.entries(params).filter(([name]) => known?.has(name)));

/** Whose end is the end of a phase. */
const endOf = (action: ActionRequest, { places }: RolloutPhase): readonly string[] =>
  places.map((place) => (action.rollout?.gate ? gateName : stepName)(action, place));

const phasedSteps = (
  action: ActionRequest,
  index: number,
  phases: readonly RolloutPhase[],
  paramsOf: ParamsOf,
): WantedStep[] => {
  const path = pathOf(index);
  const { targets = [], rollout } = action;
  return phases.flatMap((phase, number) => {
    const before = phases[number - 1];
    const steps = phase.places.map((place): WantedStep => ({
      name: stepName(action, place),
      type: action.type,
      params: { ...action.params, ...targets[place] },
      dependsOn: before ? endOf(action, before) : action.dependsOn,
      phase: phase.number,
      ...timeoutOf(action),
      action: index,
      typePath: `${path}.type`,
      paramsPath: `${path}.targets[${place}]`,
    }));
    const { fallback } = action;
    const acting = steps.flatMap((step, nth) => {
      const target = targets[phase.places[nth] ?? 0];
      return fallback ? [step, fallbackStep(step, fallback, path, paramsOf, target)] : [step];
    });
    const { gate } = rollout ?? {};
    if (!gate) return acting;
    const known = paramsOf(gate.type);
    const gates = phase.places.map((place): WantedStep => ({
      name: gateName(action, place),
      type: gate.type,
      params: withTarget(gate.params, targets[place] ?? {}, known),
      dependsOn: steps.map(({ name }) => name),
      phase: phase.number,
      kind: 'GATE',
      expect: gate.expect,
      action: index,
      typePath: `${path}.rollout.gate.type`,
      paramsPath: `${path}.rollout.gate.params`,
    }));
    return [...acting, ...gates];
  });
};

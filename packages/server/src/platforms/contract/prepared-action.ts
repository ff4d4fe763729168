import type { Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import type { ActionTraits, PlannedAction, Position } from '../../domain/planned-action.ts';
import type { PlacedReference } from '../../domain/references.ts';
import {
  actionTypeOf,
  traitsOf,
  type ApplyCall,
  type LinesCall,
  type PlanCall,
  type Reconciliation,
} from './executor.ts';
import type { ExecutorGuards } from './guards.ts';
import { keepsStandInsOut, parseWithStandIns } from './stand-ins.ts';
import type { ExecutorRegistry } from './registry.ts';

/** One action with params that fit, behind the guards. Its calls throw `ExecutorError` and nothing else. */
export interface PreparedAction {
  /** As they hold for these params. */
  readonly traits: ActionTraits;
  readonly showsWholeEffect: boolean;
  /** Whether what it did can be undone. */
  readonly canCompensate: boolean;
  /** Null where it cannot be planned upon what earlier steps leave. */
  readonly isAsForeseen: ((foreseen: Json, found: Json) => boolean) | null;
  /** The part of the platform that it talks to. */
  readonly endpoint: string;
  /** As parsed: defaults filled in, and references as they were given. */
  readonly params: JsonObject;
  /** What of the params earlier steps put out. As long as there are any, the action can be planned and nothing else. */
  readonly references: readonly PlacedReference[];
  /** The same action with these params instead. Paths of faults are relative to them. */
  readonly withParams: (params: JsonObject) => Preparation;
  /** Finds out what would happen. Refusals carry faults, paths relative to the params. */
  readonly plan: (call: PlanCall) => Promise<Outcome<PlannedAction>>;
  /** Whether the target is as the plan found it; null where that cannot be told cheaply. */
  readonly watch: (call: LinesCall) => Promise<boolean | null>;
  /** Null where there are none, or where they cannot be read now. */
  readonly lines: (query: LinesQuery, call: LinesCall) => Promise<ChangedLines | null>;
  /** Empty where the precondition's own fields say it. */
  readonly positions: (precondition: Json) => readonly Position[];
  readonly apply: (call: ApplyCall) => Promise<Json>;
  readonly verify: (output: Json, call: ApplyCall) => Promise<void>;
  /** Null where the action cannot be undone. */
  readonly compensate: (output: Json, call: ApplyCall) => Promise<Json>;
  /** Null where the action leaves no mark to look for. */
  readonly reconcile: (call: ApplyCall) => Promise<Reconciliation<Json> | null>;
}

export type Preparation =
  | { readonly ok: true; readonly action: PreparedAction }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Finds the executor of `actionType` and parses `params`; `path` is where the action stands in the caller's input.
 * A reference to what an earlier step puts out may stand where a text may, and where nothing that is acted on follows
 * from it.
 */
export type PrepareAction = (actionType: string, params: unknown, path: string) => Preparation;

export const createPrepareAction =
  (registry: ExecutorRegistry, guards: ExecutorGuards): PrepareAction =>
  (actionType, params, path) => {
    const executor = registry.find(actionType);
    if (!executor) {
      return { ok: false, faults: [unknownType(registry, actionType, `${path}.type`)] };
    }
    const parsed = parseWithStandIns(executor, params, `${path}.params`);
    if (!parsed.ok) return parsed;
    const { input, references } = parsed;
    const traits = traitsOf(executor, input);
    return {
      ok: true,
      action: {
        traits,
        showsWholeEffect: executor.showsWholeEffect ?? false,
        canCompensate: executor.compensate !== undefined,
        isAsForeseen: executor.isAsForeseen
          ? (foreseen, found) => executor.isAsForeseen?.(foreseen, found) ?? false
          : null,
        endpoint: executor.endpointOf?.(input) ?? '',
        params: parsed.params,
        references,
        withParams: (others) => createPrepareAction(registry, guards)(actionType, others, ''),
        plan: async (call) => keepsStandInsOut(await guards.plan(executor, input, call), references),
        watch: (call) => guards.watch(executor, input, call),
        lines: (query, call) => guards.lines(executor, input, query, call),
        positions: (precondition) => executor.positions?.(input, precondition) ?? [],
        apply: (call) => guards.apply(executor, input, call),
        verify: (output, call) => guards.verify(executor, input, output, call),
        compensate: (output, call) => guards.compensate(executor, input, output, call),
        reconcile: (call) => guards.reconcile(executor, input, call),
      },
    };
  };

const mostSuggestions = 10;

const unknownType = (registry: ExecutorRegistry, actionType: string, path: string): Fault => {
  const known = registry.list().flatMap((traits) => [traits.name, actionTypeOf(traits)]);
  const nearest = nearestNames(actionType, known);
  return {
    path,
    message: `There is no action type "${actionType}"${meantPerhaps(actionType, known) || '.'} The query actionTypes lists all of them.`,
    code: 'RESOURCE_NOT_FOUND',
    suggestions:
      nearest.length > 0
        ? nearest
        : registry
            .list()
            .slice(0, mostSuggestions)
            .map(({ name }) => name),
  };
};

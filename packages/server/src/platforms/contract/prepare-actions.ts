import { graphFaults } from '../../domain/graph.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { ActionRequest } from '../../domain/task.ts';
import type { PrepareAction, PreparedAction } from './prepared-action.ts';

export interface Preparations {
  /** One for each action, in order, where there are no faults. */
  readonly prepared: readonly PreparedAction[];
  readonly faults: readonly Fault[];
}

/** Every fault of a task's actions at once: of their graph, their types and their params. Null is passed over. */
export type PrepareActions = (actions: readonly (ActionRequest | null)[]) => Preparations;

export const createPrepareActions =
  (prepare: PrepareAction): PrepareActions =>
  (actions) => {
    const whole = actions.filter((action) => action !== null);
    const faults = whole.length === actions.length ? graphFaults(whole, 'actions') : [];
    const prepared: PreparedAction[] = [];
    actions.forEach((action, index) => {
      if (action === null) return;
      const result = prepare(action.type, action.params, `actions[${index}]`);
      if (result.ok) prepared.push(result.action);
      else faults.push(...result.faults);
    });
    return { prepared, faults };
  };

import type { PlanDocumentStep } from '../../domain/plan.ts';
import type { Position } from '../../domain/planned-action.ts';
import type { PrepareAction } from './prepared-action.ts';

/** What a step's precondition says of where things stood; empty where its own fields say it best. */
export type PositionsOf = (step: PlanDocumentStep) => readonly Position[];

export const createPositionsOf =
  (prepare: PrepareAction): PositionsOf =>
  ({ action, params, precondition }) => {
    // An old plan may be of an action type that is not installed any more.
    const prepared = precondition === null ? null : prepare(action, params, '');
    return prepared?.ok ? prepared.action.positions(precondition) : [];
  };

import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Planning } from '../../domain/specialist.ts';
import type { PlanningStore } from '../../record/planning-store.ts';

/** How goals that the viewer sees became plans, many at once. */
export interface PlanningViews {
  find(viewer: Principal, taskIds: readonly string[]): Promise<readonly Planning[]>;
}

export const createPlanningViews = (plannings: Pick<PlanningStore, 'findMany'>): PlanningViews => ({
  find: (viewer, taskIds) => plannings.findMany(sightOf(viewer), taskIds),
});

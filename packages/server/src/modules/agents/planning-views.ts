import type { Principal } from '../../domain/principal.ts';
import type { Planning } from '../../domain/specialist.ts';
import type { PlanningStore } from '../../record/planning-store.ts';

/** How goals of the viewer's tenant became plans, many at once. */
export interface PlanningViews {
  find(viewer: Pick<Principal, 'tenantId'>, taskIds: readonly string[]): Promise<readonly Planning[]>;
}

export const createPlanningViews = (plannings: Pick<PlanningStore, 'findMany'>): PlanningViews => ({
  find: ({ tenantId }, taskIds) => plannings.findMany(tenantId, taskIds),
});

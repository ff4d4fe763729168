import type { Principal } from '../../domain/principal.ts';
import type { DecisionStore, RecordedDecision } from '../../record/decision-store.ts';

export type { RecordedDecision };

/** What policy said of revisions of the viewer's tasks. */
export type FindDecisions = (
  viewer: Principal,
  keys: readonly { readonly taskId: string; readonly revision: number }[],
) => Promise<readonly RecordedDecision[]>;

export const createFindDecisions =
  (decisions: Pick<DecisionStore, 'findMany'>): FindDecisions =>
  ({ tenantId }, keys) =>
    decisions.findMany(tenantId, keys);

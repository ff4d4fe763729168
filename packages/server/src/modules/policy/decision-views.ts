import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { QualityScore } from '../../domain/quality.ts';
import type { DecisionStore, RecordedDecision } from '../../record/decision-store.ts';

export type { RecordedDecision };

/** What policy said of revisions of tasks that the viewer sees. */
export type FindDecisions = (
  viewer: Principal,
  keys: readonly { readonly taskId: string; readonly revision: number }[],
) => Promise<readonly RecordedDecision[]>;

export const createFindDecisions =
  (decisions: Pick<DecisionStore, 'findMany'>): FindDecisions =>
  (viewer, keys) =>
    decisions.findMany(sightOf(viewer), keys);

/** The score that a decision went by, where what is kept of it is one. */
export const qualityOf = ({ context: { quality } }: Pick<RecordedDecision, 'context'>): QualityScore | null =>
  quality && Number.isInteger(quality.total) && Array.isArray(quality.parts) ? quality : null;

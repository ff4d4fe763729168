import type { PlanDocument, PlanDocumentStep, PlanOverview, ShownStep } from '../domain/plan.ts';
import { canonicalJson, sha256 } from '../infra/digest.ts';

/** Binds what people read of a step to the bytes that they approve. */
export const stepDigest = (shown: ShownStep): string => sha256(canonicalJson(shown), 'shown/v1\0');

/** Binds what people read of the whole plan. */
export const overviewDigest = (overview: PlanOverview): string =>
  sha256(canonicalJson(overview), 'overview/v1\0');

export const isStepShownAsPlanned = (shown: ShownStep | undefined, planned: PlanDocumentStep): boolean =>
  shown !== undefined && stepDigest(shown) === planned.shown;

export const isOverviewAsPlanned = (overview: PlanOverview, document: PlanDocument): boolean =>
  overviewDigest(overview) === document.shown;

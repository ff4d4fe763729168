import { planHashDomain, type Plan, type PlanDocument } from '../domain/plan.ts';
import { sha256 } from '../infra/digest.ts';
import { isPlanDocument } from './plan-document-schema.ts';
import { isOverviewAsPlanned, isStepShownAsPlanned } from './shown-digest.ts';

export interface ReadPlan {
  readonly document: PlanDocument;
  /** SHA-256 over the bytes, computed now. */
  readonly hash: string;
}

/** Reads plans back from their stored bytes, and doubts them. */
export interface PlanReader {
  /** SHA-256 over the bytes, as an approval names it. */
  hash(document: string): string;
  /** Null where the bytes are not those that the plan's hash names, or are no plan document. */
  read(plan: Pick<Plan, 'document' | 'hash'>): ReadPlan | null;
  /** As `read`, and null also where anything that people are shown of the plan is not what was planned. */
  readAsShown(plan: StoredPlan): PlanDocument | null;
}

type StoredPlan = Pick<Plan, 'document' | 'hash' | 'presentation' | 'summary' | 'risk'>;

const hash = (document: string): string => sha256(document, planHashDomain);

export const planReader: PlanReader = {
  hash,
  read(plan) {
    const found = hash(plan.document);
    if (found !== plan.hash) return null;
    try {
      const parsed: unknown = JSON.parse(plan.document);
      return isPlanDocument(parsed) ? { document: parsed, hash: found } : null;
    } catch {
      return null;
    }
  },
  readAsShown(plan) {
    const document = this.read(plan)?.document;
    return document && isShownAsPlanned(plan, document) ? document : null;
  },
};

const isShownAsPlanned = (
  { presentation: { riskFactors, steps }, summary, risk }: StoredPlan,
  document: PlanDocument,
): boolean =>
  risk === document.risk &&
  isOverviewAsPlanned({ summary, riskFactors }, document) &&
  steps.length === document.steps.length &&
  document.steps.every((step, index) => isStepShownAsPlanned(steps[index], step));

import type { ApprovalStatus } from '@countersign/shared';
import type { ErrorCode } from './error-catalogue.ts';

/** One fault of an input: where (`actions[0].params.branch`), what, and what would do instead. */
export interface Fault {
  readonly path: string;
  readonly message: string;
  /** Where it is no matter of form: that there is no such thing, or that a setting does not allow it. */
  readonly code?: ErrorCode;
  /** What could stand there instead, the nearest first. */
  readonly suggestions?: readonly string[];
  /** The setting of the installation that decides about it: `repositories`. */
  readonly setting?: string;
}

/** What is wrong with the input, all of it. */
export interface InputFaults {
  readonly kind: 'FAULTS';
  readonly faults: readonly Fault[];
}

/** The plan that stands, where a decision named another. */
export interface CurrentPlan {
  readonly kind: 'CURRENT_PLAN';
  readonly currentRevision: number;
  readonly currentPlanHash: string | null;
}

/** The task that an idempotency key stands for. */
export interface ExistingTask {
  readonly kind: 'EXISTING_TASK';
  readonly taskId: string;
}

/** How a request for approval ended. */
export interface EndedRequest {
  readonly kind: 'ENDED_REQUEST';
  readonly status: ApprovalStatus;
}

/** What one plan would do and the other would not, step by step. */
export interface PlanChange {
  readonly step: string;
  /** What it would have done; null where there was no such step. */
  readonly before: string | null;
  /** What it would do now; null where there is no such step any more. */
  readonly now: string | null;
  /** Which parts of it differ: `targets`, `diffs`, `precondition` … */
  readonly parts: readonly string[];
}

/** How a plan that was to be applied differs from what would be done now. */
export interface ChangedPlan {
  readonly kind: 'CHANGED_PLAN';
  readonly changes: readonly PlanChange[];
}

/** What a program may need to go on after a refusal. */
export type RefusalDetails = InputFaults | CurrentPlan | ExistingTask | EndedRequest | ChangedPlan;

export const faultsOf = (details: RefusalDetails | null): readonly Fault[] =>
  details?.kind === 'FAULTS' ? details.faults : [];

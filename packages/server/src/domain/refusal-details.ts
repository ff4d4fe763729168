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

/** What a program may need to go on after a refusal. */
export type RefusalDetails = InputFaults | CurrentPlan | ExistingTask | EndedRequest;

export const faultsOf = (details: RefusalDetails | null): readonly Fault[] =>
  details?.kind === 'FAULTS' ? details.faults : [];

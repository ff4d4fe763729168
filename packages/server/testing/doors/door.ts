import type { TaskStatus } from '@countersign/shared';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';

/** What a caller is told, in words that all doors share. */
export interface DoorAnswer {
  readonly taskId: string | null;
  readonly status: TaskStatus | null;
  /** The catalogue's; null where nothing was refused. HITL_REQUIRED where people must decide first. */
  readonly code: ErrorCode | null;
  /** True where the key had been submitted before. */
  readonly isReplay: boolean;
  /** Where the input was at fault. */
  readonly faults: readonly string[];
  /** Whether the caller was told how long to wait. */
  readonly isToWait: boolean;
}

/** Why a task did not come to what was asked for. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly retriable: boolean;
}

export interface ReadTask extends DoorAnswer {
  readonly error?: ToldError | null;
  readonly revision?: number;
  readonly planHash?: string;
}

export interface SeenPlan {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
}

export interface DoorSubmission {
  readonly idempotencyKey: string;
  readonly goal: string;
  readonly actions: readonly object[];
  readonly environment?: string;
  readonly requiresApproval?: boolean;
}

/** Whoever comes through a door: with a key, from a tenant. */
export interface DoorCaller {
  readonly name: string;
  readonly key: string;
  readonly tenantId: string;
}

/** One way in. An adapter says nothing that its door does not say. */
export interface Door {
  readonly name: string;
  submit(caller: DoorCaller, submission: DoorSubmission): Promise<DoorAnswer>;
  approve(caller: DoorCaller, plan: SeenPlan): Promise<DoorAnswer>;
  reject(caller: DoorCaller, plan: SeenPlan, reason: string): Promise<DoorAnswer>;
  cancel(caller: DoorCaller, taskId: string, reason: string): Promise<DoorAnswer>;
  /** A task as it is now, with the plan that a decision names. */
  read(caller: DoorCaller, taskId: string): Promise<ReadTask>;
}

export const emptyAnswer: DoorAnswer = {
  taskId: null,
  status: null,
  code: null,
  isReplay: false,
  faults: [],
  isToWait: false,
};

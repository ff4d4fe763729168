import type {
  EffectState,
  GateStatus,
  Priority,
  ResolutionOutcome,
  RunStatus,
  StepKind,
  StepState,
} from '@countersign/shared';
import type { Failure } from './errors.ts';
import type { Hold } from './hold.ts';
import type { Json } from './json.ts';
import type { TaskFailure } from './task.ts';

/** One application of one plan revision. */
export interface Run {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly status: RunStatus;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly deadlineAt: Date | null;
  /** Set when somebody asked to end the run while steps were still in flight. */
  readonly cancelRequestedAt: Date | null;
  /** Null unless it is paused. */
  readonly pause: Pause | null;
  /** Set once it undoes what it did, and ever after. */
  readonly rollback: Rollback | null;
}

/** Why a run stands still. */
export interface Pause {
  readonly cause: 'PERSON' | 'GATE';
  /** The principal's id; left out where nobody did it. */
  readonly by?: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Why a run undoes what it did. */
export interface Rollback {
  readonly cause: 'PERSON' | 'TRANSACTION' | 'GATE';
  /** Somebody chose to undo it although a kill switch stops its work; left out where nobody did. */
  readonly isUnderStop?: boolean;
  /** The principal's id; left out where nobody did it. */
  readonly by?: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** What a gate found, and who let the run go on nevertheless. */
export interface GateEvaluation {
  readonly status: GateStatus;
  /** RFC 3339, UTC. */
  readonly evaluatedAt: string;
  /** A sentence for people. */
  readonly message: string;
  readonly overriddenBy?: string;
  readonly overrideReason?: string;
}

/** What a person found out about an effect that nobody could know. */
export interface Resolution {
  readonly outcome: ResolutionOutcome;
  /** The principal's id. */
  readonly by: string;
  readonly evidence: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** A target as earlier steps of the run left it. */
export interface Footing {
  readonly precondition: Json;
}

/** Where one action or gate of the plan stands, or the undoing of an action. */
export interface Step {
  readonly id: string;
  readonly tenantId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly name: string;
  readonly kind: StepKind;
  /** The name of the step that an UNDO undoes. */
  readonly undoes: string | null;
  /** The name of the step in whose place it runs where that failed and surely did nothing. */
  readonly fallbackFor: string | null;
  readonly ordinal: number;
  readonly phase: number;
  readonly actionType: string;
  readonly platform: string;
  readonly lane: Priority;
  readonly dependsOn: readonly string[];
  readonly state: StepState;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Of its attempts, those made before a person had it tried anew. */
  readonly attemptsBefore: number;
  /**
   * How many attempts in a row began by looking for what an earlier one did, and were lost before they told anything; 0
   * where this one may call, and once it is about to.
   */
  readonly looks: number;
  readonly fence: number;
  readonly leaseUntil: Date | null;
  readonly worker: string | null;
  readonly dispatchEpoch: number;
  readonly dispatchedAt: Date | null;
  readonly nextAttemptAt: Date;
  readonly readyAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly output: Json;
  readonly error: Failure | null;
  /** Why it is not started now; null unless it is READY and held. */
  readonly hold: Hold | null;
  /** What a GATE found; null until it has looked. */
  readonly gate: GateEvaluation | null;
  /** Where nobody could know what it did, a person's word on that. */
  readonly resolution: Resolution | null;
  /** What it runs on, where earlier steps changed the same thing; null until it was read. */
  readonly standsOn: Footing | null;
}

/** What we meant to do to a platform, and what came of it. */
export interface Effect {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly stepId: string;
  readonly number: number;
  readonly planHash: string;
  readonly state: EffectState;
  readonly fence: number;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly error: Failure | null;
  readonly intendedAt: Date;
  readonly settledAt: Date | null;
}

export type Verdict = Pick<GateEvaluation, 'status' | 'message'>;

/** How one attempt ended, as the worker saw it. */
export type AttemptResult =
  /**
   * `madeOn`: the target's state that the effect was made on, where it is another than the plan's.
   * `isNoop`: nobody was called.
   */
  | {
      readonly kind: 'SUCCEEDED';
      readonly output: Json;
      readonly madeOn?: Json;
      readonly isNoop?: true;
      /** Of a gate: what it makes of the output. */
      readonly verdict?: Verdict;
    }
  /** Failed, and the platform surely did nothing, or a retry is safe by the action's capability. */
  | {
      readonly kind: 'RETRIABLE';
      readonly failure: Failure;
      readonly delayMs: number;
      /** True where the platform may have acted although the attempt failed. */
      readonly isEffectUnknown: boolean;
    }
  /** Not now, said before the action was called: it is done later, and no attempt is spent. */
  | {
      readonly kind: 'HELD';
      /** Until it is tried again, where it does not say until when. */
      readonly hold: Omit<Hold, 'until'> & Partial<Hold>;
      /** The same in the catalogue's words, for what ends meanwhile. */
      readonly failure: Failure;
      readonly delayMs: number;
      /** When its approval ends where its run has not begun: it is asked about by then. RFC 3339, UTC. */
      readonly startBy?: string;
      /** True where an earlier attempt of the step may have acted. */
      readonly isEffectUnknown: boolean;
      /** Present where a worker was lost with the attempt, which counts. */
      readonly isAttemptSpent?: true;
    }
  | { readonly kind: 'FAILED'; readonly failure: Failure }
  /** Nobody can know whether the effect happened: a person decides. */
  | { readonly kind: 'UNKNOWN'; readonly failure: Failure }
  /** The target is not what the plan saw; nothing was written. */
  | { readonly kind: 'DRIFTED'; readonly failure: Failure }
  /** Ours to stop, before any call: policy, approval or the plan's bytes did not hold at the claim. */
  | {
      readonly kind: 'REFUSED';
      readonly failure: Failure;
      readonly end: 'DENIED' | 'EXPIRED' | 'FAILED';
      /** True where an earlier attempt of the step may have acted. */
      readonly isEffectUnknown: boolean;
    };

/** What a task becomes when its run moved. PLANNING asks for a new revision. */
export type RunEnd =
  | 'SUCCEEDED'
  | 'FAILED'
  | 'ROLLED_BACK'
  | 'NEEDS_ATTENTION'
  | 'CANCELLED'
  | 'DENIED'
  | 'EXPIRED'
  | 'PLANNING';

export interface Settlement {
  readonly run: Run;
  /** Steps that changed, in plan order. */
  readonly changed: readonly Step[];
  /** Steps that the run did not have before: what undoes others. */
  readonly added: readonly Step[];
  /** Among all of these, those that can run now or at their next attempt. */
  readonly toDispatch: readonly Step[];
  /** Null while the run goes on. */
  readonly end: RunEnd | null;
  readonly error: TaskFailure | null;
}

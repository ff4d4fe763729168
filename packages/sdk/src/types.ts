export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export type TaskStatus =
  | 'PLANNING'
  | 'AWAITING_APPROVAL'
  | 'HELD'
  | 'QUEUED'
  | 'RUNNING'
  | 'PAUSED'
  | 'NEEDS_ATTENTION'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'ROLLED_BACK'
  | 'DENIED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'CANCELLED';

/** One typed operation on one target. */
export interface Action {
  /** How other actions call it; step-1, step-2 … by default. */
  readonly name?: string;
  /** `repo.commit`, or `repo.commit@1` for a certain version. */
  readonly type: string;
  readonly params: JsonObject;
  readonly dependsOn?: readonly string[];
}

/** What is asked for. Everything else that a submission may have is handed on as it is: see ExecuteTaskInput. */
export interface Submission {
  /** 1 to 255 visible ASCII characters: the same key with the same body gives the same task. */
  readonly idempotencyKey: string;
  readonly goal: string;
  readonly actions?: readonly Action[];
  readonly mode?: 'NOOP' | 'PLAN' | 'APPLY';
  readonly priority?: 'CRITICAL' | 'HIGH' | 'NORMAL' | 'LOW';
  readonly environment?: 'DEVELOPMENT' | 'STAGING' | 'PRODUCTION';
  readonly justification?: string;
  readonly requiresApproval?: boolean;
  readonly correlationId?: string;
  readonly source?: string;
  readonly tags?: readonly string[];
  readonly timeoutMs?: number;
}

/** An expected "no": a value, never thrown. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retriable: boolean;
  /** Milliseconds to wait first. */
  readonly retryAfterMs: number | null;
  /** What is wrong with the input, each with its place. */
  readonly faults: readonly { readonly path: string; readonly message: string }[];
}

export interface Task {
  readonly id: string;
  readonly status: TaskStatus;
  readonly goal: string;
  /** Where a person sees it, and decides. */
  readonly url: string;
}

/** A task with what came of it. */
export interface TaskDetail extends Task {
  /** False is a value of its own: nobody has decided yet, or it goes on. It is never an approval. */
  readonly isOver: boolean;
  /** Why it was denied, rejected or has failed, or is asked about; in words. */
  readonly reasons: readonly string[];
  /** What its steps put out, by their names; those alone that have succeeded. */
  readonly outputs: Readonly<Record<string, Json>>;
}

export type Submitted =
  | { readonly ok: true; readonly task: Task; readonly isReplay: boolean }
  | { readonly ok: false; readonly refusal: Refusal };

export type Changed =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly refusal: Refusal };

/** One fact of the log. */
export interface Event {
  /** Its place: give the last one as `after` to go on from there. */
  readonly seq: string;
  readonly at: string;
  /** `task.submitted`, `approval.resolved`, `step.started` … */
  readonly type: string;
  readonly summary: string;
  readonly taskId: string | null;
  readonly data: Json;
}

export interface ActionType {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly category: 'READ' | 'WRITE' | 'DEPLOY' | 'ROLLBACK';
  readonly reversible: boolean;
  /** JSON Schema (2020-12) of its params. */
  readonly inputSchema: JsonObject;
}

/** The server could not be asked, or does not let us: what no answer of ours can carry. */
export class CountersignError extends Error {
  override readonly name = 'CountersignError';
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, retriable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retriable = retriable;
  }
}

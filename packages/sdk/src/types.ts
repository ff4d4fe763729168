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
  /** Rolls the action out over 1 to 500 targets: params of each, merged over `params`. */
  readonly targets?: readonly JsonObject[];
  readonly rollout?: Rollout;
  /** What runs in its place where it failed and surely did nothing. */
  readonly fallback?: {
    readonly type: string;
    readonly params?: JsonObject;
    readonly timeoutMs?: number;
  };
  /** Of each try, in milliseconds. */
  readonly timeoutMs?: number;
}

/** How an action goes over its targets: a canary, then waves. */
export interface Rollout {
  readonly canary?: number;
  /** Of all targets, how many each later phase holds at most: 20, and no more in production. */
  readonly batchPercent?: number;
  readonly soakMs?: number;
  /** How many gates of a phase may fail, and the rollout goes on. */
  readonly errorBudget?: number;
  /** What looks at each target between the phases. */
  readonly gate?: {
    readonly type: string;
    readonly params: JsonObject;
    /** JSON Schema of the output that lets the rollout go on. */
    readonly expect: JsonObject;
    readonly onFail?: 'PAUSE' | 'ROLL_BACK';
  };
}

/** Content that a task rests on. */
export interface TaskSource {
  readonly kind: 'FILE' | 'MAIL' | 'MESSAGE' | 'TOOL' | 'WEB';
  readonly reference: string;
  readonly trust?: 'INTERNAL' | 'OUTSIDE';
}

/** What is asked for: all that the server's ExecuteTaskInput may have. */
export interface Submission {
  /** 1 to 255 visible ASCII characters: the same key with the same body gives the same task. */
  readonly idempotencyKey: string;
  readonly goal: string;
  /** Left out, an agent of the server plans the goal. */
  readonly actions?: readonly Action[];
  /** Who is to plan a goal without actions; left out, its words decide. */
  readonly agent?: string;
  /** What whoever plans the goal may want to know. */
  readonly context?: JsonObject;
  /** What outsiders could have written asks for a person. */
  readonly sources?: readonly TaskSource[];
  readonly parentTaskId?: string;
  readonly retry?: {
    readonly maxRetries?: number;
    readonly initialDelayMs?: number;
    readonly maxDelayMs?: number;
    readonly backoffMultiplier?: number;
  };
  /** Undoes what was done where a step fails. */
  readonly transactional?: boolean;
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
  /** The task that there is already, where that is why: the key stands for another one. Otherwise null. */
  readonly taskId: string | null;
}

export interface Task {
  readonly id: string;
  readonly status: TaskStatus;
  readonly goal: string;
  /** Where a person sees it, and decides. */
  readonly url: string;
}

/** Why a task did not come to what was asked for. */
export interface TaskError {
  /** One of the server's catalogue; OUTCOME_UNKNOWN where it may have been done, and nobody knows. */
  readonly code: string;
  readonly message: string;
  /** Whether the same may be asked for again and may then succeed; never where it may have been done. */
  readonly retriable: boolean;
}

/** A task with what came of it. */
export interface TaskDetail extends Task {
  /** False is a value of its own: nobody has decided yet, or it goes on. It is never an approval. */
  readonly isOver: boolean;
  /** Whether it was let run; where not, nothing of it happened. */
  readonly hasRun: boolean;
  /** Null while it goes on, and where it succeeded. */
  readonly error: TaskError | null;
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

/** What a task that has run came to, in the eyes of whoever says so. */
export interface Feedback {
  /** MODIFIED where people had to change afterwards what it did. */
  readonly outcome: 'SUCCESS' | 'MODIFIED' | 'FAILURE';
  /** From 1, poor, to 5. */
  readonly executionQuality: number;
  readonly notes?: string;
  /** What to make of it another time. */
  readonly learningPoints?: readonly string[];
}

/** One event of the log. */
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

export interface CallOptions {
  /** Ends the call. What was asked for by then may have been taken: the same key again tells. */
  readonly signal?: AbortSignal;
}

export interface WaitOptions extends CallOptions {
  /** 50,000 by default; then the task is given as it is, and that is not over. */
  readonly timeoutMs?: number;
}

/** What is asked of a server about tasks. */
export interface TaskClient {
  /** Submits a task. A refusal is a value with every fault. */
  submit(submission: Submission, options?: CallOptions): Promise<Submitted>;
  /** Null where there is none with this id. */
  task(taskId: string, options?: CallOptions): Promise<TaskDetail | null>;
  /**
   * The task once it has ended or a person has to look at it (NEEDS_ATTENTION); or as it is when the time is over:
   * then `isOver` is false. A timeout is never an approval.
   *
   * @throws {CountersignError} RESOURCE_NOT_FOUND where there is no such task.
   */
  waitFor(taskId: string, options?: WaitOptions): Promise<TaskDetail>;
  /** Those that this key may submit. */
  actionTypes(): Promise<readonly ActionType[]>;
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

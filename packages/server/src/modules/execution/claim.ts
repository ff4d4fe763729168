import type { Json, JsonObject } from '../../domain/json.ts';
import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { EarlierEffect } from '../../domain/recovery.ts';
import type { Effect, Run, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';

/** A step that this worker alone may run now, with everything its executor is given. */
export interface Claim {
  readonly task: Task;
  readonly run: Run;
  readonly step: Step;
  /** The plan's stored bytes, and of them the step: what runs is this and nothing else. */
  readonly document: PlanDocument;
  readonly planned: PlanDocumentStep;
  /** Its params, with what earlier steps put out where the plan refers to it; as planned in a NOOP. */
  readonly params: JsonObject;
  /** What its target has to be: as planned, or as earlier steps of the run left it. */
  readonly precondition: Json;
  /**
   * What the step that it undoes gave, and what the last of our changes of the same thing since did; null unless it is
   * an UNDO.
   */
  readonly undone: { readonly output: Json; readonly since?: Json } | null;
  /** The intent in the ledger; null where the plan's bytes say NOOP, and nobody is called. */
  readonly effect: Effect | null;
  /** What an earlier attempt left, as far as anybody knows; null at the first. */
  readonly earlier: EarlierEffect | null;
  /** When its approval ends, where nothing of its run was called before; null where no approval ends any more. */
  readonly startBy: Date | null;
  /** Of the task's time, in milliseconds, when it was claimed; null where there is no limit. */
  readonly remainingMs: number | null;
  /** By `performance.now()`: no later than the moment from which the lease counts. */
  readonly heldSinceMs: number;
}

export type BegunStep = Omit<Claim, 'heldSinceMs'>;

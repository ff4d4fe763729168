import type { ActionCategory, IdempotencyCapability, NetworkReach, Risk } from '@countersign/shared';
import type { Json, JsonObject } from './json.ts';
import type { Diff } from './diff.ts';

/** A thing that an action touches: `{ kind: 'branch', name: 'demo@main' }`. */
export interface Target {
  readonly kind: string;
  readonly name: string;
}

/** Where something stood as a plan found it: `{ what: 'main', at: '8515aad…' }`; at null, it was not there. */
export interface Position {
  readonly what: string;
  readonly at: string | null;
}

export interface Finding {
  readonly severity: Risk;
  readonly message: string;
}

/** What an executor foresees for one action, found without side effects. */
export interface PlannedAction {
  /** One sentence in consequence words: "Commit 2 files to main of demo". */
  readonly summary: string;
  readonly targets: readonly Target[];
  /** What must still be true of the target when the action runs: a branch head, an etag; null for nothing. */
  readonly precondition: Json;
  readonly diffs: readonly Diff[];
  readonly findings: readonly Finding[];
  /**
   * What it takes for itself, as paths: `/srv/demo.git/refs/heads/main`. Another action of the same task that takes
   * the same, or something within it, is planned upon what this one leaves, and runs after it. A part that is no path
   * is an area of it, from where to where: `sheet:metrics/Sheet1#rows=1-5,columns=1-2`. What another platform changes
   * too is named as that one's: `@kubernetes:deployment:live/shop/web`. Where an action has a precondition and claims
   * nothing, it claims its targets.
   */
  readonly claims?: readonly string[];
  /**
   * What it makes of that, in words of the platform's own, for those that are planned upon it. It is kept no longer
   * than planning takes.
   */
  readonly leaves?: Json;
  /**
   * Of what it puts out, what is known beforehand, where it is there in the output: an id that it has given already, and
   * of what only reads, what it reads now. Steps that refer to it are planned with it.
   */
  readonly output?: JsonObject;
}

/** The fixed traits of an action type that plans, policy and the record carry. */
export interface ActionTraits {
  /** `repo.commit` */
  readonly name: string;
  readonly version: number;
  readonly platform: string;
  readonly category: ActionCategory;
  readonly idempotency: IdempotencyCapability;
  readonly reversible: boolean;
  readonly budget: { readonly timeMs: number; readonly network: NetworkReach };
  /** SLOW where planning takes longer than a caller should hold a request: the task is stored first. Default FAST. */
  readonly planning?: 'FAST' | 'SLOW';
}

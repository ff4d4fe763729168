import type { ActionCategory, IdempotencyCapability, NetworkReach, Risk } from '@countersign/shared';
import type { Json } from './json.ts';
import type { Diff } from './diff.ts';

/** A thing that an action touches: `{ kind: 'branch', name: 'demo@main' }`. */
export interface Target {
  readonly kind: string;
  readonly name: string;
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
   * the same, or something within it, would meet a target that is not as it was planned, so such a task is refused.
   * Where an action has a precondition and claims nothing, it claims its targets.
   */
  readonly claims?: readonly string[];
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

import type { ActionCategory, IdempotencyCapability, NetworkReach, Risk } from '@countersign/shared';
import type { Json } from './json.ts';

/** A thing that an action touches: `{ kind: 'branch', name: 'demo@main' }`. */
export interface Target {
  readonly kind: string;
  readonly name: string;
}

export interface Finding {
  readonly severity: Risk;
  readonly message: string;
}

export interface DiffLine {
  readonly kind: 'CONTEXT' | 'ADD' | 'REMOVE';
  readonly text: string;
  readonly oldNumber: number | null;
  readonly newNumber: number | null;
  /** The file ends with this line, and the line has no end. */
  readonly isUnterminated?: true;
}

export interface DiffHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly DiffLine[];
}

export interface FileDiff {
  readonly type: 'FILE';
  readonly path: string;
  readonly change: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: readonly DiffHunk[];
  readonly isBinary: boolean;
  /** True where hunks were left out because the change is too large to show whole. */
  readonly isTruncated: boolean;
}

export interface HttpRequestDiff {
  readonly type: 'HTTP_REQUEST';
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string; readonly isSecret: boolean }[];
  readonly body: string | null;
}

export interface FieldDiff {
  readonly type: 'FIELD';
  /** A JSON Pointer. */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

export type Diff = FileDiff | HttpRequestDiff | FieldDiff;

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
}

/** Whether nothing was left out of what people see: a file cut short, or one whose bytes are no text. */
export const isWhollyShown = ({ diffs }: PlannedAction): boolean =>
  diffs.every((diff) => diff.type !== 'FILE' || (!diff.isTruncated && !diff.isBinary));

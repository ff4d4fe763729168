import type { Environment, GateReaction, PrincipalType, Risk, TaskMode } from '@countersign/shared';
import type { Json, JsonObject } from './json.ts';
import type { ActionTraits, PlannedAction, Target } from './planned-action.ts';
import type { PlacedReference } from './references.ts';
import type { RetryPolicy } from './retry.ts';
import type { TaskSource } from './source.ts';

/** One action of a plan with what its executor foresees. */
export interface PlannedStep extends PlannedAction, Omit<ActionTraits, 'name'> {
  readonly name: string;
  readonly ordinal: number;
  readonly phase: number;
  readonly actionType: string;
  readonly params: JsonObject;
  readonly dependsOn: readonly string[];
  /** As in the plan's document. */
  readonly kind?: 'GATE';
  readonly expect?: JsonObject;
  readonly undo?: 'COMPENSATE';
  readonly fallbackFor?: string;
  readonly after?: readonly string[];
  readonly takes?: readonly PlacedReference[];
}

/** What runs of one step: everything an executor is given, and a digest of what people were shown. */
export interface PlanDocumentStep {
  readonly name: string;
  readonly ordinal: number;
  readonly phase: number;
  /** `repo.commit@1` */
  readonly action: string;
  readonly platform: string;
  readonly params: JsonObject;
  readonly dependsOn: readonly string[];
  readonly targets: readonly Target[];
  readonly precondition: Json;
  /** What it takes for itself, where its executor says so; left out, it is its targets if it has a precondition. */
  readonly claims?: readonly string[];
  /** What each try may take: as the caller asked, at most what the action type takes. */
  readonly timeMs: number;
  /** SHA-256 of the shown summary, diffs and findings. */
  readonly shown: string;
  /** Left out: an action. */
  readonly kind?: 'GATE';
  /** Of a gate: the JSON Schema that the output of its action meets where the run may go on. */
  readonly expect?: JsonObject;
  /** How it is undone; left out where it cannot be. */
  readonly undo?: 'COMPENSATE';
  /** The step in whose place it runs where that failed and surely did nothing. */
  readonly fallbackFor?: string;
  /**
   * The steps that change what it changes: it was planned upon what they leave, and that is what its precondition says,
   * so nothing of it can be watched before they have run. Left out where there are none.
   */
  readonly after?: readonly string[];
  /**
   * Of its params, what earlier steps were known to put out when it was planned. It runs only where they do. Left out
   * where there is nothing of that.
   */
  readonly takes?: readonly PlacedReference[];
}

/** A part of a rollout: the steps with its number, then their gates. */
export interface PlanPhase {
  readonly number: number;
  readonly name: string;
  /** From the end of the last step until its gates look. */
  readonly soakMs: number;
  /** How many of its gates may fail, and the run goes on. */
  readonly errorBudget: number;
  readonly onFail: GateReaction;
}

/** Everything that will run. Its canonical bytes are what the plan hash covers and what an approval names. */
export interface PlanDocument {
  readonly format: 'countersign.plan/1';
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly requester: { readonly id: string; readonly type: PrincipalType };
  readonly environment: Environment;
  /** What its submitter claimed, where its targets are of a stricter environment; left out where the claim holds. */
  readonly claimed?: Environment;
  readonly mode: TaskMode;
  readonly risk: Risk;
  readonly policyBundle: string;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number | null;
  /** SHA-256 of the shown overview. */
  readonly shown: string;
  readonly steps: readonly PlanDocumentStep[];
  /** Where a step fails, what was done before is undone; left out where it is not. */
  readonly transactional?: true;
  /** Content that it rests on; left out where none was named. */
  readonly sources?: readonly TaskSource[];
  /** Left out where there is no rollout. */
  readonly phases?: readonly PlanPhase[];
}

/** Prefixed to the document's bytes before hashing, so that no other signed text can pass for a plan. */
export const planHashDomain = 'plan/v1\0';

/** The part of a step that people read; kept beside the document, bound to it by `shown`. */
export interface ShownStep extends PlannedAction {
  readonly platform: string;
  readonly category: ActionTraits['category'];
  readonly idempotency: ActionTraits['idempotency'];
  readonly reversible: boolean;
  readonly network: ActionTraits['budget']['network'];
}

/** What people read of the plan as a whole; bound to the document by its `shown`. */
export interface PlanOverview {
  readonly summary: string;
  /** Why the plan has its risk, the weightiest first. */
  readonly riskFactors: readonly string[];
}

export interface PlanPresentation {
  readonly riskFactors: readonly string[];
  readonly steps: readonly ShownStep[];
}

/** One immutable revision of what a task will do. */
export interface Plan {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly hash: string;
  /** The canonical JSON itself: what runs is read from these bytes. */
  readonly document: string;
  readonly presentation: PlanPresentation;
  readonly summary: string;
  readonly risk: Risk;
  /** Equal where two plans do the same, wherever they do it. */
  readonly likeness: string;
  /** Its kinds of action, sorted: `repo.commit+slack.message.post`. */
  readonly kind: string;
  readonly createdAt: Date;
}

export const shownOf = (traits: Omit<ActionTraits, 'name'>, action: PlannedAction): ShownStep => ({
  summary: action.summary,
  targets: action.targets,
  precondition: action.precondition,
  diffs: action.diffs,
  findings: action.findings,
  platform: traits.platform,
  category: traits.category,
  idempotency: traits.idempotency,
  reversible: traits.reversible,
  network: traits.budget.network,
});

export const shownStep = (step: PlannedStep): ShownStep => shownOf(step, step);

export const hasSideEffects = (steps: readonly Pick<PlannedStep, 'category'>[]): boolean =>
  steps.some((step) => step.category !== 'READ');

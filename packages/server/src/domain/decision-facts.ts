import type {
  DecisionLayer,
  DecisionOutcome,
  Environment,
  Priority,
  Risk,
  StepUpTerms,
} from '@countersign/shared';
import type { Hold } from './hold.ts';
import type { JsonObject } from './json.ts';
import type { Principal } from './principal.ts';
import type { Stage } from './quorum.ts';
import type { QualityScore, QualityTerms } from './quality.ts';

/** One thing that a policy rule said, in a sentence for an operator. */
export interface PolicyFinding {
  /** `production_safety.batch_limit` */
  readonly rule: string;
  readonly message: string;
  /** What it looked at to say so. */
  readonly facts?: JsonObject;
  /** Whether a standing grant may answer what it asks. */
  readonly isGrantable?: boolean;
}

export interface HoldFinding extends PolicyFinding {
  /** RFC 3339; null until the rule says otherwise. */
  readonly until: string | null;
}

/** A person's stop: nothing begins until it is released, and a HALT ends what is in flight, too. */
export interface Stop {
  readonly mode: 'PAUSE' | 'HALT';
  readonly reason: string;
  /** That a source of the task is quarantined; left out: a kill switch. */
  readonly by?: 'SOURCE';
}

/** How an approval is asked for, should the decision ask for one. */
export interface ApprovalTerms {
  /** Distinct people who must approve, at least 1; of all stages together. */
  readonly required: number;
  /** Who is asked, in this order; anybody where there are none. */
  readonly stages: readonly Stage[];
  /** Groups whose members may reject although nobody asks them. */
  readonly vetoGroups: readonly string[];
  /** Whether whoever edits a plan may approve what they made of it. */
  readonly mayEditorApprove: boolean;
  /** For how long what people rejected is refused to agents and services that ask again; 0 for not at all. */
  readonly rememberRejectionMs: number;
  readonly expiresInMs: number;
  /** How long an approval can be taken back before its effect; 0 for not at all. */
  readonly undoWindowMs: number;
  /** How long after the undo window an approved run may still begin, however soon the request expires. */
  readonly startWithinMs: number;
  /** When those who are asked are reminded, in milliseconds from when they were asked; each once. */
  readonly remindAfterMs: readonly number[];
  /** When a group may decide beside those who are asked; null for never. */
  readonly escalation: { readonly afterMs: number; readonly group: string } | null;
  /** Whether an approval asks for a passkey; where it does not say, by risk (`stepUpOf`). */
  readonly stepUp?: StepUpTerms;
}

/** What the policy engine answers for one plan. Each list is sorted by rule, then message. */
export interface PolicyVerdict {
  readonly deny: readonly PolicyFinding[];
  /** Rules of human approval that nothing but a denial outranks. */
  readonly hard: readonly PolicyFinding[];
  readonly require: readonly PolicyFinding[];
  /** Rules that want it to wait; absent where none of them looks at the time. */
  readonly hold?: readonly HoldFinding[];
  /** 0 to 4: how many classes of risk, least first, run without a person. */
  readonly autonomyLevel: number;
  readonly approval: ApprovalTerms;
  /** What a quality score must come to; absent where the rules do not say, and the domain's own words hold. */
  readonly quality?: QualityTerms;
}

export type PolicyAnswer =
  | { readonly kind: 'verdict'; readonly verdict: PolicyVerdict }
  /** `isLasting` where asking again about the same plan can only end the same way. */
  | { readonly kind: 'fault'; readonly message: string; readonly isLasting?: boolean };

/** How much an agent, or everybody, may do in an environment without a person, as an administrator set it. */
export interface AutonomyWord {
  /** 0 to 4: how many classes of risk, least first. */
  readonly level: number;
  readonly of: 'TENANT' | 'AGENT';
  readonly by: string;
  readonly reason: string;
}

/** A person's standing yes to changes of one kind, of which this one is a use. */
export interface GrantUse {
  readonly grantId: string;
  readonly by: string;
  readonly target: string;
  /** How many of its uses this takes, and how many are then taken of how many. */
  readonly takes: number;
  readonly taken: number;
  readonly uses: number;
  readonly expiresAt: string;
}

/** What is known besides what the rules see; kept with the decision, so that it can be made again. */
export interface DecisionContext {
  /** The kill switch, where somebody has engaged it. */
  readonly stop: Stop | null;
  /** Null where nobody set one: the policy's own level holds. */
  readonly autonomy: AutonomyWord | null;
  readonly grant: GrantUse | null;
  /** Why the grant that comes nearest does not cover it; left out where none comes near, or one does. */
  readonly whyNoGrant?: string;
  /** Null where the requester is none that is scored. */
  readonly quality: QualityScore | null;
  /** True where no executor knows an action of the plan any more; left out otherwise. */
  readonly hasUnknownAction?: true;
  /** As an OPA server called the rules that answered; left out where they are ours, or it does not say. */
  readonly revision?: string;
}

export interface DecisionFacts extends DecisionContext {
  readonly policy: PolicyAnswer;
  readonly environment: Environment;
  readonly risk: Risk;
  /** True where any step is of another category than READ. */
  readonly hasSideEffects: boolean;
  readonly requesterAsksApproval: boolean;
}

export interface DecisionReason {
  readonly layer: DecisionLayer;
  readonly rule: string;
  readonly message: string;
  readonly outcome: DecisionOutcome;
  readonly facts?: JsonObject;
  /** The standing grant that answers what it asks: it holds nothing up any more. */
  readonly answeredBy?: string;
}

export interface Decision {
  readonly outcome: DecisionOutcome;
  /** Every rule that spoke, highest precedence first. */
  readonly reasons: readonly DecisionReason[];
  /** Present exactly where the outcome is REQUIRE_APPROVAL. */
  readonly approval?: ApprovalTerms;
  /** Everything that wants it to wait, whatever the outcome; absent where nothing does. */
  readonly holds?: readonly Hold[];
  /** The use of a standing grant without which a person would be asked; absent where there is none. */
  readonly grant?: GrantUse;
}

/** What of a submission policy sees besides the plan. */
export interface PolicySubject {
  readonly requester: Principal;
  /** Those besides the requester and its owner who had a hand in the submission. */
  readonly handIds: readonly string[];
  readonly priority: Priority;
  readonly justification: string | null;
  readonly requiresApproval: boolean;
}

export interface MadeDecision {
  readonly decision: Decision;
  readonly context: DecisionContext;
  /** All that the rules saw. */
  readonly input: JsonObject;
  readonly inputHash: string;
  readonly bundleHash: string;
  /** The same with this use of a grant, or with none. */
  readonly granted: (grant: GrantUse | null) => MadeDecision;
}

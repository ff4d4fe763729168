import type { Environment } from '@countersign/shared';
import type { JsonObject } from './json.ts';

/** An action that a specialist may propose, and which of its params say what it acts on. */
export interface Proposable {
  readonly type: string;
  readonly target: readonly string[];
}

/** What one plan of a specialist may take, over all its tries. */
export interface PlanningBudget {
  /** Of the model, in and out together. */
  readonly tokens: number;
  readonly toolCalls: number;
  readonly timeMs: number;
  /** Millionths of a dollar; counts only where the model's price is known. */
  readonly costMicros: number;
}

/** An agent of ours that plans goals of one kind. It only reads and proposes: a proposal approves nothing. */
export interface Specialist {
  /** `drift_agent` */
  readonly name: string;
  readonly title: string;
  /** In a sentence. */
  readonly purpose: string;
  /** `drift_remediation` */
  readonly taskType: string;
  /** Words of a goal that speak for it, in lower case, in their stem: `patch` is of `patching`. */
  readonly words: readonly string[];
  readonly tools: readonly string[];
  readonly actions: readonly Proposable[];
  readonly budget: PlanningBudget;
  /** 0: each of its plans is for a person to decide. From 1: as policy, autonomy and score say. */
  readonly autonomyLevel: number;
  /** What a model is told of its work. */
  readonly prompt: string;
}

export const validationStages = ['SCHEMA', 'POLICY', 'DRIFT_SAFETY', 'SCORE', 'PEOPLE'] as const;
export type ValidationStage = (typeof validationStages)[number];

/** What was understood of a goal, from the requester's words alone and before anything was read. */
// A type alias rather than an interface, so that it is a Json value.
export type TaskSpec = {
  readonly taskType: string;
  readonly goal: string;
  readonly agent: string;
  readonly tools: readonly string[];
  readonly environment: Environment;
  readonly validation: readonly ValidationStage[];
};

export const specOf = (
  { taskType, name, tools }: Specialist,
  { goal, environment }: { readonly goal: string; readonly environment: Environment },
): TaskSpec => ({ taskType, goal, agent: name, tools, environment, validation: validationStages });

/** One tool that was called for a plan. */
export type CalledTool = {
  readonly tool: string;
  readonly input: JsonObject;
  /** SHA-256 of the output's canonical JSON; null where there was none. */
  readonly outputDigest: string | null;
  readonly source: {
    readonly name: string;
    readonly asOf: string | null;
    readonly isOutside: boolean;
  } | null;
  readonly citation: { readonly text: string; readonly rows: string | null } | null;
  readonly durationMs: number;
  /** Why it gave no answer. */
  readonly failure: string | null;
  readonly at: string;
};

/** How a goal became a plan. */
export interface Planning {
  /** Of the task. */
  readonly id: string;
  readonly tenantId: string;
  readonly agent: string;
  /** `scripted`, or the model. */
  readonly planner: string;
  readonly spec: TaskSpec;
  readonly tries: number;
  readonly calls: readonly CalledTool[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number | null;
  /** Of all tries, as tokens and money are. */
  readonly toolCalls: number;
  readonly spentMs: number;
  readonly summary: string | null;
  readonly report: string | null;
  /** What the agent took for granted, in its words. */
  readonly assumptions: readonly string[];
  readonly affectedAssets: number | null;
  readonly question: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

export const scriptedPlanner = 'scripted';

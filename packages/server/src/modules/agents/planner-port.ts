import type { Outcome } from '../../domain/errors.ts';
import type { GoalScope } from '../../domain/goal-scope.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Specialist, TaskSpec } from '../../domain/specialist.ts';
import type { ActionRequest } from '../../domain/task.ts';
import type { ToolAnswered, ToolOffer } from './goal-tools.ts';

/** What comes of planning a goal: never trusted further than what any caller submits. */
export interface Proposal {
  readonly summary: string;
  /** Markdown. */
  readonly report: string;
  /** What it took for granted. */
  readonly assumptions: readonly string[];
  readonly affectedAssets: number | null;
  readonly actions: readonly ActionRequest[];
}

/** One call of a model, for the ledger. */
export interface ModelUse {
  readonly model: string;
  readonly durationMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number | null;
  readonly prompt: unknown;
  readonly answer: unknown;
  readonly failure: string | null;
}

/** All that whoever plans has: what was asked, what it may read, and where it hands in. Nothing here acts. */
export interface PlanningSession {
  readonly specialist: Specialist;
  readonly spec: TaskSpec;
  readonly justification: string | null;
  readonly context: JsonObject | null;
  readonly scope: GoalScope;
  /** Where the rows of its scope are from. */
  readonly citations: readonly string[];
  readonly tools: readonly ToolOffer[];
  /** What it may propose, with JSON Schemas of the params. */
  readonly actionTypes: readonly {
    readonly type: string;
    readonly description: string;
    readonly inputSchema: JsonObject;
  }[];
  call(tool: string, input: JsonObject): Promise<Outcome<ToolAnswered>>;
  /** Takes a proposal in, or says everything that is wrong with it. */
  handIn(proposal: unknown): Outcome<Proposal>;
  /** Before the first call of a model, which takes so many tokens at least. Refused: a budget would be passed. */
  mayAsk(tokens: number): Promise<Outcome<void>>;
  /** Records a call of a model. Refused: a budget is used up, or would be by a further call. */
  charge(use: ModelUse): Promise<Outcome<void>>;
  readonly signal: AbortSignal;
}

export interface Planner {
  /** `scripted`, or the model: `anthropic/claude-sonnet-4-20250514`. */
  readonly name: string;
  /** Refused: it cannot be planned, with what is missing as the message. @throws where the signal aborted */
  plan(session: PlanningSession): Promise<Outcome<Proposal>>;
}

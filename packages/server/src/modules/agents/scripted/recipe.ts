import { refusalAt, refused, type Outcome } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { PlanningSession } from '../planner-port.ts';

/** What a recipe hands in, as a model would. */
export interface Draft {
  readonly summary: string;
  readonly report: string;
  readonly assumptions?: readonly string[];
  readonly affectedAssets: number;
  readonly actions: readonly JsonObject[];
}

/** Plans goals of one form. Null where the goal has another. */
export type Plan = (session: PlanningSession) => Promise<Outcome<Draft> | null>;

export interface Recipe {
  /** A goal of its form, for people to see how one is said. */
  readonly example: string;
  readonly plan: Plan;
}

/** What the requester has to say first. */
export const question = (words: string): Outcome<never> =>
  refused(refusalAt('goal', 'GOAL_WITHOUT_ACTIONS', words));

/** Markdown that nobody mistakes for a model's. */
export const reportOf = (title: string, lines: readonly string[], citations: readonly string[]): string =>
  [
    `## ${title}`,
    '',
    ...lines.map((line) => `- ${line}`),
    ...(citations.length > 0 ? ['', '### Sources', '', ...citations.map((line) => `- ${line}`)] : []),
    '',
    'Made by the scripted planner: no model was asked.',
  ].join('\n');

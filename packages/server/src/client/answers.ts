import { visibleText } from '@countersign/shared';
import { z } from 'zod';

/** As much of a task as commands need; the rest is printed as it came. */
export const taskAnswer = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  goal: z.string(),
  environment: z.string(),
  priority: z.string(),
  risk: z.string().nullable(),
  revision: z.number(),
  approval_link: z.string().nullable(),
  approval_token: z.string().nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
});
export type TaskAnswer = z.output<typeof taskAnswer>;

export const tasksAnswer = z.object({ tasks: z.array(taskAnswer), after: z.string().nullable() });

export const planAnswer = z.looseObject({
  approval_token: z.string().nullable(),
  summary: z.string(),
  risk: z.string(),
  riskFactors: z.array(z.string()),
  steps: z.array(
    z.looseObject({
      name: z.string(),
      action: z.string(),
      summary: z.string(),
      reversible: z.boolean(),
      /** Left out by a server of an earlier version, which then says with `reversible` whether it can be undone. */
      canBeUndone: z.boolean().optional(),
    }),
  ),
});
export type PlanAnswer = z.output<typeof planAnswer>;

/** Somebody else's words do nothing to a terminal, and stay in their line. */
export const plain = (words: string): string => visibleText(words).replaceAll(/\s+/g, ' ');

/** Columns as wide as what is in them; the last one as it is. */
export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [heads, ...rows.map((row) => row.map(plain))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return all.map(lineOf).join('\n');
};

export const taskWords = ({ task_id: id, status, goal, error, approval_link: link }: TaskAnswer): string =>
  [
    `${id}  ${status.toUpperCase()}  ${plain(goal)}`,
    ...(error ? [`  ${error.code}: ${plain(error.message)}`] : []),
    ...(link === null ? [] : [`  People decide at ${link}`]),
  ].join('\n');

const lasting = ({ reversible, canBeUndone = reversible }: PlanAnswer['steps'][number]): string => {
  if (!canBeUndone) return ', cannot be undone';
  return reversible ? '' : ', undoing it brings nothing back';
};

export const planWords = ({ summary, risk, riskFactors, steps }: PlanAnswer): string =>
  [
    plain(summary),
    ...steps.map((step, index) => `  ${index + 1}. ${plain(step.summary)} (${step.action}${lasting(step)})`),
    `Risk ${risk}. ${plain(riskFactors.join(' '))}`.trimEnd(),
  ].join('\n');

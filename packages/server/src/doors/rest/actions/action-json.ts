import { z } from 'zod';
import { actionWordOf, actionWords } from '../../../domain/legacy-statuses.ts';
import { actionCodeOf, recordedCode } from '../../../domain/legacy-codes.ts';
import type { ActionRecord } from '../../../modules/execution/index.ts';
import { moment } from '../../shared/task-json.ts';

export const laneWords = ['critical', 'high', 'normal', 'low'] as const;
export type LaneWord = (typeof laneWords)[number];

export const actionShape = {
  id: z.string().describe('UUID.'),
  type: z.string().describe('repo.commit'),
  platform: z.string().describe('Where it acts.'),
  priority: z.enum(laneWords).describe('Its lane.'),
  status: z.enum(actionWords).describe('success, failed, or pending until one of them is known.'),
  result: z.unknown().describe('What it put out; null where it did not, or where that is large.'),
  error: z.string().nullable().describe('Why it failed.'),
  errorCode: z.string().nullable().describe('The same, as one of eleven codes.'),
  executionTime: z.int().nullable().describe('Milliseconds from its start to its end.'),
  queueTime: z.int().nullable().describe('Milliseconds from when it could run to its start.'),
  retries: z.int().describe('Attempts after the first.'),
  timestamp: moment.describe('When it ended; until then when it began or is due.'),
  metadata: z
    .strictObject({ taskId: z.string(), step: z.string() })
    .describe('The task that it is of, and its name there.'),
};

export const actionSchema = z
  .strictObject(actionShape)
  .meta({ id: 'ActionResult', description: 'One action and what came of it.' });

/** `repo.commit@1` → `repo.commit` */
export const typeOf = (actionType: string): string => actionType.replace(/@\d+$/, '');

export const laneWordOf = (priority: string): LaneWord => priority.toLowerCase() as LaneWord;

const between = (from: Date | null, to: Date | null): number | null =>
  from && to ? Math.max(0, Math.round(to.getTime() - from.getTime())) : null;

export const actionJson = (action: ActionRecord): z.output<typeof actionSchema> => ({
  id: action.id,
  type: typeOf(action.actionType),
  platform: action.platform,
  priority: laneWordOf(action.priority),
  status: actionWordOf[action.state],
  result: action.output,
  error: action.error?.message ?? null,
  errorCode: action.error === null ? null : actionCodeOf(recordedCode(action.error.code)),
  executionTime: between(action.startedAt, action.finishedAt),
  queueTime: between(action.readyAt, action.startedAt),
  retries: Math.max(0, action.attempt - 1),
  timestamp: action.at.toISOString(),
  metadata: { taskId: action.taskId, step: action.step },
});

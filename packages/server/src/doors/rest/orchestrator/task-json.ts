import { environments, risks } from '@countersign/shared';
import { z } from 'zod';
import { orchestratorTaskWord, orchestratorWords, riskWord } from '../../../domain/legacy-statuses.ts';
import type { Planning } from '../../../domain/specialist.ts';
import type { Task } from '../../../domain/task.ts';
import type { RecordedDecision } from '../../../modules/policy/index.ts';
import type { PlanView } from '../../../modules/tasks/index.ts';
import { moment, taskSchema } from '../../shared/task-json.ts';
import { planInWords, targetsOf } from './plan-in-words.ts';
import { qualitySchema, qualityJson } from './quality-json.ts';

export const environmentWords = environments.map(
  (environment) => environment.toLowerCase() as Lowercase<typeof environment>,
);
const riskWords = risks.map(riskWord);
const statusWord = z.enum(orchestratorWords).describe('Where it stands.');
const riskSchema = z
  .enum(riskWords)
  .nullable()
  .describe("The server's estimate; null until there is a plan.");

const spec = z
  .strictObject({
    task_type: z
      .string()
      .describe('drift_remediation, where an agent plans it; otherwise the type of its first action.'),
    goal: z.string().describe('What it is for.'),
    risk_level: riskSchema,
    environment: z.enum(environmentWords).describe('Where the change lands.'),
  })
  .describe('What was understood.');

const listed = {
  task_id: z.string().describe('UUID; later tasks have greater ids.'),
  status: statusWord,
  task_spec: spec,
  requires_hitl: z.boolean().describe('Whether people must decide now.'),
  created_at: moment.describe('When it was submitted.'),
  updated_at: moment.describe('When it last changed.'),
};

export const listedTask = z
  .strictObject(listed)
  .meta({ id: 'OrchestratedTaskSummary', description: 'A task in a list.' });

export const orchestratedTask = z
  .strictObject({
    ...listed,
    agent_result: z
      .strictObject({
        agent_name: z.string().describe('Who planned it.'),
        plan: z.string().describe('What will happen, as Markdown.'),
        summary: z.string().describe('The same in one sentence.'),
        affected_assets: z.int().describe('How many different things it changes.'),
        risk_level: riskSchema,
      })
      .nullable()
      .describe('What came of planning; null until there is a plan.'),
    quality_score: qualitySchema
      .nullable()
      .describe('How far the plan can be trusted; null where none was scored.'),
    revision: z.int().describe('Of its plan; 0 until there is one.'),
    plan_hash: z.string().nullable().describe('Of its plan, for a decision; null until there is one.'),
    approval_link: taskSchema.shape.approval_link,
    error: taskSchema.shape.error,
  })
  .meta({ id: 'OrchestratedTask', description: 'A task as the orchestrator tells it.' });

export const listedTaskJson = (task: Task, planning: Planning | null): z.output<typeof listedTask> => ({
  task_id: task.id,
  status: orchestratorTaskWord[task.status],
  task_spec: {
    task_type: planning?.spec.taskType ?? task.actions[0]?.type ?? 'unplanned',
    goal: task.goal,
    risk_level: task.risk && riskWord(task.risk),
    environment: task.environment.toLowerCase() as Lowercase<typeof task.environment>,
  },
  requires_hitl: task.status === 'AWAITING_APPROVAL',
  created_at: task.createdAt.toISOString(),
  updated_at: task.updatedAt.toISOString(),
});

/** What a task is told with. */
export interface TaskSurroundings {
  /** As every family tells it. */
  readonly told: z.output<typeof taskSchema>;
  readonly plan: PlanView | null;
  readonly decision: RecordedDecision | undefined;
  /** How its goal became a plan; null where it came with actions. */
  readonly planning: Planning | null;
  readonly submitterName: string;
}

export const orchestratedTaskJson = (
  task: Task,
  { told, plan, decision, planning, submitterName }: TaskSurroundings,
): z.output<typeof orchestratedTask> => ({
  ...listedTaskJson(task, planning),
  agent_result: plan && {
    agent_name: planning?.agent ?? submitterName,
    plan: [planning?.report ?? [], planInWords(plan)].flat().join('\n\n'),
    summary: planning?.summary ?? plan.plan.summary,
    affected_assets: planning?.affectedAssets ?? targetsOf(plan.document).length,
    risk_level: riskWord(plan.document.risk),
  },
  quality_score: decision ? qualityJson(decision) : null,
  revision: task.revision,
  plan_hash: task.planHash,
  approval_link: told.approval_link,
  error: told.error,
});

import type { Principal } from '../../../domain/principal.ts';
import type { CalledTool, Planning, TaskSpec, ValidationStage } from '../../../domain/specialist.ts';
import { stagesOf, type StageStatus, type StageView } from '../../../domain/validation.ts';
import type { AgentQueries, PlanningViews } from '../../../modules/agents/index.ts';
import { qualityOf, type FindDecisions } from '../../../modules/policy/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { Refs } from './refs.ts';
import { addSpecialistTypes } from './specialist-types.ts';
import { defineType } from './exposed-fields.ts';

export interface PlanningSources {
  readonly operations: AgentQueries;
  readonly plannings: PlanningViews;
  readonly findDecisions: FindDecisions;
}

/** How a goal became a plan, and what stands between a plan and its run. */
export const addPlanningSchema = (builder: Builder, refs: Refs, sources: PlanningSources): void => {
  const { stage, planning } = addPlanningTypes(builder);
  const load = createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => sources.plannings.find(viewer, ids),
    ({ id }) => id,
    (id) => id,
  );
  builder.objectFields(refs.task, (t) => ({
    agent: t.exposeString('agent', {
      nullable: true,
      description:
        "The specialist that is to plan it, or planned it; null where the actions are the caller's own.",
    }),
    context: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the caller told whoever plans it. Text of an agent: never trusted.',
      resolve: ({ context }) => context,
    }),
    planning: t.field({
      type: planning,
      nullable: true,
      description: 'How its goal became a plan; null where it came with actions, or nobody has begun yet.',
      complexity: { field: 5 },
      resolve: ({ id, agent, actions }, _args, { viewer }) =>
        agent === null && actions.length > 0 ? null : load(viewer, id),
    }),
    stages: t.field({
      type: [stage],
      description: 'What its plan passes before anything of it runs, in this order, and how it stands.',
      complexity: { field: 5 },
      resolve: async ({ id, status, revision, actions, error }, _args, { viewer }) => {
        const [decision] =
          revision === 0 ? [] : await sources.findDecisions(viewer, [{ taskId: id, revision }]);
        return [
          ...stagesOf({
            status,
            revision,
            error,
            hasActions: actions.length > 0,
            decision: decision
              ? {
                  outcome: decision.outcome,
                  bundleHash: decision.bundleHash,
                  score: qualityOf(decision)?.total ?? null,
                }
              : null,
          }),
        ];
      },
    }),
  }));
  const specialist = addSpecialistTypes(builder);
  refs.query(sources.operations.specialists, { type: [specialist] });
};

const addPlanningTypes = (builder: Builder) => {
  const name = enumOf<ValidationStage>(builder, 'ValidationStage', 'A stage that each plan passes.', {
    SCHEMA: 'Whether its actions have the form that their types demand.',
    POLICY: 'What the rules say.',
    DRIFT_SAFETY: 'Whether its targets are as the plan found them.',
    SCORE: 'How far it can be trusted, by what is on record.',
    PEOPLE: 'What people say, where policy asks them.',
  });
  const status = enumOf<StageStatus>(builder, 'ValidationStatus', 'How a plan stands in a stage.', {
    WAITING: 'It has still to come to it, or to pass it.',
    PASSED: 'It passed.',
    FAILED: 'It ended here.',
    NOT_NEEDED: 'Nothing is asked of it here.',
  });
  const stage = defineType<StageView>(
    builder,
    'ValidationStageView',
    'One stage, and how a plan stands in it.',
    {
      stage: [name, 'Which.'],
      status: [status, 'How it stands.'],
      message: ['String', 'Why, in a sentence.'],
    },
  );
  const spec = defineType<TaskSpec>(
    builder,
    'TaskSpec',
    "What was understood of a goal, from the requester's words alone and before anything was read.",
    {
      taskType: ['String', 'drift_remediation'],
      goal: ['String', "The goal, in the requester's words. Never trusted."],
      agent: ['String', 'The specialist that took it.'],
      tools: [['String'], 'The tools that it may call.'],
      validation: [[name], 'The stages that its plan passes.'],
    },
  );
  return { stage, planning: addPlanningType(builder, spec) };
};

const addPlanningType = (builder: Builder, spec: ReturnType<typeof defineType<TaskSpec>>) => {
  const call = defineType<CalledTool>(
    builder,
    'PlanningToolCall',
    'A tool that was called for a plan. It only reads.',
    {
      tool: ['String', 'Its name.'],
      input: ['JSON', 'What it was asked; empty where that was too long.'],
      outputDigest: ['String', 'SHA-256 of what it answered; null where it gave no answer.', 'nullable'],
      durationMs: ['Milliseconds', 'How long it took.'],
      failure: ['String', 'Why it gave no answer.', 'nullable'],
      source: ['JSON', 'Where the answer is from: { name, asOf, isOutside }.', 'nullable'],
      citation: [
        'JSON',
        'What it answered: { text, rows }, where rows is the address of the console that opens them.',
        'nullable',
      ],
      at: ['String', 'When, as ISO 8601.'],
    },
  );
  return defineType<Planning>(builder, 'Planning', 'How a goal became a plan.', {
    agent: ['String', 'The specialist that took it.'],
    planner: ['String', '`scripted`, or the model: anthropic/claude-sonnet-4-20250514.'],
    spec: [spec, 'What was understood of the goal.'],
    tries: ['Int', 'How often it was begun: a restart begins it anew.'],
    calls: [[call], 'Tools called in the last try, in their order.'],
    inputTokens: ['Int', 'Tokens that models read for it.'],
    outputTokens: ['Int', 'Tokens that models wrote for it.'],
    costMicros: ['Int', "Millionths of a dollar; null where the model's price is not known.", 'nullable'],
    summary: ['String', 'The plan in a sentence of its agent. Never trusted.', 'nullable'],
    report: ['String', 'The plan for people, as Markdown of its agent. Never trusted.', 'nullable'],
    assumptions: [['String'], 'What its agent took for granted and did not read. Never trusted.'],
    affectedAssets: ['Int', 'How many things it changes, as its agent says.', 'nullable'],
    question: ['String', 'What it asks the requester, where it could not plan.', 'nullable'],
    startedAt: ['DateTime', 'When it was begun first.'],
    finishedAt: ['DateTime', 'When it ended; null while it goes on.', 'nullable'],
  });
};

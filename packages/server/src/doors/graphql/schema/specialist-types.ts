import type { PlanningBudget, Proposable } from '../../../domain/specialist.ts';
import type { SpecialistView } from '../../../modules/agents/index.ts';
import type { Builder } from './builder.ts';
import { defineType } from './exposed-fields.ts';

/** The agents that plan goals. */
export const addSpecialistTypes = (builder: Builder) => {
  const budget = defineType<PlanningBudget>(
    builder,
    'PlanningBudget',
    'What one plan may take, over all tries.',
    {
      tokens: ['Int', 'Of models, in and out together.'],
      toolCalls: ['Int', 'Calls of tools.'],
      timeMs: ['Milliseconds', 'Of planning, without what it waits for its next try.'],
      costMicros: ['Int', "Millionths of a dollar; counts where the model's price is known."],
    },
  );
  const proposable = defineType<Proposable>(builder, 'ProposableAction', 'What a specialist may propose.', {
    type: ['String', 'The type of the action.'],
    target: [['String'], 'The params that say what it acts on; each must be asked for by the goal.'],
  });
  const track = defineType<SpecialistView['track']>(
    builder,
    'SpecialistTrack',
    'What the plans of a specialist came to within ninety days.',
    {
      planned: ['Int', 'Goals that it planned.'],
      refused: ['Int', 'Goals that it could not plan.'],
      succeeded: ['Int', 'Plans that ran and succeeded.'],
      failed: ['Int', 'Plans that ran and failed, were rolled back, or needed a person.'],
      rejected: ['Int', 'Plans that people rejected.'],
      tokens: ['Float', 'Tokens of models, in and out.'],
      costMicros: ['Float', 'Millionths of a dollar, where prices are known.'],
    },
  );
  return defineType<SpecialistView>(
    builder,
    'Specialist',
    'An agent that plans goals of one kind. It reads and proposes; it never acts.',
    {
      name: ['String', 'drift_agent'],
      title: ['String', 'Drift'],
      purpose: ['String', 'What it is for, in a sentence.'],
      taskType: ['String', 'What its tasks are called: drift_remediation.'],
      tools: [['String'], 'The tools that it may call.'],
      actions: [[proposable], 'What it may propose.'],
      budget: [budget, 'What one plan of it may take.'],
      autonomyLevel: [
        'Int',
        '0: each of its plans is for a person to decide. From 1: as policy, autonomy and score say.',
      ],
      planner: ['String', 'Who plans for it: `scripted`, or the model that is asked first.'],
      track: [track, 'What its plans came to.'],
    },
  );
};

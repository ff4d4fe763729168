import type { Flip, FlipCount, RuleConflict, RuleCount } from '../../../domain/policy-flips.ts';
import type { SimulationView } from '../../../modules/policy/index.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { Refs } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import { defineType } from './exposed-fields.ts';

/** What came of running rules over recorded decisions. */
export const addSimulationType = (builder: Builder, refs: Refs, loadTask: LoadTask) => {
  const { decisionOutcome } = refs.enums;
  const state = enumOf<SimulationView['state']>(
    builder,
    'PolicySimulationState',
    'How far a simulation of the policy is.',
    {
      RUNNING: 'It waits or runs.',
      DONE: 'It has looked at everything.',
      CANCELLED: 'Somebody ended it.',
      FAILED: 'It could not go on.',
    },
  );
  const flip = defineType<Flip>(
    builder,
    'PolicyFlip',
    "A decision that would have come out otherwise, or by less of people's word.",
    {
      taskId: ['ID', 'The task that it was about.'],
      revision: ['Int', 'The revision of its plan.'],
      before: [decisionOutcome, 'By what decides now.'],
      after: [decisionOutcome, 'By the other rules.'],
      peopleBefore: ['Int', 'People who are asked now; null where nobody is.', 'nullable'],
      peopleAfter: ['Int', 'People who would be; null where nobody would.', 'nullable'],
      rules: [['String'], 'Rules that say something else, or no more, or for the first time.'],
    },
    (t) => ({
      askedLess: t.stringList({
        description:
          'What would be asked less of people, each in words: of a group, of a passkey, of who may reject.',
        resolve: ({ askedLess = [] }) => [...askedLess],
      }),
      task: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task that it was about.',
        resolve: ({ taskId }, _args, { viewer }) => loadTask(viewer, taskId),
      }),
    }),
  );
  const flipCount = defineType<FlipCount>(builder, 'PolicyFlipCount', 'Flips of one kind.', {
    before: [decisionOutcome, 'By what decides now.'],
    after: [decisionOutcome, 'By the other rules.'],
    decisions: ['Int', 'How many.'],
  });
  const ruleCount = defineType<RuleCount>(builder, 'PolicyRuleCount', 'How often a rule spoke.', {
    rule: ['String', "The rule's id."],
    before: ['Int', 'Decisions it spoke about by what decides now.'],
    after: ['Int', 'By the other rules.'],
  });
  const conflict = defineType<RuleConflict>(
    builder,
    'PolicyRuleConflict',
    'Two rules that contradict each other about the same plan: one denies what the other asks people about.',
    {
      denies: ['String', 'The rule that denies.'],
      asks: ['String', 'The rule that asks people.'],
      decisions: ['Int', 'How often they met.'],
      taskId: ['ID', 'One task where they did.'],
    },
  );
  return defineType<SimulationView>(
    builder,
    'PolicySimulation',
    'Rules run over recorded decisions, beside those that decide now.',
    {
      id: ['ID', 'UUID; null where it was not kept.', 'nullable'],
      versionId: ['ID', 'The version; null for data that was only tried.', 'nullable'],
      state: [state, 'How far it is.'],
      total: ['Int', 'Decisions that it looks at.'],
      seen: ['Int', 'Decisions that it has looked at.'],
      since: ['DateTime', 'From when on.', 'nullable'],
      until: ['DateTime', 'Until when.', 'nullable'],
      at: ['DateTime', 'When it was asked for.', 'nullable'],
      endedAt: ['DateTime', 'When it ended.', 'nullable'],
      error: ['String', 'Why it failed.', 'nullable'],
      decisions: ['Int', 'Decisions that were compared.'],
      flipped: ['Int', 'How many would have come out otherwise.'],
      loosened: ['Int', 'How many of them less strictly, or by the word of fewer people.'],
      faults: ['Int', 'Decisions to which the rules give no verdict.'],
      firstFault: ['String', 'Why, of the first.', 'nullable'],
      flipCounts: [[flipCount], 'Flips by kind.'],
      flips: [[flip], 'The first 500 of them.'],
      rules: [[ruleCount], 'How often each rule spoke.'],
      deadRules: [['String'], 'Rules that spoke about none of these decisions.'],
      conflicts: [[conflict], 'Rules that contradict each other.'],
    },
  );
};

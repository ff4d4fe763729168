import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { isRoutine, type DecisionReason } from '../../../domain/decision.ts';
import type { FindDecisions, RecordedDecision } from '../../../modules/policy/index.ts';
import { defineType } from './told-fields.ts';

/** Gives the types that approvals quote: a decision's reasons. */
export const addPolicySchema = (builder: Builder, refs: Refs, findDecisions: FindDecisions) => {
  const { enums } = refs;
  const reason = defineType<DecisionReason>(
    builder,
    'PolicyReason',
    'What one rule said. Written by the rule, never by an agent.',
    {
      rule: ['String', "The rule's id."],
      message: ['String', 'Its sentence.'],
      outcome: [enums.decisionOutcome, 'What it asks for.'],
    },
    (t) => ({
      isRoutine: t.boolean({
        description:
          'Whether it says the same of every plan with these kinds of action, this environment and this risk, and so nothing about this one.',
        resolve: isRoutine,
      }),
    }),
  );
  const decision = defineType<RecordedDecision>(
    builder,
    'PolicyDecision',
    'What policy said of a plan, with everything needed to replay it.',
    {
      id: ['ID', 'UUID.'],
      outcome: [enums.decisionOutcome, 'The strictest word of all rules.'],
      bundleHash: ['String', 'SHA-256 (hex) of the rules and thresholds that decided.'],
      inputHash: ['String', 'SHA-256 (hex) of the canonical input.'],
      input: ['JSON', 'All that the rules saw.'],
      decidedAt: ['DateTime', 'When.'],
    },
    (t) => ({
      reasons: t.field({
        type: [reason],
        description: 'Every rule that spoke, the weightiest first.',
        resolve: (parent) => parent.reasons,
      }),
    }),
  );
  const load = createBatchLoader(
    findDecisions,
    (found) => `${found.taskId}/${found.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );
  builder.objectField(refs.task, 'decision', (t) =>
    t.field({
      type: decision,
      nullable: true,
      description: 'What policy said of the current revision.',
      resolve: ({ id, revision }, _args, { viewer }) => load(viewer, { taskId: id, revision }),
    }),
  );
  return { reason, decision, loadDecision: load };
};

export type PolicyTypes = ReturnType<typeof addPolicySchema>;

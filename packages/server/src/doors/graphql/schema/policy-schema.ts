import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { isRoutine, type DecisionReason } from '../../../domain/decision.ts';
import type { FindDecisions, RecordedDecision } from '../../../modules/policy/index.ts';

/** Gives the types that approvals quote: a decision's reasons. */
export const addPolicySchema = (builder: Builder, refs: Refs, findDecisions: FindDecisions) => {
  const { enums } = refs;
  const reason = builder.objectRef<DecisionReason>('PolicyReason').implement({
    description: 'What one rule said. Written by the rule, never by an agent.',
    authScopes: { read: true },
    fields: (t) => ({
      rule: t.exposeString('rule', { description: "The rule's id." }),
      message: t.exposeString('message', { description: 'Its sentence.' }),
      outcome: t.expose('outcome', { type: enums.decisionOutcome, description: 'What it asks for.' }),
      isRoutine: t.boolean({
        description:
          'Whether it says the same of every plan with these kinds of action, this environment and this risk, and so nothing about this one.',
        resolve: isRoutine,
      }),
    }),
  });
  const decision = builder.objectRef<RecordedDecision>('PolicyDecision').implement({
    description: 'What policy said of a plan, with everything needed to replay it.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      outcome: t.expose('outcome', {
        type: enums.decisionOutcome,
        description: 'The strictest word of all rules.',
      }),
      reasons: t.field({
        type: [reason],
        description: 'Every rule that spoke, the weightiest first.',
        resolve: (parent) => parent.reasons,
      }),
      bundleHash: t.exposeString('bundleHash', {
        description: 'SHA-256 (hex) of the rules and thresholds that decided.',
      }),
      inputHash: t.exposeString('inputHash', { description: 'SHA-256 (hex) of the canonical input.' }),
      input: t.expose('input', { type: 'JSON', description: 'All that the rules saw.' }),
      decidedAt: t.expose('decidedAt', { type: 'DateTime', description: 'When.' }),
    }),
  });
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
  return { reason, loadDecision: load };
};

export type PolicyTypes = ReturnType<typeof addPolicySchema>;

import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { Refs } from './refs.ts';
import { isRoutine, type DecisionReason } from '../../../domain/decision.ts';
import { traceOf, type TraceEntry } from '../../../domain/decision-trace.ts';
import type {
  FindDecisions,
  PolicyQueries,
  RecordedDecision,
  Replay,
} from '../../../modules/policy/index.ts';
import { addQualitySchema } from './quality-schema.ts';
import { defineType } from './exposed-fields.ts';

/** Gives the types that approvals quote: a decision's reasons. */
export const addPolicySchema = (
  builder: Builder,
  refs: Refs,
  findDecisions: FindDecisions,
  { replayDecision }: PolicyQueries,
) => {
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
  const entry = defineType<TraceEntry>(
    builder,
    'DecisionTraceEntry',
    'What one rule made of a plan, or that nobody of a layer spoke. Written by the rule, never by an agent.',
    {
      layer: [enums.decisionLayer, 'Who has this word. Entries come in order of precedence.'],
      rule: ['String', "The rule's id; null where the layer is silent.", 'nullable'],
      verdict: [enums.traceVerdict, 'What it says.'],
      message: ['String', 'Its sentence.'],
      facts: ['JSON', 'What it looked at.'],
      answeredBy: ['ID', 'The standing grant that answers what it asks; null where none does.', 'nullable'],
    },
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
      trace: t.field({
        type: [entry],
        description:
          'The whole way of the decision in order of precedence: every rule that spoke, and every layer that was silent.',
        resolve: ({ reasons, holds, context }) => traceOf(reasons, holds, context.whyNoGrant),
      }),
    }),
  );
  addQualitySchema(builder, refs, decision);
  addReplay(builder, refs, replayDecision);
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
  return { reason, entry, decision, loadDecision: load };
};

const addReplay = (builder: Builder, refs: Refs, replayDecision: PolicyQueries['replayDecision']): void => {
  const result = enumOf<Replay['result']>(builder, 'ReplayResult', 'What came of a replay.', {
    SAME: 'The same decision, to the byte.',
    DIFFERENT: 'Something of the record, or of this build, is not as it was.',
    RULES_MISSING: 'The rules that decided are not here any more.',
  });
  const replay = defineType<Replay>(builder, 'DecisionReplay', 'A recorded decision, made once more.', {
    result: [result, 'Whether it comes out the same.'],
    differences: [['String'], 'What differs, in sentences.'],
  });
  refs.query(replayDecision, { type: replay });
};

export type PolicyTypes = ReturnType<typeof addPolicySchema>;

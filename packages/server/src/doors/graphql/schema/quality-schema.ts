import type { QualityDimension } from '@countersign/shared';
import type { QualityPart, QualityScore } from '../../../domain/quality.ts';
import { qualityOf, type RecordedDecision } from '../../../modules/policy/index.ts';
import type { Builder, Types } from './builder.ts';
import { enumOf } from './enum-of.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** What a decision's score is made of. */
export const addQualitySchema = (
  builder: Builder,
  { enums }: Refs,
  decision: PothosSchemaTypes.ObjectRef<Types, RecordedDecision>,
) => {
  const dimension = enumOf<QualityDimension>(
    builder,
    'QualityDimension',
    'What a quality score is made of, 20 points each.',
    {
      STRUCTURAL: 'How the plan is built.',
      POLICY_COMPLIANCE: 'What rules find in it.',
      TEST_COVERAGE: 'Whether the same plan ran well below production.',
      OPERATIONAL_HISTORY: 'How what its requester submitted has ended.',
      HUMAN_REVIEW: "What people made of its requester's plans with the same kinds of action.",
    },
  );
  const part = defineType<QualityPart>(
    builder,
    'QualityPart',
    'One dimension of a score. Counted by the server, never said by an agent.',
    {
      dimension: [dimension, 'Which.'],
      points: ['Int', '0 to 20.'],
      why: ['String', 'Why so many, in a sentence.'],
    },
    (t) => ({
      facts: t.field({
        type: 'JSON',
        description: 'The counts that it rests on.',
        resolve: ({ facts }) => facts ?? {},
      }),
      taskIds: t.idList({
        description: 'Tasks that show it.',
        resolve: ({ taskIds }) => [...(taskIds ?? [])],
      }),
    }),
  );
  const quality = defineType<QualityScore>(
    builder,
    'QualityScore',
    'How far the plan could be trusted when it was decided on, from what was on record.',
    {
      total: ['Int', '0 to 100: the sum of its parts.'],
      parts: [[part], 'Its five dimensions.'],
      isTentative: [
        'Boolean',
        'Whether too little had happened to hold it against anybody: it asks people then, and never denies.',
      ],
    },
    (t) => ({
      allowedEnvironments: t.field({
        type: [enums.environment],
        description: 'Where it is enough to run at all, with a person or without.',
        resolve: ({ allowedEnvironments }) => [...(allowedEnvironments ?? [])],
      }),
    }),
  );
  builder.objectField(decision, 'quality', (t) =>
    t.field({
      type: quality,
      nullable: true,
      description: 'The score that it went by; null where the requester is a person, whom nobody scores.',
      resolve: qualityOf,
    }),
  );
  return { quality };
};

import { z } from 'zod';
import type { RecordedDecision } from '../../../modules/policy/index.ts';

const points = z.number().min(0).max(20);

export const qualitySchema = z
  .strictObject({
    total: z.number().min(0).max(100).describe('The five together.'),
    structural: points.describe('Whether the plan has all that it needs.'),
    policy_compliance: points.describe('What policy says of it.'),
    test_coverage: points.describe('Whether it was done in lower environments.'),
    operational_history: points.describe('How its agent did before.'),
    human_review: points.describe('How people decided on the like before.'),
    requires_approval: z.boolean().describe('Whether people must decide, for whatever reason.'),
    allowed_environments: z
      .array(z.enum(['development', 'staging', 'production']))
      .describe('Where so much is enough, with people where they are asked.'),
  })
  .meta({ id: 'OrchestratedQuality', description: 'Five dimensions of 20 points each.' });

/** What a decision on a scored plan kept of the score. */
const recorded = z.object({
  total: z.number(),
  structure: z.number(),
  policy: z.number(),
  tests: z.number(),
  history: z.number(),
  people: z.number(),
});

export const qualityJson = ({
  reasons,
  outcome,
}: Pick<RecordedDecision, 'reasons' | 'outcome'>): z.output<typeof qualitySchema> | null => {
  const found = reasons.map(({ facts }) => recorded.safeParse(facts)).find(({ success }) => success);
  if (!found?.success) return null;
  const { total, structure, policy, tests, history, people } = found.data;
  return {
    total,
    structural: structure,
    policy_compliance: policy,
    test_coverage: tests,
    operational_history: history,
    human_review: people,
    requires_approval: outcome === 'REQUIRE_APPROVAL',
    allowed_environments: allowedWith(total),
  };
};

const allowedWith = (total: number): ('development' | 'staging' | 'production')[] => {
  if (total >= 60) return ['staging', 'production'];
  return total >= 40 ? ['staging'] : ['development'];
};

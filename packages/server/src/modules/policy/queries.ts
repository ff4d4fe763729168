import { z } from 'zod';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import type { DecisionStore } from '../../record/decision-store.ts';
import { filterId } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import { replayDecision, type RulesOfBundle } from './replay-decision.ts';

export interface PolicyQueryDependencies {
  readonly decisions: Pick<DecisionStore, 'findMany'>;
  readonly rulesOf: RulesOfBundle;
}

export const createPolicyQueries = ({ decisions, rulesOf }: PolicyQueryDependencies) => ({
  replayDecision: defineQuery({
    name: 'replayDecision',
    description:
      'Makes a recorded decision once more from what was kept of it: the same rules, the same input, the same facts.',
    input: z.strictObject({
      taskId: filterId.describe('The task.'),
      revision: z.int().min(1).describe('The revision of its plan.'),
    }),
    async view({ viewer }, key) {
      const [recorded] = await decisions.findMany(viewer.tenantId, [key]);
      return recorded
        ? accepted(await replayDecision(recorded, rulesOf))
        : refused(refusal('RESOURCE_NOT_FOUND', 'There is no decision about such a plan.'));
    },
  }),
});

export type PolicyQueries = ReturnType<typeof createPolicyQueries>;

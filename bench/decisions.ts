import { join } from 'node:path';
import { createPolicyEngine, createPolicyService } from '../packages/server/src/modules/policy/index.ts';
import type { PolicySubject } from '../packages/server/src/domain/decision.ts';
import type { PlanDocument } from '../packages/server/src/domain/plan.ts';
import { aDocument, aDocumentStep, anAgent } from '../packages/server/testing/domain-samples.ts';
import { inRounds } from './rounds.ts';

const bundleDir = join(import.meta.dirname, '../policies/bundle');

const subject: PolicySubject = {
  requester: anAgent(),
  handIds: [],
  priority: 'NORMAL',
  justification: 'It is time.',
  requiresApproval: false,
};

/** One step that nobody planned before, in an environment of which policy asks something, or nothing. */
const planOf = (number: number, environment: PlanDocument['environment']): PlanDocument =>
  aDocument({
    environment,
    taskId: `task-${number}`,
    steps: [
      aDocumentStep({
        params: { url: `https://service.example/${number}`, method: 'POST' },
        targets: [{ kind: 'url', name: `https://service.example/${number}` }],
      }),
    ],
  });

/** Whole decisions by the shipped rules in process, nothing but them: no database, no queue, no door. */
export const measureDecisions = async (perRound: number): Promise<object> => {
  const engine = await createPolicyEngine({ bundleDir, timeoutMs: 1_000 });
  const service = createPolicyService({
    policies: { of: () => engine, trouble: engine.trouble },
    traitsOfStep: () => ({
      name: 'http.request',
      version: 1,
      platform: 'http',
      category: 'WRITE',
      idempotency: 'NATIVE_KEY',
      reversible: true,
      budget: { timeMs: 1_000, network: 'INTERNAL' },
    }),
    killSwitch: () => Promise.resolve(null),
    autonomyOf: () => Promise.resolve(null),
    grantsOf: () => Promise.resolve([]),
  });
  const now = new Date();
  let number = 0;
  const decide = async (document: PlanDocument): Promise<void> => {
    const { decision } = await service.decide(document, subject, now);
    if (decision.outcome === 'DENY') throw new Error(`It was denied: ${decision.reasons[0]?.message ?? ''}`);
  };
  const rateOf = (planned: () => PlanDocument) =>
    inRounds(perRound, async () => {
      for (let done = 0; done < perRound; done += 1) await decide(planned());
    });
  const unseen = (environment: PlanDocument['environment']) =>
    rateOf(() => {
      number += 1;
      return planOf(number, environment);
    });
  const seen = planOf(0, 'DEVELOPMENT');
  return {
    allowed: await unseen('DEVELOPMENT'),
    asked: await unseen('PRODUCTION'),
    again: await rateOf(() => seen),
  };
};

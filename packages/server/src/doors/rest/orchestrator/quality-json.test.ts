import { expect, test } from 'vitest';
import type { RecordedDecision } from '../../../modules/policy/index.ts';
import { qualityJson } from './quality-json.ts';

const parts = { structure: 20, policy: 15, tests: 10, history: 15, people: 15 };
const decided = (
  total: number,
  outcome: RecordedDecision['outcome'],
): Pick<RecordedDecision, 'reasons' | 'outcome'> => ({
  outcome,
  reasons: [
    { layer: 'RULE', rule: 'plan.size', message: 'Small.', outcome: 'ALLOW', facts: { steps: 1 } },
    {
      layer: 'SCORE',
      rule: 'quality.score',
      message: 'Enough.',
      outcome,
      facts: { total, unattended: 80, least: 60, ...parts },
    },
  ],
});

test('a score is told as the orchestrator words it', () => {
  expect(qualityJson(decided(75, 'REQUIRE_APPROVAL'))).toEqual({
    total: 75,
    structural: 20,
    policy_compliance: 15,
    test_coverage: 10,
    operational_history: 15,
    human_review: 15,
    requires_approval: true,
    allowed_environments: ['staging', 'production'],
  });
});

test.each([
  [80, ['staging', 'production']],
  [60, ['staging', 'production']],
  [59, ['staging']],
  [40, ['staging']],
  [39, ['development']],
])('%i is enough for %j', (total, allowed) => {
  expect(qualityJson(decided(total, 'ALLOW'))?.allowed_environments).toEqual(allowed);
});

test('what was not scored has none', () => {
  expect(qualityJson({ ...decided(75, 'ALLOW'), reasons: [] })).toBeNull();
});

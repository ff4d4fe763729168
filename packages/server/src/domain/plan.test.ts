import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPlannedStep } from '../../testing/domain-samples.ts';
import type { PlannedStep } from './plan.ts';
import { hasSideEffects, shownStep } from './plan.ts';

const doing = (...categories: PlannedStep['category'][]) => categories.map((category) => ({ category }));

describe('a plan', () => {
  it.each<[categories: PlannedStep['category'][], has: boolean]>([
    [[], false],
    [['READ'], false],
    [['READ', 'READ'], false],
    [['WRITE'], true],
    [['READ', 'DEPLOY'], true],
    [['ROLLBACK', 'READ'], true],
  ])('of %j has side effects: %s', (categories, has) => {
    expect(hasSideEffects(doing(...categories))).toBe(has);
  });
});

describe('what people are shown of a step', () => {
  it('is all that an executor foresaw, and what kind of action it is', () => {
    const step = aPlannedStep({
      findings: [{ severity: 'HIGH', message: 'Look here' }],
      precondition: { head: 'a' },
    });
    expect(shownStep(step)).toEqual({
      summary: step.summary,
      targets: step.targets,
      precondition: step.precondition,
      diffs: step.diffs,
      findings: step.findings,
      platform: 'http',
      category: 'WRITE',
      idempotency: 'NATIVE_KEY',
      reversible: true,
      network: 'INTERNET',
    });
  });

  it('does not change with what the caller calls it or depends on', () => {
    const property = fc.property(fc.string(), fc.array(fc.string()), (name, dependsOn) => {
      expect(shownStep(aPlannedStep({ name, dependsOn }))).toEqual(shownStep(aPlannedStep()));
    });
    fc.assert(property);
  });
});

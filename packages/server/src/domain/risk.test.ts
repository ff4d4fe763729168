import { environments, risks, type Environment, type Risk } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPlannedStep } from '../../testing/domain-samples.ts';
import type { FileDiff } from './diff.ts';
import type { Finding } from './planned-action.ts';
import type { PlannedStep } from './plan.ts';
import { assessRisk, atLeast, highestRisk } from './risk.ts';

const targets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ kind: 'url', name: `${index}` }));
const finding = (severity: Risk): Finding => ({ severity, message: `A ${severity} thing` });
const file = (change: FileDiff['change']): FileDiff => ({
  type: 'FILE',
  path: 'a',
  change,
  additions: 0,
  deletions: 0,
  hunks: [],
  isBinary: false,
  isTruncated: false,
});
const deletes = (count: number) => Array.from({ length: count }, () => file('DELETE'));

type Case = [steps: Partial<PlannedStep>[], environment: Environment, risk: Risk, factors: string[]];

const cases: Case[] = [
  [[], 'PRODUCTION', 'LOW', []],
  [[{}], 'DEVELOPMENT', 'LOW', []],
  [[{}], 'STAGING', 'LOW', []],
  [[{}], 'PRODUCTION', 'HIGH', ['changes production']],
  [[{ category: 'READ' }], 'PRODUCTION', 'LOW', []],
  [[{ category: 'READ', reversible: false, targets: targets(50) }], 'PRODUCTION', 'LOW', []],
  [[{ category: 'READ', findings: [finding('HIGH')] }], 'DEVELOPMENT', 'HIGH', ['A HIGH thing']],
  [[{ category: 'DEPLOY' }], 'DEVELOPMENT', 'HIGH', ['deploys']],
  [[{ category: 'DEPLOY' }], 'PRODUCTION', 'HIGH', ['changes production', 'deploys']],
  [[{ category: 'ROLLBACK' }], 'STAGING', 'LOW', []],
  [[{ reversible: false }], 'DEVELOPMENT', 'MEDIUM', ['cannot be rolled back']],
  [[{ reversible: false }], 'PRODUCTION', 'CRITICAL', ['cannot be rolled back', 'changes production']],
  [[{ reversible: false, undo: 'COMPENSATE' }], 'DEVELOPMENT', 'MEDIUM', ['undoing it brings nothing back']],
  [[{ targets: targets(10) }], 'DEVELOPMENT', 'LOW', []],
  [[{ targets: targets(11) }], 'DEVELOPMENT', 'HIGH', ['touches 11 targets']],
  [[{ diffs: [file('CREATE'), file('UPDATE')] }], 'DEVELOPMENT', 'LOW', []],
  [[{ diffs: deletes(1) }], 'DEVELOPMENT', 'MEDIUM', ['deletes a file']],
  [[{ diffs: deletes(3) }], 'DEVELOPMENT', 'MEDIUM', ['deletes 3 files']],
  [[{ findings: [finding('CRITICAL')] }], 'DEVELOPMENT', 'CRITICAL', ['A CRITICAL thing']],
  [[{ findings: [finding('LOW')] }], 'DEVELOPMENT', 'LOW', ['A LOW thing']],
  [
    [{ findings: [finding('LOW'), finding('HIGH'), finding('MEDIUM')] }],
    'DEVELOPMENT',
    'HIGH',
    ['A HIGH thing', 'A MEDIUM thing', 'A LOW thing'],
  ],
  [[{ reversible: false }, { reversible: false }], 'DEVELOPMENT', 'MEDIUM', ['cannot be rolled back']],
  [[{ category: 'READ' }, { diffs: deletes(1) }], 'STAGING', 'MEDIUM', ['deletes a file']],
];

describe('the risk of a plan', () => {
  it.each(cases)('%j in %s is %s', (steps, environment, risk, factors) => {
    expect(assessRisk(steps.map(aPlannedStep), environment)).toEqual({ risk, factors });
  });

  const anyStep = fc
    .record({
      category: fc.constantFrom('READ', 'WRITE', 'DEPLOY', 'ROLLBACK' as const),
      reversible: fc.boolean(),
      targets: fc.integer({ min: 0, max: 20 }).map(targets),
      diffs: fc.integer({ min: 0, max: 3 }).map(deletes),
      findings: fc.array(fc.constantFrom(...risks).map(finding), { maxLength: 3 }),
    })
    .map((parts) => aPlannedStep(parts as Partial<PlannedStep>));

  it('never falls by one more step, nor by moving to production', () => {
    const property = fc.property(
      fc.array(anyStep),
      anyStep,
      fc.constantFrom(...environments),
      (steps, more, where) => {
        const { risk } = assessRisk(steps, where);
        expect(atLeast(assessRisk([...steps, more], where).risk, risk)).toBe(true);
        expect(atLeast(assessRisk(steps, 'PRODUCTION').risk, risk)).toBe(true);
      },
    );
    fc.assert(property);
  });

  it('does not depend on the order of steps, says each reason once and never without one above LOW', () => {
    const property = fc.property(fc.array(anyStep), fc.constantFrom(...environments), (steps, where) => {
      const { risk, factors } = assessRisk(steps, where);
      const turned = assessRisk(steps.toReversed(), where);
      expect(turned.risk).toBe(risk);
      expect(new Set(turned.factors)).toEqual(new Set(factors));
      expect(new Set(factors).size).toBe(factors.length);
      if (risk !== 'LOW') expect(factors).not.toEqual([]);
    });
    fc.assert(property);
  });

  it('takes no word of the caller: goal, params and summary change nothing', () => {
    const property = fc.property(anyStep, fc.string(), (step, text) => {
      const told = { ...step, summary: text, params: { text }, name: text };
      expect(assessRisk([told], 'PRODUCTION')).toEqual(assessRisk([step], 'PRODUCTION'));
    });
    fc.assert(property);
  });
});

describe('risks', () => {
  it.each<[Risk[], Risk]>([
    [[], 'LOW'],
    [['MEDIUM'], 'MEDIUM'],
    [['HIGH', 'LOW'], 'HIGH'],
    [['LOW', 'CRITICAL', 'MEDIUM'], 'CRITICAL'],
  ])('the highest of %j is %s', (all, highest) => {
    expect(highestRisk(all)).toBe(highest);
  });

  it('are ordered', () => {
    const order = risks.flatMap((risk) => risks.filter((floor) => atLeast(risk, floor)).length);
    expect(order).toEqual([1, 2, 3, 4]);
  });
});

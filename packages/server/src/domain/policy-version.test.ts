import { describe, expect, it } from 'vitest';
import { dataChanges } from './data-changes.ts';
import { compareDecisions, createFlipTally, deadRules, type Said } from './policy-flips.ts';
import { askPublish, isWeakerFor, type PublishAsk } from './policy-version.ts';

const ask = (reviewerId: string, handIds: readonly string[] = [], againstHash = 'a'): PublishAsk => ({
  reviewerId,
  handIds,
  makerIds: handIds,
  by: reviewerId,
  reason: 'why',
  at: '2026-11-27T00:00:00.000Z',
  againstHash,
});
const budget = { flips: 2, window: 10 };
const flips = (flipped: number, more: object = {}) => ({
  flipped,
  decisions: 10,
  faults: 0,
  isWeaker: false,
  ...more,
});

describe('a word that a version be published', () => {
  it.each([
    ['within the budget', [], flips(2), 'PUBLISHED'],
    ['beyond it, alone', [], flips(3), 'ASKED'],
    ['beyond it, the second', [ask('eve')], flips(3), 'PUBLISHED'],
    ['that lets fewer people release', [], flips(0, { isWeaker: true }), 'ASKED'],
    ['after one over other rules', [ask('eve', [], 'b')], flips(3), 'ASKED'],
    ['again', [ask('ada')], flips(3), 'NOT_ELIGIBLE'],
    ['of whom the first one made', [ask('eve', ['ada'])], flips(3), 'NOT_ELIGIBLE'],
    ['of rules that give no verdict', [], flips(0, { faults: 1 }), 'NOT_IN_THIS_STATE'],
  ] as const)('%s', (_when, asks, measured, comesTo) => {
    const outcome = askPublish({ asks }, ask('ada'), measured, budget);
    expect(outcome.ok ? outcome.value.kind : outcome.refusal.code).toBe(comesTo);
  });

  it('is about fewer people where any of them grows fewer', () => {
    const stepUp = { release: 'REQUIRED', publish: 'WHERE_REGISTERED', restore: 'REQUIRED' } as const;
    const own = { see: 'OWN', named: {} } as const;
    const programs = { agents: own, services: own };
    const terms = { releasedBy: { GLOBAL: 2 }, publishing: budget, stepUp, programs };
    expect(isWeakerFor(terms, terms)).toBe(false);
    expect(isWeakerFor(terms, { ...terms, releasedBy: { GLOBAL: 1 } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, stepUp: { ...stepUp, publish: 'REQUIRED' } })).toBe(false);
    expect(isWeakerFor(terms, { ...terms, stepUp: { ...stepUp, release: 'WHERE_REGISTERED' } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, stepUp: { ...stepUp, restore: 'OFF' } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, publishing: { ...budget, flips: 3 } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, publishing: { ...budget, window: 9 } })).toBe(true);
    const wide = { ...own, see: 'TENANT' } as const;
    expect(isWeakerFor(terms, { ...terms, programs: { ...programs, agents: wide } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, programs: { ...programs, services: wide } })).toBe(true);
  });
});

const said = (
  outcome: Said['outcome'],
  layer: 'DENY' | 'RULE',
  rules: readonly string[],
  people = 1,
): Said => ({
  outcome,
  reasons: rules.map((rule) => ({ layer, rule, message: rule, outcome })),
  people: outcome === 'REQUIRE_APPROVAL' ? people : null,
});

describe('decisions by other rules', () => {
  const task = { taskId: 'task', revision: 1 };

  it('are counted: flips, fewer people, rules that died, rules that contradict', () => {
    const tally = createFlipTally();
    const both: Said = {
      outcome: 'DENY',
      reasons: [
        ...said('DENY', 'DENY', ['a.no']).reasons,
        ...said('REQUIRE_APPROVAL', 'RULE', ['b.ask']).reasons,
      ],
      people: null,
    };
    const asked = said('REQUIRE_APPROVAL', 'RULE', ['b.ask'], 2);
    tally.add([
      compareDecisions(task, asked, both, null),
      compareDecisions(task, asked, said('REQUIRE_APPROVAL', 'RULE', ['b.ask'], 1), null),
      compareDecisions(task, asked, asked, null),
    ]);
    const report = tally.report();
    expect(report).toMatchObject({ decisions: 3, flipped: 2, loosened: 1, faults: 0 });
    expect(report.flips.map(({ rules }) => rules)).toEqual([['a.no'], []]);
    expect(report.conflicts).toEqual([{ denies: 'a.no', asks: 'b.ask', decisions: 1, taskId: 'task' }]);
    expect(deadRules(['a.no', 'c.dead'], report)).toEqual(['c.dead']);
    expect(createFlipTally(report).report()).toEqual(report);
  });
});

it('tells every value of data that differs, lists as one', () => {
  expect(dataChanges({ a: { b: 1, c: [1] }, d: true }, { a: { b: 2, c: [1, 2] }, e: 1 }, 10)).toEqual([
    { path: 'a.b', before: '1', after: '2' },
    { path: 'a.c', before: '[1]', after: '[1,2]' },
    { path: 'd', before: 'true', after: null },
    { path: 'e', before: null, after: '1' },
  ]);
});

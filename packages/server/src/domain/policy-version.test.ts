import { describe, expect, it } from 'vitest';
import { askedLess, type AskedOf } from './asked-less.ts';
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
const hourMs = 3_600_000;
const flips = (flipped: number, more: object = {}) => ({
  flipped,
  decisions: 10,
  faults: 0,
  isWeaker: false,
  ...more,
});

it('asks people for less once nothing wants a person every time any more', () => {
  const by = (layer: 'HARD' | 'RULE'): Said => ({
    outcome: 'REQUIRE_APPROVAL',
    reasons: [{ layer, rule: 'a.rule', message: 'why', outcome: 'REQUIRE_APPROVAL' }],
    holds: [],
    asked: askedOf,
  });
  const task = { taskId: 'task', revision: 1 };
  expect(compareDecisions(task, by('HARD'), by('RULE'), null).askedLess).toEqual(['not every time any more']);
  expect(compareDecisions(task, by('RULE'), by('HARD'), null).askedLess).toEqual([]);
});

describe('a word that a version be published', () => {
  it.each([
    ['within the budget', [], flips(2), 'PUBLISHED'],
    ['beyond it, alone', [], flips(3), 'ASKED'],
    ['beyond it, the second', [ask('eve')], flips(3), 'PUBLISHED'],
    ['that lets fewer people release', [], flips(0, { isWeaker: true }), 'ASKED'],
    ['after one that holds no more', [{ ...ask('eve'), at: '2026-11-26T23:00:00.000Z' }], flips(3), 'ASKED'],
    ['within its hour', [{ ...ask('eve'), at: '2026-11-26T23:00:00.001Z' }], flips(3), 'PUBLISHED'],
    ['again, once it holds no more', [{ ...ask('ada'), at: '2026-11-26T23:00:00.000Z' }], flips(3), 'ASKED'],
    ['after one over other rules', [ask('eve', [], 'b')], flips(3), 'ASKED'],
    ['again', [ask('ada')], flips(3), 'NOT_ELIGIBLE'],
    ['of whom the first one made', [ask('eve', ['ada'])], flips(3), 'NOT_ELIGIBLE'],
    ['of rules that give no verdict', [], flips(0, { faults: 1 }), 'NOT_IN_THIS_STATE'],
  ] as const)('%s', (_when, asks, measured, comesTo) => {
    const outcome = askPublish({ asks }, ask('ada'), measured, { budget, askHoldsMs: hourMs });
    expect(outcome.ok ? outcome.value.kind : outcome.refusal.code).toBe(comesTo);
  });

  it('is about fewer people where any of them grows fewer', () => {
    const stepUp = { release: 'REQUIRED', publish: 'WHERE_REGISTERED', restore: 'REQUIRED' } as const;
    const own = { see: 'OWN', named: {} } as const;
    const programs = { agents: own, services: own };
    const granting = { STAGING: { people: 2 } };
    const terms = {
      productionAutonomy: 1,
      releasedBy: { GLOBAL: 2 },
      publishing: budget,
      granting,
      stepUp,
      programs,
    };
    expect(isWeakerFor(terms, { ...terms, productionAutonomy: 0 })).toBe(false);
    expect(isWeakerFor(terms, { ...terms, productionAutonomy: 2 })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, granting: {} })).toBe(false);
    expect(isWeakerFor(terms, { ...terms, granting: { STAGING: { people: 1 } } })).toBe(true);
    expect(isWeakerFor(terms, { ...terms, granting: { ...granting, DEVELOPMENT: { people: 2 } } })).toBe(
      true,
    );
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

const askedOf: AskedOf = {
  required: 2,
  stages: [],
  vetoGroups: [],
  mayEditorApprove: false,
  escalation: null,
  stepUp: 'OFF',
};

const said = (
  outcome: Said['outcome'],
  layer: 'DENY' | 'RULE',
  rules: readonly string[],
  people = 1,
): Said => ({
  outcome,
  reasons: rules.map((rule) => ({ layer, rule, message: rule, outcome })),
  asked: outcome === 'REQUIRE_APPROVAL' ? { ...askedOf, required: people } : null,
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
      asked: null,
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

describe('whose word other rules ask for', () => {
  const ofGroups = (...groups: readonly (string | null)[]): AskedOf['stages'] => [
    { name: 'all', needs: groups.map((group) => ({ group, required: 1 })) },
  ];
  const before: AskedOf = {
    required: 2,
    stages: ofGroups('security', null),
    vetoGroups: ['legal'],
    mayEditorApprove: false,
    escalation: { afterMs: 60_000, group: 'leads' },
    stepUp: 'REQUIRED',
  };
  const narrow = { ...before, stages: ofGroups('security', 'leads') };

  it.each<[string, AskedOf, Partial<AskedOf>, readonly string[]]>([
    ['is as it was', before, {}, []],
    ['is of more', before, { required: 3, stages: ofGroups('security', 'leads', null) }, []],
    ['is of fewer', before, { required: 1, stages: ofGroups('security') }, ['1 fewer in all']],
    ['is of anybody', before, { stages: [] }, ['1 fewer of security']],
    ['is of others', narrow, { stages: ofGroups('interns', 'leads') }, ['1 fewer of security']],
    [
      'is of one stage instead of two',
      { ...narrow, stages: [...ofGroups('security'), ...ofGroups('security')] },
      { stages: ofGroups('security', 'leads') },
      ['1 fewer of security'],
    ],
    ['is the same in another order', narrow, { stages: ofGroups('leads', 'security') }, []],
    ['knows no veto', narrow, { vetoGroups: [] }, ['legal may not reject']],
    [
      'asks who could only reject',
      narrow,
      { vetoGroups: [], stages: ofGroups('security', 'legal', 'leads') },
      [],
    ],
    ['is open to all, who may reject', before, { vetoGroups: [] }, []],
    ['may be the editor’s', before, { mayEditorApprove: true }, ['whoever edits may approve']],
    ['is without a passkey', before, { stepUp: 'OFF' }, ['passkey REQUIRED becomes OFF']],
    [
      'is for others to give sooner',
      narrow,
      { escalation: { afterMs: 1_000, group: 'leads' } },
      ['leads may approve instead after 1 s'],
    ],
    [
      'is for others to give',
      narrow,
      { escalation: { afterMs: 60_000, group: 'interns' } },
      ['interns may approve instead after 60 s'],
    ],
    ['is for nobody else to give', narrow, { escalation: null }, []],
  ])('%s', (_what, then, changed, less) => {
    expect(askedLess(then, { ...then, ...changed })).toEqual(less);
  });

  it('flips a decision where it is less, although the outcome and the number of people are the same', () => {
    const by = (asked: AskedOf): Said => ({
      outcome: 'REQUIRE_APPROVAL',
      reasons: [{ layer: 'RULE', rule: 'b.ask', message: 'b.ask', outcome: 'REQUIRE_APPROVAL' }],
      asked,
    });
    const task = { taskId: 'task', revision: 1 };
    const tally = createFlipTally();
    tally.add([
      compareDecisions(task, by(before), by({ ...before, stages: [] }), null),
      compareDecisions(task, by({ ...before, stages: [] }), by(before), null),
    ]);
    expect(tally.report()).toMatchObject({
      flipped: 1,
      loosened: 1,
      flips: [{ peopleBefore: 2, peopleAfter: 2, askedLess: ['1 fewer of security'], rules: [] }],
    });
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

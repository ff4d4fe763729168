import { describe, expect, it } from 'vitest';
import { decide, isRoutine, isUndecided, stopRules } from './decision.ts';
import type { DecisionFacts, GrantUse, PolicyAnswer, PolicyFinding, PolicyVerdict } from './decision.ts';
import type { QualityScore } from './quality.ts';

const approval = {
  required: 2,
  stages: [],
  vetoGroups: [],
  mayEditorApprove: false,
  rememberRejectionMs: 0,
  remindAfterMs: [],
  escalation: null,
  expiresInMs: 3_600_000,
  undoWindowMs: 10_000,
  startWithinMs: 900_000,
};

const rules = (...names: string[]): PolicyFinding[] =>
  names.map((rule) => ({ rule, message: `${rule} spoke.` }));

const verdict = (parts: Partial<PolicyVerdict> = {}): PolicyAnswer => ({
  kind: 'verdict',
  verdict: { deny: [], hard: [], require: [], autonomyLevel: 4, approval, ...parts },
});

const fault: PolicyAnswer = { kind: 'fault', message: 'no answer' };
const deny = verdict({ deny: rules('a.deny') });
const hard = verdict({ hard: rules('a.hard') });
const require = verdict({ require: rules('a.require') });
const everything = verdict({
  deny: rules('a.deny'),
  hard: rules('a.hard'),
  require: rules('a.require'),
  autonomyLevel: 0,
});
const level = (autonomyLevel: number) => verdict({ autonomyLevel });

/** A change of low risk in development that nothing objects to. */
const harmless: DecisionFacts = {
  stop: null,
  policy: verdict(),
  environment: 'DEVELOPMENT',
  risk: 'LOW',
  hasSideEffects: true,
  requesterAsksApproval: false,
  autonomy: null,
  grant: null,
  quality: null,
};
const score = (total: number, isTentative = false): { quality: QualityScore } => ({
  quality: { total, parts: [], isTentative },
});
const engaged = { stop: { mode: 'HALT', reason: 'incident 7' } } as const;
const reading = { hasSideEffects: false };
const asking = { requesterAsksApproval: true };
const production = (total: number) => ({ environment: 'PRODUCTION', ...score(total) }) as const;
const staging = (total: number) => ({ environment: 'STAGING', ...score(total) }) as const;
const development = (total: number) => ({ environment: 'DEVELOPMENT', ...score(total) }) as const;

type Case = [facts: Partial<DecisionFacts>, outcome: string, rules: string];

const cases: Case[] = [
  [{}, 'ALLOW', 'autonomy.level'],
  [reading, 'ALLOW', 'autonomy.level'],

  [engaged, 'ALLOW', 'autonomy.level'],
  [{ ...engaged, ...reading }, 'ALLOW', 'autonomy.level'],
  [{ ...engaged, policy: fault }, 'DENY', 'policy_engine.fault'],
  [{ ...engaged, policy: hard }, 'REQUIRE_APPROVAL', 'a.hard autonomy.level'],
  [{ ...engaged, ...asking }, 'REQUIRE_APPROVAL', 'autonomy.level requester.asks_approval'],

  [{ policy: fault }, 'DENY', 'policy_engine.fault'],
  [{ policy: fault, ...reading }, 'DENY', 'policy_engine.fault'],
  [{ policy: fault, ...asking }, 'DENY', 'policy_engine.fault requester.asks_approval'],
  [{ policy: fault, ...production(100) }, 'DENY', 'policy_engine.fault quality.score'],

  [{ policy: deny }, 'DENY', 'a.deny autonomy.level'],
  [{ policy: deny, ...reading }, 'DENY', 'a.deny autonomy.level'],
  [{ policy: deny, ...asking }, 'DENY', 'a.deny autonomy.level requester.asks_approval'],
  [{ policy: deny, ...production(100) }, 'DENY', 'a.deny autonomy.level quality.score'],
  [{ policy: verdict({ deny: rules('a.deny', 'b.deny') }) }, 'DENY', 'a.deny b.deny autonomy.level'],
  [{ policy: everything }, 'DENY', 'a.deny a.hard a.require autonomy.level'],
  [
    { ...engaged, policy: everything, ...production(1), ...asking },
    'DENY',
    'a.deny a.hard a.require autonomy.level quality.score requester.asks_approval',
  ],

  [{ policy: hard }, 'REQUIRE_APPROVAL', 'a.hard autonomy.level'],
  [{ policy: hard, ...reading }, 'REQUIRE_APPROVAL', 'a.hard autonomy.level'],
  [{ policy: hard, ...production(100) }, 'REQUIRE_APPROVAL', 'a.hard autonomy.level quality.score'],
  [{ policy: hard, ...production(10) }, 'DENY', 'a.hard autonomy.level quality.score'],
  [{ policy: require }, 'REQUIRE_APPROVAL', 'a.require autonomy.level'],
  [{ policy: require, ...reading }, 'REQUIRE_APPROVAL', 'a.require autonomy.level'],
  [{ policy: require, ...production(100) }, 'REQUIRE_APPROVAL', 'a.require autonomy.level quality.score'],

  [{ policy: level(0) }, 'REQUIRE_APPROVAL', 'autonomy.level'],
  [{ policy: level(0), ...reading }, 'ALLOW', 'autonomy.level'],
  [{ policy: level(0), ...production(100) }, 'REQUIRE_APPROVAL', 'autonomy.level quality.score'],
  [{ policy: level(1), risk: 'LOW' }, 'ALLOW', 'autonomy.level'],
  [{ policy: level(1), risk: 'MEDIUM' }, 'REQUIRE_APPROVAL', 'autonomy.level'],
  [{ policy: level(2), risk: 'MEDIUM' }, 'ALLOW', 'autonomy.level'],
  [{ policy: level(2), risk: 'HIGH' }, 'REQUIRE_APPROVAL', 'autonomy.level'],
  [{ policy: level(3), risk: 'HIGH' }, 'ALLOW', 'autonomy.level'],
  [{ policy: level(3), risk: 'CRITICAL' }, 'REQUIRE_APPROVAL', 'autonomy.level'],
  [{ policy: level(4), risk: 'CRITICAL' }, 'ALLOW', 'autonomy.level'],
  [{ policy: level(Number.NaN) }, 'REQUIRE_APPROVAL', 'autonomy.level'],

  [production(100), 'ALLOW', 'autonomy.level quality.score'],
  [production(80), 'ALLOW', 'autonomy.level quality.score'],
  [production(79), 'REQUIRE_APPROVAL', 'autonomy.level quality.score'],
  [production(60), 'REQUIRE_APPROVAL', 'autonomy.level quality.score'],
  [production(59), 'DENY', 'autonomy.level quality.score'],
  [production(40), 'DENY', 'autonomy.level quality.score'],
  [production(39), 'DENY', 'autonomy.level quality.score'],
  [production(Number.NaN), 'DENY', 'autonomy.level quality.score'],
  [staging(60), 'ALLOW', 'autonomy.level quality.score'],
  [staging(59), 'REQUIRE_APPROVAL', 'autonomy.level quality.score'],
  [staging(40), 'REQUIRE_APPROVAL', 'autonomy.level quality.score'],
  [staging(39), 'DENY', 'autonomy.level quality.score'],
  [development(39), 'ALLOW', 'autonomy.level quality.score'],
  [development(0), 'ALLOW', 'autonomy.level quality.score'],

  [asking, 'REQUIRE_APPROVAL', 'autonomy.level requester.asks_approval'],
  [{ ...asking, ...reading }, 'REQUIRE_APPROVAL', 'autonomy.level requester.asks_approval'],
  [
    { ...asking, ...production(100) },
    'REQUIRE_APPROVAL',
    'autonomy.level quality.score requester.asks_approval',
  ],
];

describe('decide', () => {
  it.each(cases)('%j is %s by %s', (facts, outcome, spoken) => {
    const decision = decide({ ...harmless, ...facts });
    expect(decision.outcome).toBe(outcome);
    expect(decision.reasons.map((reason) => reason.rule).join(' ')).toBe(spoken);
    expect(decision.approval).toEqual(outcome === 'REQUIRE_APPROVAL' ? approval : undefined);
  });

  it('gathers everything that wants it to wait, whatever the outcome, and lets none of it decide', () => {
    const stop = { mode: 'PAUSE', reason: 'incident 7' } as const;
    const hold = [
      { rule: 'a.freeze', message: 'Not on Fridays.', until: '2026-11-28T00:00:00+01:00' },
      { rule: 'b.freeze', message: 'Not now.', until: null },
    ];
    const { holds, outcome, reasons } = decide({ ...harmless, stop, policy: verdict({ hold }) });
    expect(holds).toEqual([
      { rule: 'kill_switch.paused', reason: 'The kill switch is engaged: incident 7', until: null },
      { rule: 'a.freeze', reason: 'Not on Fridays.', until: '2026-11-27T23:00:00.000Z' },
      { rule: 'b.freeze', reason: 'Not now.', until: null },
    ]);
    expect([outcome, reasons.map(({ rule }) => rule)]).toEqual(['ALLOW', ['autonomy.level']]);
    expect(decide(harmless)).not.toHaveProperty('holds');
  });

  it.each<[Partial<DecisionFacts>, string]>([
    [{ policy: fault }, 'The policy could not be evaluated, so nothing runs: no answer'],
    [{ policy: deny }, 'a.deny spoke.'],
    [{}, 'Autonomy level 4 of development: a change of low risk runs without a person.'],
    [reading, 'Autonomy level 4 of development: a plan that only reads runs.'],
    [{ policy: level(0) }, 'Autonomy level 0 of development: a person approves every change.'],
    [
      { policy: level(2), risk: 'HIGH' },
      'Autonomy level 2 of development: a person approves a change of high risk.',
    ],
  ])('says first about %j: %s', (facts, message) => {
    expect(decide({ ...harmless, ...facts }).reasons[0]?.message).toBe(message);
  });

  it.each<[Partial<DecisionFacts>, string]>([
    [production(80), 'The quality score 80 is enough for production without a person.'],
    [production(79), 'The quality score 79 is below 80, so a person approves it in production.'],
    [production(59), 'The quality score 59 is below 60, the least that production accepts.'],
    [staging(59), 'The quality score 59 is below 60, so a person approves it in staging.'],
    [staging(39), 'The quality score 39 is below 40, the least that staging accepts.'],
    [asking, 'The requester asks for an approval.'],
  ])('says last about %j: %s', (facts, message) => {
    expect(decide({ ...harmless, ...facts }).reasons.at(-1)?.message).toBe(message);
  });

  it.each<[Partial<DecisionFacts>, string, string]>([
    [{ ...score(59, true), environment: 'PRODUCTION' }, 'REQUIRE_APPROVAL', 'rests on too little to deny it'],
    [{ ...score(59), environment: 'PRODUCTION' }, 'DENY', 'the least that production accepts'],
    [
      { ...score(70), environment: 'PRODUCTION', policy: verdict({ quality: { unattended: 70, least: 0 } }) },
      'ALLOW',
      'is enough',
    ],
  ])('judges a score by what it rests on, and by the terms of policy: %j', (facts, outcome, words) => {
    const decision = decide({ ...harmless, ...facts });
    expect(decision.outcome).toBe(outcome);
    expect(decision.reasons.at(-1)?.message).toContain(words);
  });
});

const grant: GrantUse = {
  grantId: 'grant',
  by: 'Ada',
  target: 'shop@*',
  takes: 2,
  taken: 3,
  uses: 10,
  expiresAt: '2026-12-24T00:00:00.000Z',
};
const grantable = { rule: 'a.require', message: 'a.require spoke.', isGrantable: true };

describe('a standing grant', () => {
  it.each<[string, Partial<DecisionFacts>, string]>([
    ['what autonomy asks', { policy: level(0) }, 'ALLOW'],
    ['what a score asks', staging(50), 'ALLOW'],
    ['a rule that allows for it', { policy: verdict({ require: [grantable] }) }, 'ALLOW'],
    ['another rule', { policy: require }, 'REQUIRE_APPROVAL'],
    ['a hard rule', { policy: hard }, 'REQUIRE_APPROVAL'],
    [
      'a hard rule beside autonomy',
      { policy: verdict({ hard: rules('a.hard'), autonomyLevel: 0 }) },
      'REQUIRE_APPROVAL',
    ],
    ['the requester', asking, 'REQUIRE_APPROVAL'],
    ['a denial', { policy: deny }, 'DENY'],
    ['a score that denies', staging(10), 'DENY'],
    ['a failure of the engine', { policy: fault }, 'DENY'],
  ])('answers %s as it may', (_title, facts, outcome) => {
    const decision = decide({ ...harmless, ...facts, grant });
    expect(decision.outcome).toBe(outcome);
    expect(decision.grant).toEqual(outcome === 'ALLOW' ? grant : undefined);
  });

  it('answers no stop: what it lets run still waits', () => {
    const { outcome, holds } = decide({ ...harmless, ...engaged, policy: level(0), grant });
    expect([outcome, holds]).toEqual(['ALLOW', [expect.objectContaining({ rule: stopRules.HALT })]]);
  });

  it('is used only where a person would be asked without it', () => {
    const decision = decide({ ...harmless, grant });
    expect(decision).not.toHaveProperty('grant');
    expect(decision.reasons.map(({ rule }) => rule)).toEqual(['autonomy.level']);
  });

  it('is named with the uses that it takes, and by whatever it answers', () => {
    const { reasons } = decide({ ...harmless, policy: level(0), grant });
    expect(reasons.map(({ rule, outcome, answeredBy }) => [rule, outcome, answeredBy])).toEqual([
      ['grant.standing', 'ALLOW', undefined],
      ['autonomy.level', 'REQUIRE_APPROVAL', 'grant'],
    ]);
    expect(reasons[0]?.message).toBe('A standing grant of Ada covers it: uses 2 to 3 of 10.');
  });
});

describe('autonomy that an administrator set', () => {
  it('takes the place of the policy, and says whose word it is', () => {
    const autonomy = { level: 0, of: 'AGENT', by: 'Ada', reason: 'new here' } as const;
    const decision = decide({ ...harmless, autonomy });
    expect(decision.outcome).toBe('REQUIRE_APPROVAL');
    expect(decision.reasons[0]).toMatchObject({
      message: 'Autonomy level 0 of this agent in development: a person approves every change.',
      facts: { level: 0, setBy: 'Ada', reason: 'new here' },
    });
  });
});

describe('what no executor knows', () => {
  it('is denied, whatever the rules say', () => {
    const decision = decide({ ...harmless, hasUnknownAction: true });
    expect(decision.outcome).toBe('DENY');
    expect(decision.reasons[0]?.rule).toBe('action.unknown');
  });
});

describe('a decision', () => {
  it.each<[title: string, facts: Partial<DecisionFacts>, expected: boolean]>([
    ['that allows', {}, false],
    ['that asks', { policy: hard }, false],
    ['by a rule that denies', { policy: deny }, false],
    ['without an answer', { policy: fault }, true],
    ['of which the engine can never say anything', { policy: { ...fault, isLasting: true } }, false],
    ['without an answer, of what the requester wants seen', { policy: fault, ...asking }, true],
    ['without an answer, while the kill switch is engaged', { policy: fault, ...engaged }, true],
    ['without an answer, of a plan of too low quality', { policy: fault, ...production(10) }, false],
    ['without an answer, of a plan of some quality', { policy: fault, ...production(70) }, true],
  ])('%s is undecided: %s', (_title, facts, expected) => {
    expect(isUndecided(decide({ ...harmless, ...facts }))).toBe(expected);
  });

  it('that denies what no executor knows is one', () => {
    const reasons = [
      { layer: 'DENY' as const, rule: 'action.unknown', message: 'Unknown.', outcome: 'DENY' as const },
    ];
    expect(isUndecided({ outcome: 'DENY', reasons })).toBe(false);
    expect(isUndecided({ outcome: 'DENY', reasons: [] })).toBe(false);
  });
});

describe('what says the same of every plan of its kind', () => {
  it.each([
    ['hard_approval.action_type', true],
    ['quorum.several_people', true],
    ['autonomy.level', true],
    ['environment.justification_missing', false],
    ['production_safety.irreversible_change', false],
    ['autonomy', false],
    ['quorums.own_rule', false],
  ])('%s: %s', (rule, expected) => {
    expect(isRoutine({ rule })).toBe(expected);
  });
});

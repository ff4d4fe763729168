import { describe, expect, it, test } from 'vitest';
import { aDecision, at } from '../../testing/domain-samples.ts';
import { decideOnStop, type Decision } from './decision.ts';
import { gate, type GateFacts } from './gate.ts';
import type { Hold } from './hold.ts';

const now = at(0);
const until = (ms: number | null, rule = 'a.freeze'): Hold => ({
  rule,
  reason: `${rule} says so.`,
  until: ms === null ? null : at(ms).toISOString(),
});
const held = (outcome: Decision['outcome'], ...holds: Hold[]): Decision => aDecision(outcome, { holds });
const fault = { layer: 'DENY', rule: 'policy_engine.fault', message: 'No answer.', outcome: 'DENY' } as const;
const undecided = aDecision('DENY', { reasons: [fault] });

const cases: [string, Decision, GateFacts['approval'], string][] = [
  ['what policy allows', aDecision('ALLOW'), 'NONE', 'ALLOW'],
  ['what policy allows, and people approved all the same', aDecision('ALLOW'), 'GIVEN', 'ALLOW'],
  ['what policy allows now, and people had to approve and have not', aDecision('ALLOW'), 'MISSING', 'ASK'],
  ['what people must approve', aDecision('REQUIRE_APPROVAL'), 'NONE', 'ASK'],
  ['what people must approve and have not', aDecision('REQUIRE_APPROVAL'), 'MISSING', 'ASK'],
  ['what people approved', aDecision('REQUIRE_APPROVAL'), 'GIVEN', 'ALLOW'],
  ['what policy denies', aDecision('DENY'), 'NONE', 'DENY DENY it is.'],
  ['what policy denies and people approved', aDecision('DENY'), 'GIVEN', 'DENY DENY it is.'],

  ['what a rule holds', held('ALLOW', until(1)), 'NONE', 'HOLD a.freeze until 1'],
  [
    'what a rule holds and people approved',
    held('REQUIRE_APPROVAL', until(1)),
    'GIVEN',
    'HOLD a.freeze until 1',
  ],
  ['what a rule holds and people must approve', held('REQUIRE_APPROVAL', until(1)), 'NONE', 'ASK'],
  ['what a rule holds and another denies', held('DENY', until(1)), 'NONE', 'DENY DENY it is.'],
  ['what was held until now', held('ALLOW', until(0)), 'NONE', 'ALLOW'],
  [
    'the longest of several holds',
    held('ALLOW', until(5), until(9, 'b'), until(7)),
    'NONE',
    'HOLD b until 9',
  ],
  ['a hold without an end', held('ALLOW', until(9), until(null, 'b')), 'NONE', 'HOLD b until ?'],
  ['the first of equal holds', held('ALLOW', until(9, 'a'), until(9, 'b')), 'NONE', 'HOLD a until 9'],

  ['no verdict', undecided, 'NONE', 'HOLD policy_engine.fault until ?'],
  ['no verdict on what people approved', undecided, 'GIVEN', 'HOLD policy_engine.fault until ?'],
  ['no verdict on what people have not approved', undecided, 'MISSING', 'ASK'],

  ['no kill switch', decideOnStop(null), 'GIVEN', 'ALLOW'],
  [
    'a kill switch that pauses',
    decideOnStop({ mode: 'PAUSE', reason: 'incident 7' }),
    'GIVEN',
    'HOLD kill_switch.paused until ?',
  ],
  [
    'a kill switch that halts',
    decideOnStop({ mode: 'HALT', reason: 'incident 7' }),
    'GIVEN',
    'HOLD kill_switch.halted until ?',
  ],
];

const said = (facts: GateFacts): string => {
  const answer = gate(facts);
  if (answer.kind === 'DENY') return `DENY ${answer.reason}`;
  if (answer.kind !== 'HOLD') return answer.kind;
  const { rule, until: end } = answer.hold;
  return `HOLD ${rule} until ${end === null ? '?' : Date.parse(end) - now.getTime()}`;
};

test('an operator holds what is about to call a platform, and denies and asks nothing', () => {
  const control = until(null, 'platform.drained');
  expect(said({ now, decision: aDecision('ALLOW'), approval: 'GIVEN', control })).toBe(
    'HOLD platform.drained until ?',
  );
  expect(said({ now, decision: aDecision('DENY'), approval: 'GIVEN', control })).toBe('DENY DENY it is.');
  expect(said({ now, decision: aDecision('ALLOW'), approval: 'MISSING', control })).toBe('ASK');
});

describe('the gate', () => {
  it.each(cases)('%s', (_title, decision, approval, expected) => {
    expect(said({ now, decision, approval })).toBe(expected);
  });
});

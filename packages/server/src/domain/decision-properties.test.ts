import { decisionLayers, decisionOutcomes, environments, risks } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, stopRules, withoutStop } from './decision.ts';
import { traceOf } from './decision-trace.ts';
import type { Decision, DecisionFacts, PolicyVerdict } from './decision.ts';

const anyFindings = fc.array(fc.record({ rule: fc.string({ minLength: 1 }), message: fc.string() }), {
  maxLength: 3,
});

const anyVerdict: fc.Arbitrary<PolicyVerdict> = fc.record({
  deny: anyFindings,
  hard: anyFindings,
  require: anyFindings,
  autonomyLevel: fc.integer({ min: 0, max: 4 }),
  approval: fc.record({
    required: fc.integer({ min: 1, max: 5 }),
    expiresInMs: fc.integer({ min: 1 }),
    undoWindowMs: fc.nat(),
    stages: fc.constant([]),
    vetoGroups: fc.constant([]),
    mayEditorApprove: fc.constant(false),
    rememberRejectionMs: fc.constant(0),
    remindAfterMs: fc.constant([]),
    escalation: fc.constant(null),
    startWithinMs: fc.nat(),
  }),
});

const mode = fc.constantFrom('PAUSE', 'HALT');

const anyAnswer = anyVerdict.map((verdict) => ({ kind: 'verdict', verdict }) as const);

/** Facts with an engine that answered. */
const answered = fc.record({
  stop: fc.option(fc.record({ mode, reason: fc.string() })),
  policy: anyAnswer,
  environment: fc.constantFrom(...environments),
  risk: fc.constantFrom(...risks),
  hasSideEffects: fc.boolean(),
  requesterAsksApproval: fc.boolean(),
  autonomy: fc.option(
    fc.record({
      level: fc.integer({ min: 0, max: 4 }),
      of: fc.constantFrom('TENANT' as const, 'AGENT' as const),
      by: fc.string(),
      reason: fc.string(),
    }),
  ),
  grant: fc.constant(null),
  quality: fc.option(
    fc.record({
      total: fc.integer({ min: 0, max: 100 }),
      parts: fc.constant([]),
      isTentative: fc.boolean(),
    }),
  ),
});

const aGrant = {
  grantId: 'grant',
  by: 'Ada',
  target: '*',
  takes: 1,
  taken: 1,
  uses: 1,
  expiresAt: '2026-12-24T00:00:00.000Z',
};

const anyFacts: fc.Arbitrary<DecisionFacts> = fc.oneof(
  { weight: 4, arbitrary: answered },
  fc
    .tuple(answered, fc.string())
    .map(([facts, message]) => ({ ...facts, policy: { kind: 'fault', message } as const })),
);

/** 0 lets run, 1 asks people, 2 forbids. */
const strictness = (decision: Decision): number => decisionOutcomes.indexOf(decision.outcome);

const finding = { rule: 'a.rule', message: 'It spoke.' };

describe('decide, for any facts,', () => {
  it('never allows where a deny rule speaks', () => {
    const property = fc.property(answered, (facts) => {
      const { verdict } = facts.policy;
      const denied = { ...verdict, deny: [...verdict.deny, finding] };
      expect(decide({ ...facts, policy: { kind: 'verdict', verdict: denied } }).outcome).toBe('DENY');
    });
    fc.assert(property);
  });

  it.each(['hard', 'require'] as const)(
    'is never loosened by one more %s rule, and then never allows',
    (list) => {
      const property = fc.property(answered, (facts) => {
        const { verdict } = facts.policy;
        const asked = { ...verdict, [list]: [...verdict[list], finding] };
        const decision = decide({ ...facts, policy: { kind: 'verdict', verdict: asked } });
        expect(strictness(decision)).toBeGreaterThanOrEqual(Math.max(1, strictness(decide(facts))));
      });
      fc.assert(property);
    },
  );

  it('is never loosened by the requester asking for an approval', () => {
    const property = fc.property(anyFacts, (facts) => {
      const unasked = decide({ ...facts, requesterAsksApproval: false });
      const asked = decide({ ...facts, requesterAsksApproval: true });
      expect(strictness(asked)).toBe(Math.max(1, strictness(unasked)));
    });
    fc.assert(property);
  });

  it('is never loosened by a quality score', () => {
    const property = fc.property(anyFacts, (facts) => {
      const unscored = decide({ ...facts, quality: null });
      expect(strictness(decide(facts))).toBeGreaterThanOrEqual(strictness(unscored));
    });
    fc.assert(property);
  });

  it('is never loosened by a lower score, a lower autonomy level or a higher risk', () => {
    const property = fc.property(answered, (facts) => {
      const { verdict } = facts.policy;
      const { autonomyLevel } = verdict;
      const less = { ...verdict, autonomyLevel: Math.max(0, autonomyLevel - 1) };
      const riskier = risks[risks.indexOf(facts.risk) + 1] ?? facts.risk;
      const quality = facts.quality && { ...facts.quality, total: facts.quality.total / 2 };
      const autonomy = facts.autonomy && { ...facts.autonomy, level: Math.max(0, facts.autonomy.level - 1) };
      for (const worse of [
        { ...facts, quality },
        { ...facts, autonomy },
        { ...facts, risk: riskier },
        { ...facts, policy: { kind: 'verdict', verdict: less } as const },
      ]) {
        expect(strictness(decide(worse))).toBeGreaterThanOrEqual(strictness(decide(facts)));
      }
    });
    fc.assert(property);
  });

  it('denies on an engine fault, and is held by an engaged kill switch, whatever it says', () => {
    const property = fc.property(anyFacts, mode, fc.string(), (facts, stopMode, message) => {
      expect(decide({ ...facts, policy: { kind: 'fault', message } }).outcome).toBe('DENY');
      const free = decide({ ...facts, stop: null });
      const stopped = decide({ ...facts, stop: { mode: stopMode, reason: 'incident 7' } });
      expect(stopped.holds?.[0]).toMatchObject({ rule: stopRules[stopMode], until: null });
      expect({ ...stopped, holds: [] }).toEqual({ ...free, holds: [] });
      expect(withoutStop(stopped).holds ?? []).toEqual(free.holds ?? []);
    });
    fc.assert(property);
  });

  it('asks a person about every change at autonomy level 0', () => {
    const property = fc.property(answered, (facts) => {
      const verdict = { ...facts.policy.verdict, autonomyLevel: 0 };
      const decision = decide({
        ...facts,
        autonomy: null,
        hasSideEffects: true,
        policy: { kind: 'verdict', verdict },
      });
      expect(decision.outcome).not.toBe('ALLOW');
    });
    fc.assert(property);
  });

  it('decides the same facts the same way and leaves them as they were', () => {
    const property = fc.property(anyFacts, (facts) => {
      const before = structuredClone(facts);
      expect(decide(facts)).toEqual(decide(before));
      expect(facts).toEqual(before);
    });
    fc.assert(property);
  });

  it('names every rule that spoke, gives the strictest outcome, and terms exactly where it asks', () => {
    const property = fc.property(answered, (facts) => {
      const decision = decide(facts);
      const { deny, hard, require, approval } = facts.policy.verdict;
      const named = new Set(decision.reasons.map((reason) => reason.rule));
      for (const { rule } of [...deny, ...hard, ...require]) expect(named).toContain(rule);
      const outcomes = decision.reasons.map((reason) => decisionOutcomes.indexOf(reason.outcome));
      expect(strictness(decision)).toBe(Math.max(...outcomes));
      expect(decision.approval).toEqual(decision.outcome === 'REQUIRE_APPROVAL' ? approval : undefined);
    });
    fc.assert(property);
  });

  it('lets a grant turn a question into a yes, and nothing else into anything', () => {
    const property = fc.property(anyFacts, (facts) => {
      const without = decide(facts);
      const granted = decide({ ...facts, grant: aGrant });
      if (without.outcome === 'REQUIRE_APPROVAL' && granted.outcome === 'ALLOW') {
        expect(granted.grant).toEqual(aGrant);
        const asked = granted.reasons.filter(({ outcome }) => outcome === 'REQUIRE_APPROVAL');
        for (const { answeredBy, layer } of asked) {
          expect(answeredBy).toBe('grant');
          expect(['RULE', 'AUTONOMY', 'SCORE']).toContain(layer);
        }
      } else expect(granted).toEqual(without);
    });
    fc.assert(property);
  });

  it('tells its whole way: every layer once at least, in order, and every reason', () => {
    const property = fc.property(anyFacts, (facts) => {
      const { reasons, holds = [] } = decide(facts);
      const trace = traceOf(reasons, holds);
      const layers = [...new Set(trace.map(({ layer }) => layer))];
      expect(layers).toEqual(decisionLayers);
      const spoken = trace.filter(({ verdict }) => verdict !== 'SILENT');
      expect(spoken).toHaveLength(reasons.length + holds.length);
      for (const { message } of trace) expect(message).toBeTypeOf('string');
    });
    fc.assert(property);
  });
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { PolicyVerdict } from './decision.ts';
import { scoreOf, type ScoredPlan, type ScoredFacts } from './quality-score.ts';
import { noCounts, type TrackCounts, type TrackRecord } from './track-record.ts';

const plan: ScoredPlan = {
  hasUnknownAction: false,
  phases: 1,
  steps: [{ name: 'step-1', category: 'WRITE', targets: 1, isGate: false }],
};

const verdict = (parts: Partial<PolicyVerdict> = {}): ScoredFacts['policy'] => ({
  kind: 'verdict',
  verdict: {
    deny: [],
    hard: [],
    require: [],
    autonomyLevel: 0,
    approval: {
      required: 1,
      stages: [],
      vetoGroups: [],
      mayEditorApprove: false,
      rememberRejectionMs: 0,
      remindAfterMs: [],
      escalation: null,
      expiresInMs: 1_000,
      undoWindowMs: 0,
      startWithinMs: 1_000,
    },
    ...parts,
  },
});

const finding = (rule: string) => ({ rule, message: 'Something is found.' });

const record = (parts: Partial<TrackCounts> = {}, tried: TrackRecord['tried'] = []): TrackRecord => ({
  all: { ...noCounts, ...parts },
  like: { ...noCounts, ...parts },
  tried,
});

const scored = (parts: Partial<ScoredFacts> = {}) =>
  scoreOf({ plan, policy: verdict(), record: record(), terms: {}, ...parts });
const points = (parts: Partial<ScoredFacts> = {}) => scored(parts).parts.map((part) => part.points);

const inDevelopment = { environment: 'DEVELOPMENT', runs: 2, taskId: 'task-1' } as const;
const inStaging = { environment: 'STAGING', runs: 1, taskId: 'task-2' } as const;

describe('a score', () => {
  test.each<[title: string, parts: Partial<ScoredFacts>, expected: number[]]>([
    ['of a newcomer grants half of what nobody knows', {}, [20, 20, 0, 10, 10]],
    ['of what nobody can read grants nothing of it', { record: null }, [20, 20, 0, 0, 0]],
    ['counts where the same plan ran', { record: record({}, [inDevelopment]) }, [20, 20, 10, 10, 10]],
    ['counts both', { record: record({}, [inDevelopment, inStaging]) }, [20, 20, 20, 10, 10]],
    ['rises with successes', { record: record({ succeeded: 15 }) }, [20, 20, 0, 18, 10]],
    ['falls with failures', { record: record({ succeeded: 5, failed: 10 }) }, [20, 20, 0, 8, 10]],
    ['falls with rollbacks', { record: record({ rolledBack: 5 }) }, [20, 20, 0, 5, 10]],
    ['falls with what needed a person', { record: record({ needsAttention: 5 }) }, [20, 20, 0, 5, 10]],
    ['rises with approvals', { record: record({ approved: 4 }) }, [20, 20, 0, 10, 15]],
    ['falls with rejections', { record: record({ rejected: 4 }) }, [20, 20, 0, 10, 5]],
    ['rises with the best feedback', { record: record({ rated: 4, stars: 20 }) }, [20, 20, 0, 10, 15]],
    [
      'falls with feedback that finds fault',
      { record: record({ rated: 4, stars: 4, faults: 4 }) },
      [20, 20, 0, 6, 5],
    ],
    [
      'falls with findings, and not with what is said of every plan of its kind',
      {
        policy: verdict({
          require: [finding('a.b'), finding('quorum.several_people')],
          hard: [finding('hard_approval.x')],
        }),
      },
      [20, 15, 0, 10, 10],
    ],
    [
      'has nothing of policy where a rule denies',
      { policy: verdict({ deny: [finding('a.b')] }) },
      [20, 0, 0, 10, 10],
    ],
    [
      'has nothing of policy where that fails',
      { policy: { kind: 'fault', message: 'No.' } },
      [20, 0, 0, 10, 10],
    ],
    [
      'has nothing of structure for what nobody knows',
      { plan: { ...plan, hasUnknownAction: true } },
      [0, 20, 0, 10, 10],
    ],
    [
      'falls with a change of nothing, and with many at once',
      {
        plan: {
          ...plan,
          steps: [
            { name: 'a', category: 'WRITE', targets: 0, isGate: false },
            { name: 'b', category: 'DEPLOY', targets: 11, isGate: false },
          ],
        },
      },
      [10, 20, 0, 10, 10],
    ],
    ['falls where phases follow each other unseen', { plan: { ...plan, phases: 2 } }, [15, 20, 0, 10, 10]],
  ])('%s', (_title, parts, expected) => {
    expect(points(parts)).toEqual(expected);
  });

  it('comes to the numbers of the published example', () => {
    const facts: Partial<ScoredFacts> = {
      policy: verdict({ require: [finding('production_safety.irreversible_change')] }),
      record: record({ succeeded: 5, approved: 4 }, [inStaging]),
    };
    expect(points(facts)).toEqual([20, 15, 10, 15, 15]);
    expect(scored(facts)).toMatchObject({
      total: 75,
      allowedEnvironments: ['DEVELOPMENT', 'STAGING', 'PRODUCTION'],
    });
  });

  it('tells why, with its counts and the tasks that show it', () => {
    const { parts, isTentative } = scored({ record: record({ succeeded: 5, failed: 1 }, [inDevelopment]) });
    expect(parts[2]).toMatchObject({
      why: 'The same plan: ran 2 times in development and succeeded; not run in staging.',
      facts: { DEVELOPMENT: 2 },
      taskIds: ['task-1'],
    });
    expect(parts[3]).toMatchObject({
      why: 'In 90 days 5 succeeded, 1 failed, 0 rolled back, 0 needed a person.',
      facts: { succeeded: 5, failed: 1 },
    });
    expect(isTentative).toBe(false);
  });

  it('stays within its bounds, never falls with a success and never rises with a fault', () => {
    const few = fc.nat({ max: 500 });
    const counts = fc.record({
      succeeded: few,
      failed: few,
      rolledBack: few,
      needsAttention: few,
      approved: few,
      rejected: few,
      rated: fc.constant(0),
      stars: fc.constant(0),
      faults: few,
    });
    fc.assert(
      fc.property(counts, (given) => {
        const { total, parts } = scored({ record: record(given) });
        for (const part of parts)
          expect(part.points >= 0 && part.points <= 20 && Number.isInteger(part.points)).toBe(true);
        for (const better of ['succeeded', 'approved'] as const)
          expect(
            scored({ record: record({ ...given, [better]: given[better] + 1 }) }).total,
          ).toBeGreaterThanOrEqual(total);
        for (const worse of ['failed', 'rolledBack', 'needsAttention', 'rejected', 'faults'] as const)
          expect(
            scored({ record: record({ ...given, [worse]: given[worse] + 1 }) }).total,
          ).toBeLessThanOrEqual(total);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { habitsOf, type MadeDecisionOf } from './habits.ts';

const one = (parts: Partial<MadeDecisionOf> = {}): MadeDecisionOf => ({
  reviewerId: 'ann',
  verdict: 'APPROVE',
  tookMs: 60_000,
  hasViewed: true,
  ...parts,
});
const times = (count: number, parts: Partial<MadeDecisionOf> = {}) =>
  Array.from({ length: count }, () => one(parts));

describe('how somebody decides', () => {
  it.each([
    ['who looks at what they approve', times(20), false],
    ['who approves all within two seconds', times(20, { tookMs: 900 }), true],
    ['of whom nine hasty approvals are known', times(9, { tookMs: 900 }), false],
    ['who approves half of them so', [...times(10), ...times(10, { tookMs: 1_999 })], true],
    ['who takes two seconds', times(20, { tookMs: 2_000 }), false],
    ['who never has the change on screen', times(20, { hasViewed: false }), true],
    ['of whom that is not known', times(20, { hasViewed: null }), false],
    ['who rejects within two seconds', times(20, { verdict: 'REJECT', tookMs: 900 }), false],
  ])('is a sign, or not, of %s', (_title, decisions, isSign) => {
    expect(habitsOf(decisions)[0]?.isSign).toBe(isSign);
  });

  it('says the middle of the times, and the shares of approvals alone', () => {
    const decisions = [
      one({ tookMs: 1_000, hasViewed: false }),
      one({ tookMs: 5_000 }),
      one({ tookMs: 3_000, hasViewed: null }),
      one({ tookMs: 9_000, verdict: 'REJECT', hasViewed: false }),
    ];
    expect(habitsOf(decisions)).toEqual([
      {
        reviewerId: 'ann',
        approvals: 3,
        rejections: 1,
        medianMs: 4_000,
        hastyShare: 1 / 3,
        unviewedShare: 0.5,
        decoysCaught: 0,
        decoysApproved: 0,
        decoyMedianMs: null,
        isSign: false,
      },
    ]);
  });

  it('tells of decoys apart from decisions, and takes two that were approved for a sign', () => {
    const decoy = (result: 'CAUGHT' | 'APPROVED', tookMs: number) => ({ reviewerId: 'ann', result, tookMs });
    const [caught] = habitsOf([one()], [decoy('CAUGHT', 8_000)]);
    expect(caught).toMatchObject({
      approvals: 1,
      medianMs: 60_000,
      decoysCaught: 1,
      decoyMedianMs: 8_000,
      isSign: false,
    });
    expect(habitsOf([], [decoy('APPROVED', 900)])[0]).toMatchObject({ decoysApproved: 1, isSign: false });
    const twice = [decoy('APPROVED', 900), decoy('APPROVED', 1_100), decoy('CAUGHT', 4_000)];
    expect(habitsOf([], twice)[0]).toMatchObject({ approvals: 0, decoyMedianMs: 1_100, isSign: true });
  });

  it('counts every decision once, whoever made it and in whatever order', () => {
    const any = fc.record({
      reviewerId: fc.constantFrom('ann', 'bea', 'cem'),
      verdict: fc.constantFrom('APPROVE' as const, 'REJECT' as const),
      tookMs: fc.nat(),
      hasViewed: fc.constantFrom(true, false, null),
    });
    fc.assert(
      fc.property(fc.array(any), (decisions) => {
        const habits = habitsOf(decisions);
        const count = habits.reduce((sum, { approvals, rejections }) => sum + approvals + rejections, 0);
        expect(count).toBe(decisions.length);
        const byName = (all: typeof habits) =>
          all.toSorted((a, b) => a.reviewerId.localeCompare(b.reviewerId));
        expect(byName(habitsOf(decisions.toReversed()))).toEqual(byName(habits));
      }),
    );
  });
});

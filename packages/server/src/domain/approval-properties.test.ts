import { approvalStatuses, verdicts, type Verdict } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAgent, anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import { review, withdraw } from './approval.ts';
import { standingApprovals, type ApprovalRequest, type CountedReview } from './approval-request.ts';
import type { Caller } from './principal.ts';

const people = ['ann', 'ben', 'cy', 'dee', 'eve'].map((id) => aPerson(id));
const others = [
  anAgent({ roles: ['APPROVER'] }),
  aPerson('owner'),
  aPerson('vic', { roles: ['VIEWER'] }),
  aPerson('ann', { tenantId: 'elsewhere' }),
];
const everybody = [...people, ...others];

interface Act {
  readonly who: Caller;
  readonly verdict: Verdict;
  readonly afterMs: number;
}
interface OpenRequest {
  request: ApprovalRequest;
  readonly reviews: CountedReview[];
  readonly statuses: string[];
  nowMs: number;
}

const newRequest = (required: number): OpenRequest => ({
  request: anApproval({ required }),
  reviews: [],
  statuses: [],
  nowMs: 0,
});

/** Takes a vote as the service does: a refused one leaves no trace. */
const vote = (open: OpenRequest, { who, verdict, afterMs }: Act): boolean => {
  open.nowMs += afterMs;
  const { request, reviews, nowMs } = open;
  const on = { revision: request.revision, planHash: request.planHash };
  const outcome =
    verdict === 'WITHDRAW'
      ? withdraw(request, reviews, who, on, at(nowMs))
      : review(request, reviews, who, verdict, on, at(nowMs));
  if (!outcome.ok) return false;
  open.request = outcome.value.request;
  open.statuses.push(open.request.status);
  reviews.push(aReview(who.id, { verdict, at: at(nowMs), id: `r${reviews.length}` }));
  return true;
};

const anyAct: fc.Arbitrary<Act> = fc.record({
  who: fc.constantFrom(...everybody),
  verdict: fc.constantFrom<Verdict>('APPROVE', 'APPROVE', 'APPROVE', 'WITHDRAW', 'REQUEST_CHANGES', 'REJECT'),
  afterMs: fc.oneof(fc.constant(0), fc.nat({ max: 6_000 }), fc.nat({ max: 600_000 })),
});
const anyActs = fc.array(anyAct, { maxLength: 25 });
const anyRequired = fc.integer({ min: 1, max: 4 });

const everyRequest = (check: (open: OpenRequest, acts: readonly Act[]) => void): void => {
  const property = fc.property(anyRequired, anyActs, (required, acts) => {
    const open = newRequest(required);
    acts.forEach((act) => vote(open, act));
    check(open, acts);
  });
  fc.assert(property, { numRuns: 300 });
};

describe('whoever votes in whatever order,', () => {
  it('nobody counts twice, and nobody who may not decide counts at all', () => {
    everyRequest(({ request, reviews }) => {
      const standing = [...standingApprovals(reviews, request.planHash)];
      expect(new Set(standing).size).toBe(standing.length);
      for (const id of standing) expect(people.map((person) => person.id)).toContain(id);
      for (const { reviewerId } of reviews) expect(people.map((person) => person.id)).toContain(reviewerId);
    });
  });

  it('a request is approved exactly while enough distinct people stand behind it', () => {
    everyRequest(({ request, reviews }) => {
      const { size } = standingApprovals(reviews, request.planHash);
      if (request.status === 'APPROVED') expect(size).toBe(request.required);
      if (request.status === 'PENDING') expect(size).toBeLessThan(request.required);
    });
  });

  it('a rejection is the last word', () => {
    everyRequest(({ statuses }) => {
      const rejected = statuses.indexOf('REJECTED');
      if (rejected >= 0) expect(rejected).toBe(statuses.length - 1);
    });
  });

  it('an approval is effective after its undo window, and only while it stands', () => {
    everyRequest(({ request, reviews }) => {
      const last = reviews.at(-1);
      if (request.status === 'APPROVED') {
        expect(request.effectiveAt?.getTime()).toBe((last?.at.getTime() ?? 0) + request.undoWindowMs);
      } else {
        expect(request.effectiveAt).toBeNull();
      }
    });
  });

  it('nothing is decided after the time to decide', () => {
    everyRequest(({ request, reviews }) => {
      for (const { at: when, verdict } of reviews) {
        if (verdict !== 'WITHDRAW') expect(when.getTime()).toBeLessThan(request.expiresAt.getTime());
      }
    });
  });

  it('a request keeps what it asks for', () => {
    everyRequest(({ request }) => {
      const { status: _s, resolvedAt: _r, effectiveAt: _e, ...kept } = request;
      const {
        status: _s2,
        resolvedAt: _r2,
        effectiveAt: _e2,
        ...asked
      } = anApproval({ required: request.required });
      expect(kept).toEqual(asked);
    });
  });
});

describe('within one stage', () => {
  it('the order of approvals does not matter', () => {
    const anyOrders = fc
      .subarray(people, { minLength: 1 })
      .chain((some) =>
        fc.tuple(
          fc.constant(some),
          fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length }),
        ),
      );
    const property = fc.property(anyRequired, anyOrders, (required, [some, shuffled]) => {
      const results = [some, shuffled].map((order) => {
        const open = newRequest(required);
        order.forEach((who) => vote(open, { who, verdict: 'APPROVE', afterMs: 0 }));
        return {
          status: open.request.status,
          effectiveAt: open.request.effectiveAt,
          count: open.reviews.length,
        };
      });
      expect(results[0]).toEqual(results[1]);
    });
    fc.assert(property);
  });

  it('the order in which reviews are read does not matter where their times differ', () => {
    const anyReviews = fc
      .array(fc.record({ who: fc.constantFrom(...people), verdict: fc.constantFrom(...verdicts) }), {
        maxLength: 12,
      })
      .map((all) => all.map(({ who, verdict }, index) => aReview(who.id, { verdict, at: at(index) })));
    const anyReadings = anyReviews.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    const property = fc.property(anyReadings, ([all, shuffled]) => {
      expect(standingApprovals(shuffled, 'plan-hash')).toEqual(standingApprovals(all, 'plan-hash'));
    });
    fc.assert(property);
  });
});

describe('a late vote', () => {
  it('changes nothing once the request is over', () => {
    const over = approvalStatuses.filter((status) => status !== 'PENDING' && status !== 'APPROVED');
    const property = fc.property(
      fc.constantFrom(...over),
      anyActs,
      fc.array(fc.constantFrom(...people)),
      (status, acts, stood) => {
        const open = newRequest(2);
        open.request = anApproval({ status, resolvedAt: at(0), required: 2 });
        stood.forEach(({ id }) => open.reviews.push(aReview(id, { at: at(0) })));
        const before = structuredClone(open.request);
        for (const act of acts) expect(vote(open, act)).toBe(false);
        expect(open.request).toEqual(before);
      },
    );
    fc.assert(property);
  });

  it('changes nothing once the undo window is over', () => {
    const property = fc.property(anyRequired, anyActs, (required, acts) => {
      const open = newRequest(required);
      people.forEach((who) => vote(open, { who, verdict: 'APPROVE', afterMs: 1 }));
      expect(open.request.status).toBe('APPROVED');
      open.nowMs = open.request.effectiveAt?.getTime() ?? 0;
      open.nowMs -= at(0).getTime();
      const before = structuredClone(open.request);
      for (const act of acts) expect(vote(open, act)).toBe(false);
      expect(open.request).toEqual(before);
    });
    fc.assert(property);
  });
});

describe('an approval that was taken back', () => {
  it('can be given again, and the request is as if it had been given once, later', () => {
    const property = fc.property(
      anyRequired,
      fc.nat({ max: 9_999 }),
      fc.nat({ max: 1_000 }),
      (required, pauseMs, againMs) => {
        const [last, ...first] = people.slice(0, required);
        const open = newRequest(required);
        const approve = (who: Caller | undefined, afterMs: number): boolean =>
          who !== undefined && vote(open, { who, verdict: 'APPROVE', afterMs });
        first.forEach((who) => approve(who, 1));
        expect(approve(last, 1)).toBe(true);
        expect(open.request.status).toBe('APPROVED');
        expect(last && vote(open, { who: last, verdict: 'WITHDRAW', afterMs: pauseMs })).toBe(true);
        expect(open.request).toMatchObject({ status: 'PENDING', effectiveAt: null, resolvedAt: null });
        expect(standingApprovals(open.reviews, 'plan-hash').size).toBe(required - 1);
        expect(approve(last, againMs)).toBe(true);
        expect(open.request).toMatchObject({ status: 'APPROVED', effectiveAt: at(open.nowMs + 10_000) });
      },
    );
    fc.assert(property);
  });
});

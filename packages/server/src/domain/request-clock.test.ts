import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anApproval, at } from '../../testing/domain-samples.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { nextTurnOf, turn } from './request-clock.ts';

const minute = 60_000;
const clocked = (parts: Partial<ApprovalRequest> = {}): ApprovalRequest => {
  const request = anApproval({
    remindAfterMs: [10 * minute, 20 * minute],
    escalateAfterMs: 30 * minute,
    escalateTo: 'managers',
    ...parts,
  });
  return { ...request, nextTurnAt: nextTurnOf(request) };
};

describe('the clock of a request', () => {
  it('reminds, reminds again, escalates, and then only the end is left', () => {
    const told: string[] = [];
    let request = clocked();
    for (let minutes = 0; minutes <= 70; minutes += 5) {
      const now = at(minutes * minute);
      const isDue = request.nextTurnAt !== null && request.nextTurnAt <= now;
      const turned = turn(request, now);
      expect(isDue).toBe(turned.isReminded || turned.isEscalated);
      if (turned.isReminded) told.push(`${minutes} reminded`);
      if (turned.isEscalated) told.push(`${minutes} escalated`);
      ({ request } = turned);
    }
    expect(told).toEqual(['10 reminded', '20 reminded', '30 escalated']);
    expect(request).toMatchObject({ status: 'PENDING', required: 1, nextTurnAt: null });
  });

  it('makes one reminder of those that nobody was there to send', () => {
    expect(turn(clocked(), at(25 * minute))).toMatchObject({
      isReminded: true,
      isEscalated: false,
      request: { remindersSent: 2, nextTurnAt: at(30 * minute) },
    });
  });

  it.each(['APPROVED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'SUPERSEDED'] as const)(
    'leaves a request alone that is %s',
    (status) => {
      const request = clocked({ status });
      expect(turn(request, at(40 * minute))).toEqual({ request, isReminded: false, isEscalated: false });
    },
  );

  it('does nothing that would come with the end or behind it', () => {
    expect(nextTurnOf(clocked({ remindAfterMs: [60 * minute], escalateAfterMs: 61 * minute }))).toBeNull();
    expect(turn(clocked(), at(60 * minute))).toMatchObject({ isReminded: false, isEscalated: false });
  });

  it('never decides, never asks for fewer, and has nothing left to do at once, whenever it is looked at', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 5 }),
        fc.option(fc.integer({ min: 1, max: 90 }), { nil: null }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
        (reminders, escalation, moments) => {
          let request = clocked({
            remindAfterMs: reminders.map((minutes) => minutes * minute),
            escalateAfterMs: escalation === null ? null : escalation * minute,
          });
          for (const minutes of moments.toSorted((a, b) => a - b)) {
            const now = at(minutes * minute);
            const before = request;
            ({ request } = turn(request, now));
            expect(request).toMatchObject({
              status: 'PENDING',
              required: before.required,
              stages: before.stages,
            });
            expect(turn(request, now)).toMatchObject({ isReminded: false, isEscalated: false });
            if (request.nextTurnAt !== null && now < request.expiresAt)
              expect(request.nextTurnAt.getTime()).toBeGreaterThan(now.getTime());
          }
        },
      ),
    );
  });
});

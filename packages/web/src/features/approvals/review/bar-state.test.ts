// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { barState, type BarFacts } from './bar-state.ts';

const now = Date.UTC(2026, 10, 21, 10, 0, 0);
const later = (ms: number): string => new Date(now + ms).toISOString();

const facts = (approval: Partial<BarFacts['approval']> = {}, rest: Partial<BarFacts> = {}): BarFacts => ({
  approval: {
    id: 'a1',
    status: 'PENDING',
    revision: 2,
    required: 1,
    given: 0,
    expiresAt: later(60_000),
    effectiveAt: null,
    undoWindowMs: 10_000,
    viewerCanApprove: true,
    viewerCanReject: true,
    viewerCanWithdraw: false,
    viewerIneligibility: null,
    viewerApprovalRefusal: null,
    reviews: [],
    decoy: null,
    task: { mode: 'APPLY', status: 'AWAITING_APPROVAL', approval: null },
    ...approval,
  },
  hasChanged: false,
  hasUnseen: false,
  phase: 'live',
  nowMs: now,
  ...rest,
});

const mei = { id: 'p1', type: 'HUMAN', name: 'Mei' } as const;
const review = (verdict: 'APPROVE' | 'REJECT' | 'WITHDRAW') => ({
  id: verdict,
  verdict,
  comment: null,
  at: later(0),
  reviewer: mei,
});

describe('the action bar while a request is open', () => {
  it.each([
    [{}, 'Approve rev 2 and run'],
    [{ undoWindowMs: 0 }, 'Approve rev 2 and run now'],
    [{ required: 2 }, 'Approve rev 2 (1 more needed)'],
    [{ required: 3, given: 1 }, 'Approve rev 2 (1 more needed)'],
    [{ required: 2, given: 1 }, 'Approve rev 2 and run'],
    [{ task: { mode: 'PLAN', status: 'AWAITING_APPROVAL', approval: null } }, 'Approve rev 2'],
  ] as const)('says what a press does: %o', (approval, label) => {
    expect(barState(facts(approval))).toEqual({
      kind: 'open',
      approveLabel: label,
      lock: null,
      caution: null,
      canReject: true,
    });
  });

  it.each([
    ['a newer plan', { hasChanged: true }, /changed while you were reading/u, false],
    ['no network', { phase: 'offline' }, /Offline/u, false],
    ['no session', { phase: 'ended' }, /Sign in/u, false],
    ['parts that nobody saw, which do not stop a rejection', { hasUnseen: true }, /to its end/u, true],
  ] as const)('is locked by %s, with the reason', (_what, rest, words, canReject) => {
    expect(barState(facts({}, rest))).toMatchObject({
      kind: 'open',
      approveLabel: 'Approve rev 2 and run',
      lock: expect.stringMatching(words),
      canReject,
    });
  });

  it.each([
    ['connecting', null],
    ['live', null],
    ['reconnecting', /never later/u],
    ['polling', /never later/u],
  ] as const)('says what holds for a press while %s', (phase, words) => {
    expect(barState(facts({}, { phase }))).toMatchObject({
      lock: null,
      caution: words && expect.stringMatching(words),
    });
  });

  it('locks itself when its time is over, before the server says so', () => {
    expect(barState(facts({}, { nowMs: now + 60_000 }))).toMatchObject({ kind: 'sentence' });
  });

  it('gives the reason instead of dead buttons to someone who may not decide', () => {
    const viewerIneligibility = {
      code: 'SELF_APPROVAL',
      message: 'You asked for this.',
      retriable: false,
      retryAfterMs: null,
    } as const;
    expect(barState(facts({ viewerCanApprove: false, viewerCanReject: false, viewerIneligibility }))).toEqual(
      {
        kind: 'sentence',
        words: 'You asked for this.',
      },
    );
  });

  it('says why approving waits to someone who may reject all the same', () => {
    const viewerApprovalRefusal = {
      code: 'NOT_ELIGIBLE',
      message: 'Your turn comes later.',
      retriable: false,
      retryAfterMs: null,
    } as const;
    expect(barState(facts({ viewerCanApprove: false, viewerApprovalRefusal }))).toMatchObject({
      kind: 'open',
      lock: 'Your turn comes later.',
      canReject: true,
    });
  });

  it('offers to take back an approval that waits for others', () => {
    const given = facts({ viewerCanApprove: false, viewerCanWithdraw: true, required: 2, given: 1 });
    expect(barState(given)).toEqual({ kind: 'given', words: 'You approved. 1 more needed before it runs.' });
  });
});

describe('the action bar after the end', () => {
  it('runs the undo window down, then only says who approved', () => {
    const held = {
      status: 'APPROVED',
      effectiveAt: later(8_000),
      viewerCanWithdraw: true,
      reviews: [review('APPROVE')],
    } as const;
    expect(barState(facts({ ...held, reviews: [...held.reviews] }))).toEqual({
      kind: 'held',
      effectiveAtMs: now + 8_000,
      canWithdraw: true,
      words: 'Approved by Mei',
    });
    expect(barState(facts({ ...held, reviews: [...held.reviews] }, { nowMs: now + 8_000 }))).toEqual({
      kind: 'sentence',
      words: 'Approved by Mei.',
    });
  });

  it.each([
    ['QUEUED', 'APPLY', 'Approved by Mei.'],
    ['SUCCEEDED', 'APPLY', 'Approved by Mei, and it succeeded.'],
    ['SUCCEEDED', 'NOOP', 'Approved by Mei, and its no-op passed.'],
    ['SUCCEEDED', 'PLAN', 'Approved by Mei, and nothing was to run.'],
    ['FAILED', 'APPLY', 'Approved by Mei, and it failed.'],
    ['ROLLED_BACK', 'APPLY', 'Approved by Mei, and it was rolled back.'],
  ] as const)('says what became of what was approved: %s, %s', (status, mode, words) => {
    const reviews = [review('APPROVE')];
    expect(barState(facts({ status: 'APPROVED', reviews, task: { mode, status, approval: null } }))).toEqual({
      kind: 'sentence',
      words,
    });
  });

  it('gives the reason of a rejection with the name', () => {
    const reviews = [{ ...review('REJECT'), comment: 'Wrong time: wait for Friday' }];
    expect(barState(facts({ status: 'REJECTED', reviews }))).toEqual({
      kind: 'sentence',
      words: 'Rejected by Mei, nothing ran: “Wrong time: wait for Friday”',
    });
  });

  it('does not name someone who took the approval back', () => {
    const reviews = [review('APPROVE'), review('WITHDRAW')];
    expect(barState(facts({ status: 'EXPIRED', reviews }))).toEqual({
      kind: 'sentence',
      words: 'Expired before anyone decided. Nothing ran.',
    });
    expect(barState(facts({ status: 'APPROVED', reviews }))).toMatchObject({ words: 'Approved.' });
  });

  it('says of a decoy that it was one, and who did what with it', () => {
    const decoy = { result: 'CAUGHT' as const, decidedBy: { id: 'p1', name: 'Mei' } };
    expect(barState(facts({ status: 'CANCELLED', decoy }))).toEqual({
      kind: 'sentence',
      words:
        'A decoy that Mei caught. It could run nothing: its goal is one task’s, and its change another’s.',
    });
  });

  it('leads from a superseded revision to the one that took its place', () => {
    const approval = { __typename: 'ApprovalRequest', id: 'a2', revision: 3, planHash: 'h' } as const;
    expect(
      barState(
        facts({ status: 'SUPERSEDED', task: { mode: 'APPLY', status: 'AWAITING_APPROVAL', approval } }),
      ),
    ).toEqual({
      kind: 'superseded',
      revision: 3,
      nextId: 'a2',
    });
  });
});

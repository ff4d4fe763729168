// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { noteFor } from './decision-note.ts';

const now = Date.UTC(2026, 10, 21, 10, 0, 0);
const subject = { approvalId: 'a1', title: 'Do it', on: { taskId: 't1', revision: 1, planHash: 'h' } };
const approval = {
  __typename: 'ApprovalRequest',
  id: 'a1',
  revision: 1,
  status: 'APPROVED',
  required: 1,
  given: 1,
  effectiveAt: null,
  resolvedAt: null,
  undoWindowMs: 10_000,
  viewerCanApprove: false,
  viewerCanReject: false,
  viewerCanWithdraw: true,
} as const;

describe('noteFor', () => {
  it('can be undone until the server lets it run, by the server’s clock', () => {
    const effectiveAt = new Date(now + 9_700).toISOString();
    expect(noteFor('approve', subject, { ...approval, reviews: [], effectiveAt }, now)).toMatchObject({
      words: 'Approved.',
      undoUntilMs: now + 9_700,
    });
  });

  it('offers no undo where it runs at once', () => {
    expect(noteFor('approve', subject, { ...approval, reviews: [] }, now)).toMatchObject({
      words: 'Approved. It runs now.',
      undoUntilMs: null,
    });
  });

  it('says how many are still needed', () => {
    const pending = { ...approval, status: 'PENDING', required: 3, given: 1 } as const;
    expect(noteFor('approve', subject, { ...pending, reviews: [] }, now)).toMatchObject({
      words: 'Approved. 2 more needed.',
    });
  });

  it('never claims that something ran', () => {
    expect(noteFor('reject', subject, null, now).words).toBe('Rejected. Nothing ran.');
    expect(noteFor('withdraw', subject, null, now).words).toBe('Taken back. Nothing ran.');
  });
});

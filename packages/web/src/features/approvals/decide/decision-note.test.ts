// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { finalStatuses, type TaskStatus } from '@countersign/shared';
import { noteFor, readNote } from './decision-note.ts';

const now = Date.UTC(2026, 10, 21, 10, 0, 0);
const subject = { approvalId: 'a1', title: 'Do it', on: { taskId: 't1', revision: 1, planHash: 'h' } };
const approval = {
  __typename: 'ApprovalRequest' as const,
  id: 'a1',
  revision: 1,
  status: 'APPROVED' as const,
  required: 1,
  given: 1,
  stages: [],
  effectiveAt: null as string | null,
  resolvedAt: null,
  staleSince: null,
  undoWindowMs: 10_000,
  viewerCanApprove: false,
  viewerCanReject: false,
  viewerCanWithdraw: true,
  reviews: [],
  decoy: null,
};
const effectiveAt = new Date(now + 9_700).toISOString();
const pending = { ...approval, status: 'PENDING' as const, required: 3 };

describe('readNote', () => {
  it('can be undone until the server lets it run, by the server’s clock', () => {
    const note = noteFor('approve', subject, { ...approval, effectiveAt }, now);
    expect(readNote(note, now + 5_000)).toEqual({
      words: 'Approved. Runs in 5 s.',
      shownUntilMs: now + 69_700,
      canUndo: true,
      runsAtMs: now + 9_700,
    });
  });

  it('stays until it is known what came of it, and says that', () => {
    const note = noteFor('approve', subject, { ...approval, effectiveAt }, now);
    const after = (status: TaskStatus, mode: 'APPLY' | 'NOOP' = 'APPLY') =>
      readNote(note, now + 12_000, note.approval, {
        status,
        mode,
        updatedAt: new Date(now + 11_000).toISOString(),
      });
    expect(after('RUNNING')).toMatchObject({ words: 'Approved. It runs now.', shownUntilMs: now + 69_700 });
    expect(after('SUCCEEDED')).toMatchObject({ words: 'Approved, and it succeeded.', canUndo: false });
    expect(after('SUCCEEDED', 'NOOP').words).toBe('Approved, and its no-op passed.');
    expect(after('FAILED').shownUntilMs).toBe(now + 21_000);
    expect(after('DENIED').words).toBe('Approved, and policy stopped it: nothing ran.');
    expect(after('EXPIRED').words).toBe('Approved, and its time to begin was over: nothing ran.');
    expect(after('NEEDS_ATTENTION').words).toBe('Approved, and it needs attention.');
    for (const status of finalStatuses) expect(after(status).shownUntilMs).toBe(now + 21_000);
  });

  it('offers no undo where it runs at once', () => {
    expect(readNote(noteFor('approve', subject, approval, now), now)).toMatchObject({
      words: 'Approved. It runs now.',
      canUndo: false,
    });
  });

  it('says how many are still needed, and starts no clock for it', () => {
    expect(readNote(noteFor('approve', subject, pending, now), now)).toMatchObject({
      words: 'Approved. 2 more needed.',
      canUndo: true,
      runsAtMs: null,
    });
  });

  it('follows what others decide on the same request', () => {
    const note = noteFor('approve', subject, pending, now);
    const read = (newer: Partial<Omit<typeof pending, 'status'>> & { status?: 'APPROVED' | 'REJECTED' }) =>
      readNote(note, now + 2_000, { ...pending, ...newer });
    expect(read({ status: 'APPROVED', given: 3, effectiveAt })).toMatchObject({
      words: 'Approved. Runs in 8 s.',
      canUndo: true,
    });
    const mei = { id: 'm', type: 'HUMAN' as const, name: 'Mei' };
    const reviews = [{ id: 'r1', verdict: 'REJECT' as const, comment: null, at: effectiveAt, reviewer: mei }];
    expect(
      readNote(note, now, { ...pending, status: 'REJECTED', reviews, viewerCanWithdraw: false }),
    ).toMatchObject({ words: 'Rejected by Mei. Nothing ran.', canUndo: false });
    expect(read({ given: 0, viewerCanWithdraw: false })).toMatchObject({
      words: 'Undone. Nothing ran.',
      canUndo: false,
    });
  });

  it('says at once that it was a decoy', () => {
    const decoy = { result: 'APPROVED' as const, decidedBy: { id: 'm', name: 'Mei' } };
    const ended = { ...approval, status: 'CANCELLED' as const, viewerCanWithdraw: false };
    expect(readNote(noteFor('approve', subject, { ...ended, decoy }, now), now)).toMatchObject({
      words: expect.stringContaining('You approved a decoy') as string,
      canUndo: false,
      runsAtMs: null,
    });
    const caught = { ...ended, decoy: { ...decoy, result: 'CAUGHT' as const } };
    expect(readNote(noteFor('reject', subject, caught, now), now).words).toContain('Well caught');
  });

  it('never claims that something ran', () => {
    expect(readNote(noteFor('reject', subject, null, now), now).words).toBe('Rejected. Nothing ran.');
    expect(readNote(noteFor('withdraw', subject, null, now), now).words).toBe('Undone. Nothing ran.');
  });
});

import type { Verdict } from '@countersign/shared';
import { startBy } from '../../domain/approval-request.ts';
import type { Reviewed } from '../../domain/approval.ts';
import { eventOf } from '../../domain/events.ts';
import type { Voter } from '../../domain/stand-in.ts';
import type { Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';

interface Vote {
  readonly reviewer: Voter;
  readonly verdict: Verdict;
  readonly comment: string | null;
}

/** What the log says of a vote, and of what comes of it. */
export const recordVote = (
  tx: JournalTransaction,
  { reviewer, verdict, comment }: Vote,
  task: Task,
  { request, given }: Reviewed,
  now: Date,
): void => {
  const event = eventOf(task, now, reviewer.id);
  const about = { approvalId: request.id, revision: request.revision, planHash: request.planHash };
  const count = `${given} of ${request.required}`;
  if (verdict === 'WITHDRAW') {
    const data = { ...about, ...(task.status === 'HELD' && { wasApproved: true }) };
    tx.record(event('approval.withdrawn', `${reviewer.name} took their word back (${count})`, data));
    return;
  }
  const standsFor = reviewer.standsFor ?? [];
  const away = standsFor.map(({ name }) => name).join(' and ');
  const who = away === '' ? reviewer.name : `${reviewer.name}, in the place of ${away},`;
  const word = { APPROVE: 'approved', REJECT: 'rejected', REQUEST_CHANGES: 'asks for changes of' }[verdict];
  tx.record(
    event('approval.reviewed', `${who} ${word} revision ${request.revision} (${count})`, {
      ...about,
      verdict,
      comment,
      ...(standsFor.length > 0 && { standsFor: standsFor.map(({ id }) => id) }),
      given,
      required: request.required,
    }),
  );
  if (request.status === 'PENDING') return;
  const { effectiveAt } = request;
  tx.record(
    event('approval.resolved', `The request was ${word}`, {
      ...about,
      status: request.status,
      ...(effectiveAt && { startBy: startBy(request, effectiveAt).toISOString() }),
    }),
  );
  if (request.status === 'REJECTED') {
    tx.record(event('task.rejected', `Rejected: ${comment ?? ''}`, { ...about, reason: comment }));
  } else if (effectiveAt && request.undoWindowMs > 0) {
    tx.record(
      event(
        'task.held',
        `Held for ${request.undoWindowMs / 1_000} s, so that the approval can be taken back`,
        {
          ...about,
          effectiveAt: effectiveAt.toISOString(),
        },
      ),
    );
  }
};

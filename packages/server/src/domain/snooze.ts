import type { ApprovalRequest } from './approval-request.ts';
import { invalidInput, refusal, type Refusal } from './errors.ts';

const dayMs = 86_400_000;
const longestMs = 7 * dayMs;

/** Why somebody cannot put a request off until then; null where they can. It takes nothing from its time. */
export const snoozeFault = (request: ApprovalRequest | null, until: Date, now: Date): Refusal | null => {
  if (request?.status !== 'PENDING' || now >= request.expiresAt)
    return refusal('NOT_IN_THIS_STATE', 'Nobody is asked about this task now.');
  if (until <= now) return invalidInput([{ path: 'until', message: 'is over' }]);
  if (until.getTime() > now.getTime() + longestMs)
    return invalidInput([{ path: 'until', message: 'must be within seven days' }]);
  return until < request.expiresAt
    ? null
    : invalidInput([
        {
          path: 'until',
          message: `must come before people may not decide any more (${request.expiresAt.toISOString()})`,
        },
      ]);
};

export interface Snoozed {
  readonly snoozedUntil: Date | null;
  readonly snoozedRevision: number | null;
  readonly snoozedAt: Date | null;
}

/** Until when a request is out of somebody's sight; null while it is in it. */
export const snoozedUntil = (
  request: Pick<ApprovalRequest, 'status' | 'revision' | 'escalatedAt'>,
  mark: Snoozed | null,
  now: Date,
): Date | null => {
  if (!mark?.snoozedUntil || !mark.snoozedAt || request.status !== 'PENDING') return null;
  const isBack =
    now >= mark.snoozedUntil ||
    mark.snoozedRevision !== request.revision ||
    (request.escalatedAt !== null && request.escalatedAt >= mark.snoozedAt);
  return isBack ? null : mark.snoozedUntil;
};

import type { ApprovalStatus } from '@countersign/shared';

/** What the clock does to a request that people leave lying, in milliseconds from when they were asked. */
export interface ClockTerms {
  /** When those who are asked are reminded, each once. */
  readonly remindAfterMs: readonly number[];
  /** When others may decide as well; null for never. */
  readonly escalateAfterMs: number | null;
  /** The group that may decide from then on, beside those who are asked. */
  readonly escalateTo: string | null;
}

/** How far the clock of a request has come. */
export interface ClockState extends ClockTerms {
  readonly status: ApprovalStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly remindersSent: number;
  readonly escalatedAt: Date | null;
  /** When the clock is to look at it next; null where it only ends. */
  readonly nextTurnAt: Date | null;
}

export interface Turn<Request> {
  readonly request: Request;
  /** Several that fell due together are one. */
  readonly isReminded: boolean;
  readonly isEscalated: boolean;
}

/** Its next reminder, or its escalation; what would come when it is over anyway does not come. */
export const nextTurnOf = (request: Omit<ClockState, 'nextTurnAt'>): Date | null => {
  const { remindAfterMs, remindersSent, escalateAfterMs, escalatedAt, createdAt, expiresAt } = request;
  const waits = remindAfterMs.toSorted((a, b) => a - b).slice(remindersSent);
  if (escalateAfterMs !== null && escalatedAt === null) waits.push(escalateAfterMs);
  const next = Math.min(...waits) + createdAt.getTime();
  return next < expiresAt.getTime() ? new Date(next) : null;
};

/** What is due of a request now. The clock reminds and asks more people; it decides nothing. */
export const turn = <Request extends ClockState>(request: Request, now: Date): Turn<Request> => {
  const { createdAt, escalateAfterMs, escalatedAt, remindersSent } = request;
  if (request.status !== 'PENDING' || now >= request.expiresAt)
    return { request, isReminded: false, isEscalated: false };
  const waitedMs = now.getTime() - createdAt.getTime();
  const due = request.remindAfterMs.filter((afterMs) => afterMs <= waitedMs).length;
  const isEscalated = escalatedAt === null && escalateAfterMs !== null && escalateAfterMs <= waitedMs;
  const turned = {
    ...request,
    remindersSent: Math.max(remindersSent, due),
    escalatedAt: isEscalated ? now : escalatedAt,
  };
  return {
    request: { ...turned, nextTurnAt: nextTurnOf(turned) },
    isReminded: due > remindersSent,
    isEscalated,
  };
};

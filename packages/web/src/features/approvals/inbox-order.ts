import { risks } from '@countersign/shared';
import type { ApprovalRow } from './approval-list.ts';
import type { ApprovalView } from './approval-view.ts';

/** Requests this close to their end are pinned on top. */
export const urgentMs = 5 * 60_000;

const byExpiry = (a: ApprovalRow, b: ApprovalRow): number =>
  Date.parse(a.expiresAt) - Date.parse(b.expiresAt);

/** What needs a person first: about to expire, then by risk, then by expiry. Decided requests keep the server's order. */
export const inOrder = (rows: readonly ApprovalRow[], view: ApprovalView, nowMs: number): ApprovalRow[] => {
  if (view === 'DECIDED') return [...rows];
  const isUrgent = (row: ApprovalRow): boolean => Date.parse(row.expiresAt) - nowMs < urgentMs;
  return rows.toSorted((a, b) => {
    const urgency = Number(isUrgent(b)) - Number(isUrgent(a));
    if (urgency !== 0) return urgency;
    if (isUrgent(a)) return byExpiry(a, b);
    const risk = risks.indexOf(b.task.risk ?? 'LOW') - risks.indexOf(a.task.risk ?? 'LOW');
    return risk !== 0 ? risk : byExpiry(a, b);
  });
};

import { expiresSoonMs, urgencyRank, type Priority, type Risk } from '@countersign/shared';
import type { ApprovalView } from './approval-view.ts';

interface Placed {
  readonly id: string;
  readonly expiresAt: string;
  readonly task: { readonly priority: Priority; readonly risk: Risk | null };
}

const byId = (a: Placed, b: Placed): number => (a.id === b.id ? 0 : a.id < b.id ? -1 : 1);
const rankOf = ({ task }: Placed): number => urgencyRank(task.priority, task.risk ?? 'LOW');

/** The server's order, for the places of single rows: about to end, then by lane, risk and end. Decided ones newest first. */
export const comparisonFor =
  (view: ApprovalView) =>
  (a: Placed, b: Placed, asOfMs: number): number => {
    if (view === 'DECIDED') return byId(b, a);
    const [endA, endB] = [Date.parse(a.expiresAt), Date.parse(b.expiresAt)];
    const soonUntilMs = asOfMs + expiresSoonMs;
    const isSoon = endA <= soonUntilMs;
    const band = Number(endB <= soonUntilMs) - Number(isSoon);
    return band || (isSoon ? 0 : rankOf(a) - rankOf(b)) || endA - endB || byId(a, b);
  };

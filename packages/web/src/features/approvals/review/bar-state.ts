import type { ConnectionPhase } from '../../../live/connection.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import { endingOf, outcomeWords } from '../outcome-words.ts';

/** What the action bar offers or says; a control that cannot work is a sentence. */
export type BarState =
  /** `lock` says why approving waits; null where a press decides. */
  | {
      readonly kind: 'open';
      readonly approveLabel: string;
      readonly lock: string | null;
      /** What holds for a press while the page does not hear the server; null where it does. */
      readonly caution: string | null;
      readonly canReject: boolean;
    }
  | { readonly kind: 'sentence'; readonly words: string }
  /** This person approved; others are still asked for. */
  | { readonly kind: 'given'; readonly words: string }
  | {
      readonly kind: 'held';
      readonly effectiveAtMs: number;
      readonly canWithdraw: boolean;
      readonly words: string;
    }
  | { readonly kind: 'superseded'; readonly revision: number | null; readonly nextId: string | null };

export interface BarFacts {
  readonly approval: Pick<
    ApprovalDetail,
    | 'id'
    | 'status'
    | 'revision'
    | 'required'
    | 'given'
    | 'expiresAt'
    | 'effectiveAt'
    | 'undoWindowMs'
    | 'viewerCanApprove'
    | 'viewerCanReject'
    | 'viewerCanWithdraw'
    | 'viewerIneligibility'
    | 'viewerApprovalRefusal'
    | 'reviews'
    | 'decoy'
  > & { readonly task: Pick<ApprovalDetail['task'], 'mode' | 'status' | 'approval'> };
  /** The plan changed under the one on screen. */
  readonly hasChanged: boolean;
  /** The change is long, and parts of it have not been on screen. */
  readonly hasUnseen: boolean;
  readonly phase: ConnectionPhase;
  readonly nowMs: number;
}

export const approveLabel = ({ approval }: Pick<BarFacts, 'approval'>): string => {
  const missing = approval.required - approval.given - 1;
  if (missing > 0) return `Approve rev ${approval.revision} (${missing} more needed)`;
  if (approval.task.mode !== 'APPLY') return `Approve rev ${approval.revision}`;
  return `Approve rev ${approval.revision} and run${approval.undoWindowMs === 0 ? ' now' : ''}`;
};

/** What stops every decision. */
const blockOf = ({ hasChanged, phase }: BarFacts): string | null => {
  if (hasChanged) return 'The plan changed while you were reading; nothing can be decided on this one.';
  if (phase === 'offline') return 'Offline: nothing can be decided, and nothing is kept to be sent later.';
  return phase === 'ended' ? 'Sign in again to decide.' : null;
};

const cautionWords = 'Not connected: a press is sent if the server answers at once, and never later.';

const openState = (facts: BarFacts): BarState => {
  const { approval, nowMs } = facts;
  if (nowMs >= Date.parse(approval.expiresAt)) {
    return { kind: 'sentence', words: 'The time to decide is over. Nothing ran.' };
  }
  if (approval.viewerCanApprove || approval.viewerCanReject) {
    if (!approval.viewerCanApprove && approval.viewerCanWithdraw) return given(approval);
    const block = blockOf(facts);
    // The part that is theirs comes later, or others have done it.
    const notNow = approval.viewerCanApprove ? null : (approval.viewerApprovalRefusal?.message ?? null);
    const unread = facts.hasUnseen ? 'The change is long. Read it to its end to approve.' : null;
    return {
      kind: 'open',
      approveLabel: approveLabel(facts),
      lock: block ?? unread ?? notNow,
      caution: facts.phase === 'reconnecting' || facts.phase === 'polling' ? cautionWords : null,
      // What was seen may be reason enough.
      canReject: approval.viewerCanReject && block === null,
    };
  }
  if (approval.viewerCanWithdraw) return given(approval);
  return {
    kind: 'sentence',
    words: approval.viewerIneligibility?.message ?? 'You cannot decide this request.',
  };
};

const given = ({ required, given: count }: BarFacts['approval']): BarState => {
  const missing = Math.max(1, required - count);
  return { kind: 'given', words: `You approved. ${missing} more needed before it runs.` };
};

export const barState = (facts: BarFacts): BarState => {
  const { approval, nowMs } = facts;
  if (approval.status === 'PENDING') return openState(facts);
  if (approval.status === 'SUPERSEDED') {
    const next = approval.task.approval;
    const isOther = next !== null && next.id !== approval.id;
    return { kind: 'superseded', revision: isOther ? next.revision : null, nextId: isOther ? next.id : null };
  }
  const words = outcomeWords(approval) ?? '';
  if (approval.decoy)
    return {
      kind: 'sentence',
      words: `${words}. It could run nothing: its goal is one task’s, and its change another’s.`,
    };
  if (approval.status === 'REJECTED') {
    const comment = approval.reviews.findLast(({ verdict }) => verdict === 'REJECT')?.comment;
    return {
      kind: 'sentence',
      words: comment ? `${words}, nothing ran: “${comment}”` : `${words}. Nothing ran.`,
    };
  }
  const effectiveAtMs = approval.effectiveAt === null ? 0 : Date.parse(approval.effectiveAt);
  if (approval.status === 'APPROVED' && nowMs < effectiveAtMs) {
    return { kind: 'held', effectiveAtMs, canWithdraw: approval.viewerCanWithdraw, words };
  }
  if (approval.status !== 'APPROVED') return { kind: 'sentence', words: `${words}. Nothing ran.` };
  const ending = endingOf(approval.task);
  return { kind: 'sentence', words: ending ? `${words}, and ${ending.clause}.` : `${words}.` };
};

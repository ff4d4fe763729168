import { refusal, type Refusal } from '../../domain/errors.ts';

/** Keeps one submitter from filling the inbox, and with it the attention that the others need. */
export interface OpenApprovals {
  /** Asks for room for one more. What was given room is ended with `done`. */
  take(principalId: string): Promise<boolean>;
  /** It is stored, or came to nothing. */
  done(principalId: string, isStored: boolean): void;
  readonly refusal: Refusal;
}

export interface OpenApprovalsOptions {
  readonly limit: number;
  /** Of this submitter, those that wait for people now; counting stops at the limit. */
  readonly count: (principalId: string, limit: number) => Promise<number>;
}

interface Share {
  counted: Promise<number>;
  countedAtMs: number;
  /** Given room since. */
  added: number;
  /** Of these, not stored yet. */
  pending: number;
}

/** For how long a count is believed: what people decide meanwhile makes room a moment later. */
const believedMs = 1_000;
const retryAfterMs = 30_000;

/** Counts little: a submitter that stays below the limit costs one question to the database in a second. */
export const createOpenApprovals = ({ limit, count }: OpenApprovalsOptions): OpenApprovals => {
  const shares = new Map<string, Share>();

  const shareOf = (principalId: string): Share => {
    const now = performance.now();
    const known = shares.get(principalId);
    if (known && now - known.countedAtMs < believedMs) return known;
    const pending = known?.pending ?? 0;
    const share = { counted: count(principalId, limit), countedAtMs: now, added: pending, pending };
    shares.set(principalId, share);
    return share;
  };

  return {
    async take(principalId) {
      const share = shareOf(principalId);
      share.added += 1;
      share.pending += 1;
      const mine = share.added;
      try {
        if ((await share.counted) + mine <= limit) return true;
      } catch (error) {
        shares.delete(principalId);
        throw error;
      }
      this.done(principalId, false);
      return false;
    },
    done(principalId, isStored) {
      const share = shares.get(principalId);
      if (!share) return;
      share.pending -= 1;
      if (!isStored) share.added -= 1;
      // The next one counts anew.
      if (share.pending === 0 && performance.now() - share.countedAtMs > believedMs)
        shares.delete(principalId);
    },
    refusal: refusal(
      'RATE_LIMIT_EXCEEDED',
      `${limit} of your tasks wait for people already. Wait until some are decided, or cancel what is not needed any more.`,
      { retryAfterMs },
    ),
  };
};

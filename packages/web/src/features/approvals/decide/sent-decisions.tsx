import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { patchQueries, refetchAfter } from '../../../live/updates.ts';
import { asRequestFailure } from '../../../graphql/request-error.ts';
import {
  askHowItStands,
  sendApproval,
  sendRejection,
  sendWithdrawal,
  type Decided,
  type DecisionAct,
  type DecisionSubject,
} from './decide.ts';
import { noteFor, type DecisionNote } from './decision-note.ts';

export interface DecisionRefusal {
  readonly code: string;
  readonly message: string;
  /** By this browser's clock: any answer of later says how it stands. Only where that is not known. */
  readonly sinceMs?: number;
}

export interface SentDecisions {
  isSending(approvalId: string): boolean;
  refusalOf(approvalId: string): DecisionRefusal | null;
  readonly notes: readonly DecisionNote[];
  dismiss(note: DecisionNote): void;
  /** The request whose review is on screen. */
  readonly reviewedId: string | null;
  setReviewed(approvalId: string | null): void;
  /** True where the server took the decision. One at a time about a request: a press meanwhile does nothing. */
  decide(act: DecisionAct, subject: DecisionSubject, terms?: DecisionTerms): Promise<boolean>;
}

export interface DecisionTerms {
  readonly reason?: string | undefined;
  /** Asked before anything is sent, where what is on screen may be old. */
  readonly isUncertain?: boolean;
  /** Gives the answer up. */
  readonly signal?: AbortSignal;
}

const SentDecisionsContext = createContext<SentDecisions | null>(null);

export const useSentDecisions = (): SentDecisions => {
  const sentDecisions = use(SentDecisionsContext);
  if (!sentDecisions) throw new Error('A decision needs the provider of what is sent around it.');
  return sentDecisions;
};

interface Sent {
  readonly act: DecisionAct;
  readonly subject: DecisionSubject;
  readonly terms: DecisionTerms;
}

const send = ({ act, subject, terms: { reason = '', signal } }: Sent): Promise<Decided> => {
  switch (act) {
    case 'approve':
      return sendApproval(subject, signal);
    case 'reject':
      return sendRejection(subject, reason, signal);
    case 'withdraw':
      return sendWithdrawal(subject.on, signal);
  }
};

/** Ours: nobody here knows whether the server took it. */
export const unknownCode = 'DECISION_UNKNOWN';

/** Ours: it never left. */
export const notSentCode = 'NOT_SENT';

/** With these the server refuses a request before it does anything of what it asks. */
const refusedUnread: readonly string[] = [
  'AUTHENTICATION_FAILED',
  'AUTHORIZATION_FAILED',
  'SCHEMA_VALIDATION_FAILED',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMIT_EXCEEDED',
];

/** Why nothing was sent, or null where what is on screen is how it stands. `sinceMs`: when what came of a press before was lost. */
const whyNotSent = async (
  { approvalId, on }: DecisionSubject,
  sinceMs: number | undefined,
): Promise<DecisionRefusal | null> => {
  try {
    const now = await askHowItStands(approvalId);
    if (now?.status === 'PENDING' && now.planHash === on.planHash) return null;
    return { code: notSentCode, message: 'It stands differently now; look again before you decide.' };
  } catch {
    const message =
      'The server does not answer, so your decision was not sent, and nothing is kept to be sent later.';
    if (sinceMs === undefined) return { code: notSentCode, message: `${message} Nothing was decided.` };
    return {
      code: unknownCode,
      message: `${message} Whether the one before arrived is not known; how it stands is read again as soon as the server answers.`,
      sinceMs,
    };
  }
};

const refusalFrom = (error: unknown, signal: AbortSignal | undefined): DecisionRefusal => {
  const failure = asRequestFailure(error);
  if (!signal?.aborted && refusedUnread.includes(failure.code)) return failure;
  const what =
    signal?.aborted || failure.code === 'NETWORK_UNREACHABLE'
      ? 'The server could not be reached'
      : `The server failed (${failure.code})`;
  return {
    code: unknownCode,
    message: `${what}, so it is not known whether your decision arrived. It will not be sent again; how it stands is read again as soon as the server answers.`,
    sinceMs: Date.now(),
  };
};

const without = <Value,>(all: ReadonlyMap<string, Value>, id: string): Map<string, Value> =>
  new Map([...all].filter(([key]) => key !== id));

/** Sends decisions one by one and keeps what came of them, wherever in the console the person goes next. */
export const SentDecisionsProvider = ({ children }: { children: ReactNode }) => {
  const queryClient = useQueryClient();
  const [sending, setSending] = useState<ReadonlyMap<string, true>>(new Map());
  const [refusals, setRefusals] = useState<ReadonlyMap<string, DecisionRefusal>>(new Map());
  const [reviewedId, setReviewed] = useState<string | null>(null);
  const [notes, setNotes] = useState<readonly DecisionNote[]>([]);
  // A decision is sent now or not at all: never held back until a network returns, never repeated.
  const { mutateAsync } = useMutation({ mutationFn: send, networkMode: 'always', retry: false });

  // Known at once, not with the next render: three presses are one decision.
  const underWay = useRef(new Set<string>());
  const unanswered = useRef(new Map<string, number>());

  const decide = useCallback<SentDecisions['decide']>(
    async (act, subject, terms = {}) => {
      const { approvalId } = subject;
      if (underWay.current.has(approvalId)) return false;
      underWay.current.add(approvalId);
      setSending((all) => new Map(all).set(approvalId, true));
      setRefusals((all) => without(all, approvalId));
      try {
        // What came of the press before is not known: it may have been taken.
        if (act !== 'withdraw' && (terms.isUncertain || unanswered.current.has(approvalId))) {
          const refusal = await whyNotSent(subject, unanswered.current.get(approvalId));
          if (refusal) {
            setRefusals((all) => new Map(all).set(approvalId, refusal));
            return false;
          }
        }
        const decided = await mutateAsync({ act, subject, terms });
        unanswered.current.delete(approvalId);
        const { task, approval, refusal } = decided;
        if (task && approval) patchQueries(queryClient, { ...task, approval });
        if (refusal) {
          setRefusals((all) => new Map(all).set(approvalId, refusal));
          return false;
        }
        const note = noteFor(act, subject, approval);
        setNotes((all) => [...all.filter((other) => other.subject.approvalId !== approvalId), note]);
        return true;
      } catch (error) {
        const refusal = refusalFrom(error, terms.signal);
        if (refusal.sinceMs !== undefined) unanswered.current.set(approvalId, refusal.sinceMs);
        setRefusals((all) => new Map(all).set(approvalId, refusal));
        return false;
      } finally {
        underWay.current.delete(approvalId);
        setSending((all) => without(all, approvalId));
        refetchAfter(queryClient, 'approval.reviewed');
      }
    },
    [mutateAsync, queryClient],
  );

  const sentDecisions = useMemo<SentDecisions>(
    () => ({
      isSending: (approvalId) => sending.has(approvalId),
      refusalOf: (approvalId) => refusals.get(approvalId) ?? null,
      notes,
      dismiss: (note) => setNotes((all) => all.filter((other) => other !== note)),
      reviewedId,
      setReviewed,
      decide,
    }),
    [sending, refusals, notes, reviewedId, decide],
  );
  return <SentDecisionsContext value={sentDecisions}>{children}</SentDecisionsContext>;
};

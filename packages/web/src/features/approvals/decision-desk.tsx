import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import type { FreshTask } from '../../graphql/cache-patch.ts';
import { patchQueries, refetchAfter } from '../../graphql/live-updates.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import {
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
}

export interface DecisionDesk {
  isSending(approvalId: string): boolean;
  refusalOf(approvalId: string): DecisionRefusal | null;
  readonly notes: readonly DecisionNote[];
  dismiss(note: DecisionNote): void;
  /** The request whose review is on screen. */
  readonly reviewedId: string | null;
  setReviewed(approvalId: string | null): void;
  /** True where the server took the decision. */
  decide(act: DecisionAct, subject: DecisionSubject, reason?: string): Promise<boolean>;
}

const DeskContext = createContext<DecisionDesk | null>(null);

export const useDecisionDesk = (): DecisionDesk => {
  const desk = use(DeskContext);
  if (!desk) throw new Error('A decision needs the desk around it.');
  return desk;
};

interface Sent {
  readonly act: DecisionAct;
  readonly subject: DecisionSubject;
  readonly reason: string;
}

const send = ({ act, subject, reason }: Sent): Promise<Decided> => {
  switch (act) {
    case 'approve':
      return sendApproval(subject.on);
    case 'reject':
      return sendRejection(subject.on, reason);
    case 'withdraw':
      return sendWithdrawal(subject.on);
  }
};

const refusalFrom = (error: unknown): DecisionRefusal => {
  const failure = asRequestFailure(error);
  return failure.code === 'NETWORK_UNREACHABLE'
    ? {
        code: failure.code,
        message:
          'The server could not be reached, so it is not known whether your decision arrived. It will not be sent again; look at the state once you are back online.',
      }
    : failure;
};

const freshFrom = ({ task, approval }: Decided): Map<string, FreshTask> =>
  new Map(task && approval ? [[task.id, { ...task, approval }]] : []);

const without = <Value,>(all: ReadonlyMap<string, Value>, id: string): Map<string, Value> =>
  new Map([...all].filter(([key]) => key !== id));

/** Sends decisions one by one and keeps what came of them, wherever in the console the person goes next. */
export const DecisionDeskProvider = ({ children }: { children: ReactNode }) => {
  const queryClient = useQueryClient();
  const [sending, setSending] = useState<ReadonlyMap<string, true>>(new Map());
  const [refusals, setRefusals] = useState<ReadonlyMap<string, DecisionRefusal>>(new Map());
  const [reviewedId, setReviewed] = useState<string | null>(null);
  const [notes, setNotes] = useState<readonly DecisionNote[]>([]);
  // A decision is sent now or not at all: never held back until a network returns, never repeated.
  const { mutateAsync } = useMutation({ mutationFn: send, networkMode: 'always', retry: false });

  const decide = useCallback<DecisionDesk['decide']>(
    async (act, subject, reason = '') => {
      const { approvalId } = subject;
      setSending((all) => new Map(all).set(approvalId, true));
      setRefusals((all) => without(all, approvalId));
      try {
        const decided = await mutateAsync({ act, subject, reason });
        patchQueries(queryClient, freshFrom(decided));
        const { refusal } = decided;
        if (refusal) {
          setRefusals((all) => new Map(all).set(approvalId, refusal));
          return false;
        }
        const note = noteFor(act, subject, decided.approval);
        setNotes((all) => [...all.filter((other) => other.subject.approvalId !== approvalId), note]);
        return true;
      } catch (error) {
        setRefusals((all) => new Map(all).set(approvalId, refusalFrom(error)));
        return false;
      } finally {
        setSending((all) => without(all, approvalId));
        refetchAfter(queryClient, 'approval.reviewed');
      }
    },
    [mutateAsync, queryClient],
  );

  const desk = useMemo<DecisionDesk>(
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
  return <DeskContext value={desk}>{children}</DeskContext>;
};

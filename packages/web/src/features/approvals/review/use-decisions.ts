import type { RefObject } from 'react';
import { useAbsence } from '../../../components/use-absence.ts';
import { useConnectionStore } from '../../../live/session.tsx';
import { createLossSignal } from '../../../live/connection.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import type { DecisionAct, DecisionSubject } from '../decide/decide.ts';
import { useSentDecisions } from '../decide/sent-decisions.tsx';
import { useConsidered } from './use-considered.ts';
import type { Presented } from './use-presented.ts';

const hiddenTooLongMs = 60_000;

/** A decision goes out only on what was read, and now: where that cannot be, it is refused now. */
export const useDecisions = (
  approval: ApprovalDetail,
  { plan }: Presented,
  onDecided: (id: string) => void,
  scroller: RefObject<HTMLElement | null>,
) => {
  const consider = useConsidered(plan?.hash, scroller);
  const sentDecisions = useSentDecisions();
  const connection = useConnectionStore();
  const absence = useAbsence(hiddenTooLongMs);
  return async (act: DecisionAct, reason?: string): Promise<boolean> => {
    if (!plan) return false;
    const subject: DecisionSubject = {
      approvalId: approval.id,
      title: plan.summary,
      on: { taskId: approval.task.id, revision: plan.revision, planHash: plan.hash },
      considered: consider(),
    };
    const loss = createLossSignal(connection);
    const isTaken = await sentDecisions.decide(act, subject, {
      reason,
      isUncertain: connection?.read().phase !== 'live' || absence.wasLong(),
      signal: loss.signal,
    });
    loss.stop();
    if (isTaken) absence.catchUp();
    if (isTaken && act !== 'withdraw') onDecided(approval.id);
    return isTaken;
  };
};

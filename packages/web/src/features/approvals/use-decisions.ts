import { useQuery } from '@tanstack/react-query';
import { useAbsence } from '../../components/use-absence.ts';
import { useConnection } from '../../graphql/live-context.tsx';
import { approvalDetailOptions, type ApprovalDetail } from './approval-detail.ts';
import type { DecisionAct, DecisionSubject } from './decide.ts';
import { useDecisionDesk } from './decision-desk.tsx';
import type { Presented } from './use-presented.ts';

const hiddenTooLongMs = 60_000;

/** A decision goes out only on what was read, and only while it still holds. */
export const useDecisions = (
  approval: ApprovalDetail,
  { plan }: Presented,
  onDecided: (id: string) => void,
) => {
  const desk = useDecisionDesk();
  const { phase } = useConnection();
  const absence = useAbsence(hiddenTooLongMs);
  const { refetch } = useQuery(approvalDetailOptions(approval.id));
  return async (act: DecisionAct, reason?: string): Promise<boolean> => {
    if (!plan || desk.isSending(approval.id)) return false;
    if (act !== 'withdraw' && (phase !== 'live' || absence.wasLong())) {
      const { data } = await refetch();
      const now = data?.approval;
      if (now && (now.planHash !== plan.hash || now.status !== approval.status)) return false;
      absence.catchUp();
    }
    const subject: DecisionSubject = {
      approvalId: approval.id,
      title: plan.summary,
      on: { taskId: approval.task.id, revision: plan.revision, planHash: plan.hash },
    };
    const isTaken = await desk.decide(act, subject, reason);
    if (isTaken && act !== 'withdraw') onDecided(approval.id);
    return isTaken;
  };
};

import type { ApprovalDetail } from './approval-detail.ts';

type Stages = ApprovalDetail['stages'];

/** `leads 1/1, security 0/1, then managers 0/1`; null where anybody who may decide is asked. */
export const quorumWords = (stages: Stages): string | null => {
  if (stages.every(({ needs }) => needs.every(({ group }) => group === null)) && stages.length < 2)
    return null;
  return stages
    .map(({ needs }) =>
      needs
        .map(({ group, required, approvers }) => `${group ?? 'anybody'} ${approvers.length}/${required}`)
        .join(', '),
    )
    .join(', then ');
};

import type { ApprovalCommands, Decided } from '../../../modules/approvals/index.ts';
import type { Refs } from './refs.ts';

export const addApprovalMutations = (refs: Refs, commands: ApprovalCommands): void => {
  const decided = refs.payload<Decided>('DecideTaskPayload', 'What became of a decision.', (give) => ({
    task: give(refs.task, 'The task after it.', ({ task }) => task),
    approval: give(refs.approval, 'The request after it.', ({ approval }) => approval),
  }));
  refs.command(commands.approveTask, decided);
  refs.command(commands.rejectTask, decided);
  refs.command(commands.requestChanges, decided);
  refs.command(commands.askRequester, decided);
  refs.command(commands.answerQuestion, decided);
  refs.command(commands.withdrawApproval, decided);
};

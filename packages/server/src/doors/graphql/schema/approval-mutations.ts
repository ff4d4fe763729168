import type { ApprovalCommands, Decided } from '../../../modules/approvals/index.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';

export const addApprovalMutations = (refs: Refs, commands: ApprovalCommands): void => {
  const decided = refs.payload<Decided>('DecideTaskPayload', 'What became of a decision.', (t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task after it.',
      resolve: given(({ task }) => task),
    }),
    approval: t.field({
      type: refs.approval,
      nullable: true,
      description: 'The request after it.',
      resolve: given(({ approval }) => approval),
    }),
  }));
  refs.command(commands.approveTask, decided);
  refs.command(commands.rejectTask, decided);
  refs.command(commands.requestChanges, decided);
  refs.command(commands.askRequester, decided);
  refs.command(commands.answerQuestion, decided);
  refs.command(commands.withdrawApproval, decided);
};

import { randomUUID } from 'node:crypto';
import { confirm } from './confirm.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { idIn, tell, type TaskCommand, type TaskContext } from './task-command.ts';
import { planWords, taskWords, planAnswer, taskAnswer } from './answers.ts';
import { UsageError } from './usage-error.ts';

type Decision = 'approve' | 'reject';

const decideCommand = (decision: Decision): TaskCommand => ({
  takes: ['reason', 'token'],
  async run(context) {
    const { api, values } = context;
    if (decision === 'reject' && values.reason === undefined)
      throw new UsageError('task reject takes --reason WORDS, at least ten characters; the agent reads it.');
    const id = idIn(context);
    const token = values.token ?? (await tokenOfWhatIsShown(context, decision));
    const { reason } = values;
    const decided = await api.json('POST', `/approvals/${id}`, {
      body: { decision, approval_token: token, ...(reason !== undefined && { reason }) },
      headers: { 'idempotency-key': randomUUID() },
    });
    await tell(context, decided, taskWords(taskAnswer.parse(decided)));
    return exitCodes.done;
  },
});

export const approveCommand = decideCommand('approve');
export const rejectCommand = decideCommand('reject');

/** Who names no plan is shown the one that stands, and asked. A script has to name what somebody saw. */
const tokenOfWhatIsShown = async (
  { api, terminal, ...context }: TaskContext,
  decision: Decision,
): Promise<string> => {
  if (!terminal.stdin.isTTY)
    throw new UsageError(`task ${decision} takes --token TOKEN where nobody can be asked: task show has it.`);
  const plan = planAnswer.parse(await api.json('GET', `/tasks/${idIn({ api, terminal, ...context })}/plan`));
  if (plan.approval_token === null)
    throw new CommandError(exitCodes.refused, 'There is no plan to decide on.');
  await confirm(terminal, planWords(plan), `${decision === 'approve' ? 'Approve' : 'Reject'} this?`);
  return plan.approval_token;
};

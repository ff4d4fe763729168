import { singleReviewReason } from '../../domain/batch-decision.ts';
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { isGateRefusal } from '../../infra/database-errors.ts';
import { decideOne, type Decided } from './decide-approvals.ts';
import {
  loadBatch,
  saveBatch,
  type DecideCommand,
  type DecideDependencies,
  type DecisionBatch,
} from './decision-batch.ts';

/** Something stands in the way of deciding all of them: what was decided so far is rolled back. */
class NotAll extends Error {
  readonly outcomes: readonly Outcome<Decided>[];
  constructor(outcomes: readonly Outcome<Decided>[]) {
    super('Not all can be decided.');
    this.outcomes = outcomes;
  }
}

/** Decides all of them in one transaction, or none: then each says whether it stands in the way. */
export const decideTogether = async (
  deps: DecideDependencies,
  commands: readonly DecideCommand[],
): Promise<readonly Outcome<Decided>[]> => {
  try {
    return await decideAll(deps, commands);
  } catch (error) {
    // Those that could have been decided were not.
    if (error instanceof NotAll) return error.outcomes;
    // By what is true at that moment, somebody may have lost the right to it.
    if (isGateRefusal(error, 'REVIEW'))
      return commands.map(() => refused(refusal('NOT_ELIGIBLE', `The database refused: ${error.message}.`)));
    throw error;
  }
};

const decideAll = (
  deps: DecideDependencies,
  commands: readonly DecideCommand[],
): Promise<readonly Outcome<Decided>[]> =>
  deps.journal.transaction(async (tx) => {
    const batch = await loadBatch(deps, tx, commands);
    const outcomes = commands.map((command) => {
      const no = command.verdict === 'APPROVE' ? aloneOnly(batch, command) : null;
      return no ? refused(no) : decideOne(deps, tx, batch, command);
    });
    if (outcomes.some(({ ok }) => !ok)) throw new NotAll(outcomes);
    const tasks = await saveBatch(deps, tx, batch, new Set(commands.map(({ taskId }) => taskId)));
    return outcomes.map((outcome) =>
      outcome.ok
        ? accepted({ ...outcome.value, task: tasks.get(outcome.value.task.id) ?? outcome.value.task })
        : outcome,
    );
  });

/** Of what is another tenant's, nothing is said. */
const aloneOnly = (
  { requests, readable }: DecisionBatch,
  { taskId, reviewer }: DecideCommand,
): Refusal | null => {
  const request = requests.get(taskId);
  const plan = readable.get(taskId);
  return request?.tenantId === reviewer.tenantId && plan
    ? singleReviewReason(request, plan.presentation)
    : null;
};

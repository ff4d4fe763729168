import { refusal, refused, type Outcome } from '../../domain/errors.ts';
import { isGateRefusal, isUniqueViolation } from '../../infra/database-errors.ts';
import { decideApprovals, type Decided } from './decide-approvals.ts';
import type { DecideCommand, DecideDependencies } from './decision-batch.ts';

const keyOfOneDecision = 'review_reviewer_id_idempotency_key_key';

/**
 * Decides many commands. The gate in the database judges a vote by what is true at that moment: somebody may
 * have lost the right to it since they were looked up. Their vote is refused, and takes no other with it.
 */
export const decideThroughGate = async (
  deps: DecideDependencies,
  commands: readonly DecideCommand[],
): Promise<Outcome<Decided>[]> => {
  try {
    return await decideApprovals(deps, commands);
  } catch (error) {
    if (isUniqueViolation(error, keyOfOneDecision)) {
      // Whoever came in between with the same key is seen now.
      if (commands.length === 1) return decideApprovals(deps, commands);
    } else if (!isGateRefusal(error, 'REVIEW')) throw error;
    else if (commands.length === 1)
      return [refused(refusal('NOT_ELIGIBLE', `The database refused the vote: ${error.message}.`))];
    const outcomes: Outcome<Decided>[] = [];
    for (const command of commands) outcomes.push(...(await decideThroughGate(deps, [command])));
    return outcomes;
  }
};

import type { StatementRunner } from '../../infra/database.ts';
import type { DecisionStore } from '../../record/decision-store.ts';
import type { DecisionKey } from '../../record/policy-past.ts';
import { replayDecision, type Replay, type RulesOfBundle } from './replay-decision.ts';

/** What came of making recorded decisions once more. */
export interface ReplayedPast {
  readonly counts: Readonly<Record<Replay['result'], number>>;
  /** Those that are not the same, each in a sentence. */
  readonly odd: readonly string[];
}

const pageSize = 100;

/** However many: so many are read at once, and no more are in memory. */
export const replayPast = async (
  database: StatementRunner,
  decisions: Pick<DecisionStore, 'find'>,
  rulesOf: RulesOfBundle,
  keys: readonly DecisionKey[],
): Promise<ReplayedPast> => {
  const counts = { SAME: 0, DIFFERENT: 0, RULES_MISSING: 0 };
  const odd: string[] = [];
  for (let at = 0; at < keys.length; at += pageSize)
    for (const recorded of await decisions.find(database, keys.slice(at, at + pageSize))) {
      const { result, differences } = await replayDecision(recorded, rulesOf);
      counts[result] += 1;
      if (result !== 'SAME')
        odd.push(`${recorded.taskId} revision ${recorded.revision}: ${differences.join(' ')}`);
    }
  return { counts, odd };
};

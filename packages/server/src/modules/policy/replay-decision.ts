import { decide, type Decision, type PolicyAnswer } from '../../domain/decision.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { RecordedDecision } from '../../record/decision-store.ts';
import { contextOf } from './decision-context.ts';
import { factsOf } from './decision-facts-of.ts';
import type { PolicyInput } from './policy-input.ts';

/** What came of making a recorded decision once more from what was kept of it. */
export interface Replay {
  /**
   * SAME: to the byte. DIFFERENT: something of the record, or of this build, is not as it was. RULES_MISSING: the
   * rules that decided are not here any more, so only the input's digest was checked.
   */
  readonly result: 'SAME' | 'DIFFERENT' | 'RULES_MISSING';
  /** What differs, in sentences. */
  readonly differences: readonly string[];
  /** As it comes out now; null where nothing could be made. */
  readonly decision: Decision | null;
}

/** The rules of one bundle; null where they are not at hand. */
export type RulesOfBundle = (
  bundleHash: string,
) => Promise<((input: PolicyInput) => Promise<PolicyAnswer>) | null>;

/** Asks the same rules about the same input, and decides by the same facts. */
export const replayDecision = async (recorded: RecordedDecision, rulesOf: RulesOfBundle): Promise<Replay> => {
  const input = recorded.input as PolicyInput;
  if (sha256(canonicalJson(recorded.input)) !== recorded.inputHash)
    return different(null, ['The input that is kept is not the one that the decision names.']);
  const ask = await rulesOf(recorded.bundleHash);
  if (!ask)
    return {
      result: 'RULES_MISSING',
      differences: [`The rules ${recorded.bundleHash.slice(0, 12)} are not kept here.`],
      decision: null,
    };
  const policy = await ask(input);
  const decision = decide({ ...contextOf(recorded.context), ...factsOf(input, policy) });
  const differences = [
    ...(decision.outcome === recorded.outcome
      ? []
      : [`It was ${recorded.outcome} and comes out ${decision.outcome}.`]),
    ...(canonicalJson(decision.reasons) === canonicalJson(recorded.reasons)
      ? []
      : ['Rules say something else than they said.']),
    ...(canonicalJson(decision.holds ?? []) === canonicalJson(recorded.holds)
      ? []
      : ['What wanted it to wait is not what had wanted it to.']),
  ];
  return differences.length > 0
    ? different(decision, differences)
    : { result: 'SAME', differences: [], decision };
};

const different = (decision: Decision | null, differences: readonly string[]): Replay => ({
  result: 'DIFFERENT',
  differences,
  decision,
});

import type { Json, JsonObject } from '../../domain/json.ts';
import type { Target } from '../../domain/planned-action.ts';
import type { Verdict } from '../../domain/run.ts';
import { checkBySchema } from '../../infra/json-schema.ts';

const statuses = { VALID: 'PASS', INVALID: 'FAIL', UNCLEAR: 'UNKNOWN' } as const;

/** What a gate makes of the output of its look at these targets. */
export const evaluateOutput = (expect: JsonObject, output: Json, targets: readonly Target[]): Verdict => {
  const answer = checkBySchema(expect, output);
  const seen = targets.map(({ name }) => name).join(', ');
  const message =
    answer.kind === 'VALID' ? 'The output is as expected.' : `${seen && `${seen}: `}${answer.message}.`;
  return { status: statuses[answer.kind], message };
};

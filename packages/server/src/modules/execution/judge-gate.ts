import type { Json, JsonObject } from '../../domain/json.ts';
import type { Verdict } from '../../domain/run.ts';
import { checkBySchema } from '../../infra/json-schema.ts';

const statuses = { VALID: 'PASS', INVALID: 'FAIL', UNCLEAR: 'UNKNOWN' } as const;

/** What a gate makes of the output of its look. */
export const judgeOutput = (expect: JsonObject, output: Json): Verdict => {
  const answer = checkBySchema(expect, output);
  const message = answer.kind === 'VALID' ? 'The output is as expected.' : answer.message;
  return { status: statuses[answer.kind], message };
};

import { z } from 'zod';
import { errorCodes } from '../../../domain/error-catalogue.ts';
import { actionCodeOf } from '../../../domain/legacy-codes.ts';
import { faultsOf } from '../../../domain/refusal-details.ts';
import { faultShape, shownFaults } from '../../shared/fault-json.ts';
import type { RestForm } from '../rest-form.ts';

const actionCodes = [...new Set(errorCodes.map(actionCodeOf))];

/** Who said no where no platform did. */
const ourselves = 'countersign';

const actionError = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(actionCodes).describe('The kind of error, one of eleven.'),
      message: z.string().describe('What happened and what to do, for people.'),
      retriable: z.boolean().describe('Whether the same call may succeed later.'),
      retryAfter: z.int().nullable().describe('Seconds to wait first, as in Retry-After.'),
      platform: z.string().describe('The platform that erred; countersign where it is our own word.'),
      details: z
        .strictObject({
          reason: z.enum(errorCodes).describe('The reason itself, one of the catalogue.'),
          faults: z.array(faultShape).describe('Everything that is wrong with the input.'),
          approvalUrl: z.string().nullable().describe('Where people decide, where that is what is missing.'),
          requestId: z.string().describe('Give it when you report the error; as in X-Request-Id.'),
        })
        .describe('What a program may need to go on.'),
    }),
  })
  .meta({
    id: 'ActionError',
    description: 'Why something was not done, in the words of the orchestration layer.',
  });

export const actionErrorForm: RestForm = {
  mediaType: 'application/json',
  contentType: 'application/json; charset=utf-8',
  schema: actionError,
  bodyOf: ({
    code,
    message,
    retriable,
    retryAfterMs,
    approvalUrl,
    details,
    requestId,
  }): z.output<typeof actionError> => ({
    error: {
      code: actionCodeOf(code),
      message,
      retriable,
      retryAfter: retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 1_000)),
      platform: ourselves,
      details: { reason: code, faults: shownFaults(faultsOf(details)), approvalUrl, requestId },
    },
  }),
};

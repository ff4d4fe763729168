import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { publicCodeOf } from '../../domain/legacy-codes.ts';
import { errorCodes } from '../../domain/error-catalogue.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { faultShape, shownFaults } from '../shared/fault-json.ts';
import type { RestForm } from './rest-form.ts';

const publicCodes = [...new Set(errorCodes.map(publicCodeOf))];

/** Problem Details for HTTP APIs (RFC 9457) with what a program needs to go on. */
export const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string().describe('What the status is called.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What happened and what to do, for people.'),
    code: z.enum(publicCodes).describe('The kind of error, one of nine.'),
    reason: z.enum(errorCodes).describe('The reason itself, one of the catalogue.'),
    retriable: z.boolean().describe('Whether the same call may succeed later.'),
    retryAfterMs: z.int().nullable().describe('Milliseconds to wait first, as in Retry-After.'),
    approval_link: z.string().nullable().describe('Where people decide, where that is what is missing.'),
    faults: z.array(faultShape).describe('Everything that is wrong with the input.'),
    taskId: z.string().nullable().describe('The task that the idempotency key stands for.'),
    requestId: z.string().describe('Give it when you report the error; as in X-Request-Id.'),
  })
  .meta({ id: 'Problem', description: 'Why something was not done. Nothing is half done.' });

type Problem = z.output<typeof problem>;

export const problemForm: RestForm = {
  mediaType: 'application/problem+json',
  contentType: 'application/problem+json; charset=utf-8',
  schema: problem,
  bodyOf: ({ code, message, status, retriable, retryAfterMs, approvalUrl, details, requestId }): Problem => ({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code: publicCodeOf(code),
    reason: code,
    retriable,
    retryAfterMs,
    approval_link: approvalUrl,
    faults: shownFaults(faultsOf(details)),
    taskId: details?.kind === 'EXISTING_TASK' ? details.taskId : null,
    requestId,
  }),
};

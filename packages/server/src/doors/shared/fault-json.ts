import { z } from 'zod';
import { errorCodes } from '../../domain/error-catalogue.ts';
import type { Fault } from '../../domain/refusal-details.ts';

export const faultShape = z.strictObject({
  path: z.string().describe('Where: a header, or `actions[0].params.branch`.'),
  message: z.string().describe('What, for people.'),
  code: z.enum(errorCodes).describe('SCHEMA_VALIDATION_FAILED for its form, otherwise what else.'),
  suggestions: z.array(z.string()).describe('What could stand there instead, the nearest first.'),
  setting: z.string().nullable().describe("The installation's setting that decides about it."),
});

export const shownFaults = (faults: readonly Fault[]): z.output<typeof faultShape>[] =>
  faults.map(({ path, message, code, suggestions, setting }) => ({
    path,
    message,
    code: code ?? 'SCHEMA_VALIDATION_FAILED',
    suggestions: [...(suggestions ?? [])],
    setting: setting ?? null,
  }));

import type { z } from 'zod';
import type { ErrorForm } from '../http/http-errors.ts';

/** How a family of addresses tells errors, and what the document says of that. */
export interface RestForm extends ErrorForm {
  /** Without its parameters: `application/problem+json`. */
  readonly mediaType: string;
  readonly schema: z.ZodType;
}

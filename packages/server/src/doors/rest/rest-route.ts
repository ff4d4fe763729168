import type { z } from 'zod';
import type { Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Call, Operation } from '../../modules/operation.ts';

/** A part of an operation's input that does not come in the body. */
export interface RestParameter {
  readonly in: 'header' | 'path' | 'query';
  readonly name: string;
  /** The field of the input, where it has another name. */
  readonly field?: string;
  readonly schema: z.ZodType;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One address of the REST door: where the input of an operation comes from, and how its value is told. */
export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it: `/tasks/{id}`. */
  readonly path: string;
  readonly operation: Pick<Operation<unknown>, 'name' | 'description'>;
  readonly parameters: readonly RestParameter[];
  readonly body?: z.ZodType;
  /** What each status of success says. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  /** What is wrong with an input, before anything is done. */
  readonly faultsOf: (input: Readonly<Record<string, unknown>>) => readonly Fault[];
  readonly answer: (call: Call, input: Readonly<Record<string, unknown>>) => Promise<Outcome<RestAnswer>>;
}

import type { z } from 'zod';
import type { Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { OpenCall } from '../shared/follow-task.ts';
import type { RestForm } from './rest-form.ts';

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
  /** JSON; left out where the status says everything. */
  readonly body?: unknown;
  /** In the place of a body: what is told piece by piece, for as long as the caller listens. */
  readonly stream?: AsyncIterableIterator<string>;
}

/** What a route may know of the request besides its input. */
export type RestCall = OpenCall;

export type RestInput = Readonly<Record<string, unknown>>;

export interface RestSuccess {
  readonly description: string;
  /** Null where there is no body. */
  readonly schema: z.ZodType | null;
  /** JSON where left out. */
  readonly contentType?: string;
}

/** One address of the REST door: where the input of an operation comes from, and how its value is told. */
export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it: `/tasks/{id}`. */
  readonly path: string;
  /** Of this address alone, for clients that are made from the document. */
  readonly id: string;
  readonly description: string;
  readonly parameters: readonly RestParameter[];
  readonly body?: z.ZodType;
  /** Whether a call without a body is as one with an empty object. */
  readonly isBodyOptional?: boolean;
  /** What each status of success says. */
  readonly answers: Readonly<Record<number, RestSuccess>>;
  /** What is wrong with an input, before anything is done. */
  readonly faultsOf: (input: RestInput) => readonly Fault[];
  readonly answer: (call: RestCall, input: RestInput) => Promise<Outcome<RestAnswer>>;
}

/** Addresses that read and write alike: which headers they need, and how they tell errors. */
export interface RestFamily {
  /** Heads its addresses in the document. */
  readonly name: string;
  readonly description: string;
  readonly form: RestForm;
  /** Whether a call without X-Tenant-ID is refused; where it may be left out, it must fit all the same. */
  readonly needsTenant: boolean;
  readonly routes: readonly RestRoute[];
}

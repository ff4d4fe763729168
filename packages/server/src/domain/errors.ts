import { errorCatalogue, type ErrorCode } from './error-catalogue.ts';
import { toShortText, type Json, type JsonObject } from './json.ts';
import type { Fault, RefusalDetails } from './refusal-details.ts';

/** An expected "no": a value that travels to the caller, never thrown. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retriable: boolean;
  readonly retryAfterMs: number | null;
  readonly approvalUrl: string | null;
  readonly details: RefusalDetails | null;
}

/** A refusal where no value can carry it: what was begun already, such as a stream, ends with it. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly refusal: Refusal;

  constructor(reason: Refusal) {
    super(reason.message);
    this.refusal = reason;
  }
}

export interface RefusalExtras {
  /** Where the catalogue's word does not fit this case. */
  readonly retriable?: boolean;
  readonly retryAfterMs?: number;
  readonly approvalUrl?: string;
  readonly details?: RefusalDetails;
}

export const refusal = (code: ErrorCode, message: string, extras: RefusalExtras = {}): Refusal => ({
  code,
  message,
  retriable: extras.retriable ?? errorCatalogue[code].retriable,
  retryAfterMs: extras.retryAfterMs ?? null,
  approvalUrl: extras.approvalUrl ?? null,
  details: extras.details ?? null,
});

/** A refusal for one reason, at one place of the input. */
export const refusalAt = (
  path: string,
  code: ErrorCode,
  message: string,
  extras: Omit<Fault, 'path' | 'message' | 'code'> = {},
): Refusal =>
  refusal(code, message, { details: { kind: 'FAULTS', faults: [{ path, message, code, ...extras }] } });

/** What the caller sent decides how many faults there are and how long the names in them. */
const mostFaults = 50;
const longestPath = 300;
const longestMessage = 500;

const told = ({ path, message, ...rest }: Fault): Fault => ({
  ...rest,
  path: toShortText(path, longestPath),
  message: toShortText(message, longestMessage),
});

export const invalidInput = (faults: readonly Fault[]): Refusal => {
  const first = faults.slice(0, mostFaults).map(told);
  // Where nothing else is wrong than what configuration does not allow, that is what is wrong.
  const isForbidden = faults.length > 0 && faults.every(({ code }) => code === 'POLICY_DENIED');
  return refusal(
    isForbidden ? 'POLICY_DENIED' : 'SCHEMA_VALIDATION_FAILED',
    faultSummary(first, faults.length),
    {
      details: { kind: 'FAULTS', faults: first },
    },
  );
};

/** The same refusal, its faults in the words of whoever sent the input. */
export const reworded = (no: Refusal, reword: (fault: Fault) => Fault): Refusal => {
  if (no.details?.kind !== 'FAULTS') return no;
  const faults = no.details.faults.map(reword);
  const [before] = no.details.faults;
  const [after] = faults;
  const message = before && after ? no.message.replace(said(before), () => said(after)) : no.message;
  return { ...no, message, details: { ...no.details, faults } };
};

const faultSummary = ([first]: readonly Fault[], count: number): string => {
  if (!first) return 'The input is not valid.';
  const rest = count - 1;
  return `${said(first)}${rest > 0 ? ` (and ${rest} more)` : ''}`;
};

/** With its whole place, where the message begins with the last name of it: `actions[0].params.branch is missing`. */
const said = ({ path, message }: Fault): string => {
  if (path === '') return message;
  const [name = ''] = message.split(' ', 1);
  return name !== '' && path.endsWith(name) ? `${path}${message.slice(name.length)}` : `${path}: ${message}`;
};

/** Either what was asked for or why not. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });
export const refused = <Value = never>(reason: Refusal): Outcome<Value> => ({ ok: false, refusal: reason });

/** How an attempt failed, as the console and the record show it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Json;
  /** How long the platform asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the same may succeed later, where the catalogue's word for the code does not fit. */
  readonly retriable?: boolean;
}

/** Whether whoever asked may ask for the same again and hope. */
export const isRetriable = ({ code, retriable }: Failure): boolean =>
  retriable ?? errorCatalogue[code].retriable;

const isJsonObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing was done: more is asked for than can be done in good time. */
export const tooBusy: Refusal = refusal(
  'SERVICE_DOWN',
  'More is asked of this server than it can do at the moment, and nothing was done. Try again.',
  { retryAfterMs: 2_000 },
);

/**
 * The failure of an attempt of which nobody knows what it did. However it came to that (the details name it),
 * to ask for the same again may do it twice.
 */
export const outcomeUnknown = ({ code, message, details = null }: Failure): Failure => {
  if (code === 'OUTCOME_UNKNOWN') return { code, message, ...(details === null ? {} : { details }) };
  const more = isJsonObject(details) ? details : details === null ? {} : { details };
  return { code: 'OUTCOME_UNKNOWN', message, details: { ...more, cause: code } };
};

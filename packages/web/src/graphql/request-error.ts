/** What went wrong with a request, in words a panel can show. */
export interface RequestFailure {
  /** The server's code, or one of ours: NETWORK_UNREACHABLE, UNREADABLE_ANSWER. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;
}

export class RequestError extends Error implements RequestFailure {
  override readonly name = 'RequestError';
  readonly code: string;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(failure: RequestFailure) {
    super(failure.message);
    this.code = failure.code;
    this.requestId = failure.requestId;
    this.retryAfterMs = failure.retryAfterMs;
  }

  get isUnreachable(): boolean {
    return this.code === 'NETWORK_UNREACHABLE';
  }

  get hasSessionEnded(): boolean {
    return this.code === 'AUTHENTICATION_FAILED';
  }
}

interface WireError {
  readonly message?: unknown;
  readonly extensions?: { readonly [key: string]: unknown };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads the first error of a GraphQL answer. */
export const failureOf = (errors: readonly WireError[]): RequestFailure => {
  const [first] = errors;
  const extensions = first?.extensions ?? {};
  const retryAfterMs = extensions['retryAfterMs'];
  return {
    code: text(extensions['code']) ?? 'INTERNAL_ERROR',
    message: text(first?.message) ?? 'The server refused without saying why.',
    requestId: text(extensions['requestId']),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
  };
};

export const asRequestFailure = (error: unknown): RequestFailure =>
  error instanceof RequestError
    ? error
    : {
        code: 'UNREADABLE_ANSWER',
        message: error instanceof Error ? error.message : 'Something unexpected happened in the console.',
        requestId: null,
        retryAfterMs: null,
      };

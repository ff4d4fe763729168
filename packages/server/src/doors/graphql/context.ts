import type { Caller } from '../../domain/principal.ts';

/** What every resolver knows about the call. */
export interface RequestContext {
  readonly viewer: Caller;
  readonly requestId: string;
  /** W3C trace context of the caller, where it sent one. */
  readonly traceparent: string | null;
  /** Aborts once nobody waits for the answer. */
  readonly signal?: AbortSignal;
}

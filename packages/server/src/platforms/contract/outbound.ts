import { EgressRefused } from '../../infra/egress.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import type { Verdict } from './breaker.ts';
import { verdictOf } from './breakers.ts';
import { classifyError } from '../kit/executor-error.ts';
import { codeOfStatus } from '../kit/response-status.ts';
import type { PlatformGuard } from './platform-guard.ts';
import type { IsRead } from './read-endpoints.ts';

export interface OutboundOptions {
  readonly guard: Pick<PlatformGuard, 'breakers'>;
  readonly endpoint: string;
  /** Asked before the first thing leaves; throws where there is no leave. */
  readonly takeLeave: () => void;
  /** True for what must not be held back: an effect that was made has to be confirmed. */
  readonly isForced: boolean;
  /** Whether a request only looks. Default: by its method. */
  readonly isRead?: IsRead;
  /** Once it fires, what comes of a call says nothing about the platform. */
  readonly caller: AbortSignal;
}

/** The way of one operation to its platform. What takes it is counted, and nothing else is. */
export interface Outbound {
  readonly hasSent: () => boolean;
  /** Does what reaches the platform. `isRead`: whether it only looks. */
  readonly send: <Value>(
    isRead: boolean,
    work: () => Promise<Value>,
    verdictOfValue?: (value: Value) => Verdict,
  ) => Promise<Value>;
  /** A client whose every request goes this way. */
  readonly over: (client: HttpClient) => HttpClient;
}

const hasReadMethod: IsRead = ({ method }) => method === 'GET' || method === 'HEAD';

export const createOutbound = (options: OutboundOptions): Outbound => {
  const { guard, endpoint, takeLeave, isForced, caller, isRead: isDeclared = hasReadMethod } = options;
  let hasSent = false;
  let hasWritten = false;
  const verdictOfError = (error: unknown): Verdict =>
    caller.aborted || error instanceof EgressRefused ? 'NOTHING' : verdictOf(classifyError(error));

  const send: Outbound['send'] = async (isRead, work, verdictOfValue = () => 'WELL') => {
    // What has begun to change something is brought to its end: half of it would be told as nothing.
    const end = guard.breakers.enter(endpoint, isRead, isForced || hasWritten, () => {
      if (!hasSent) takeLeave();
    });
    hasSent = true;
    hasWritten ||= !isRead;
    try {
      const value = await work();
      end(verdictOfValue(value));
      return value;
    } catch (error) {
      end(verdictOfError(error));
      throw error;
    }
  };
  return {
    send,
    hasSent: () => hasSent,
    over: (client) => ({
      ...client,
      request: (asked) =>
        send(
          hasReadMethod(asked) || isDeclared(asked),
          () => client.request(asked),
          ({ status }) => verdictOf(codeOfStatus(status)),
        ),
    }),
  };
};

import { systemClock } from '../../infra/clock.ts';
import type { HttpClient, HttpResponse } from '../../infra/http-client.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { amended, classifyError, ExecutorError } from './executor-error.ts';
import { failureOfStatus } from './response-status.ts';

/** The part of an executor's context that a vendor's client is run in. */
export interface ClientContext {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

export interface ClientCall {
  /** It only looks, whatever its method: no failure of it leaves an effect behind. Default: by the method. */
  readonly isRead?: boolean;
  /** A longer answer is refused. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** What this platform means by an answer where its status alone misleads; null leaves it to the status. */
  readonly failureOf?: (response: HttpResponse, method: string) => ExecutorError | null;
}

/** Far above what the input of any action may hold. */
const maxRequestBytes = 33_554_432;
const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** What came of the last request, which is more than most clients tell. */
type Exchange =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'PENDING' }
  | { readonly kind: 'FAILED'; readonly error: unknown }
  | { readonly kind: 'ANSWERED'; readonly response: HttpResponse; readonly method: string };

/**
 * Runs a vendor's client over the guarded way out: `ask` makes a client of its own with the `fetch` that it is given,
 * and has it make one call of the API. Whatever the client throws, the failure is the one of its last request: where
 * nothing was sent, no effect is doubted. A request that is still under way when the client gives up is ended.
 */
export const callClient = async <Value>(
  context: ClientContext,
  ask: (fetch: typeof globalThis.fetch) => Promise<Value>,
  call: ClientCall = {},
): Promise<Value> => {
  let last: Exchange = { kind: 'NONE' };
  const ending = new AbortController();
  const fetchGuarded: typeof globalThis.fetch = async (input, init) => {
    const { body: stream, method, url, headers, signal } = new Request(input, withDuplex(init));
    const body = stream && (await readWithin(stream, maxRequestBytes));
    using joined = joinSignals(context.signal, ending.signal, signal);
    last = { kind: 'PENDING' };
    try {
      const response = await context.http.request({
        method,
        url,
        headers: headersOf(headers),
        ...(body ? { body } : {}),
        signal: joined.signal,
        followsRedirects: false,
        ...(call.maxResponseBytes === undefined ? {} : { maxResponseBytes: call.maxResponseBytes }),
      });
      last = { kind: 'ANSWERED', response, method };
      return asFetched(response);
    } catch (error) {
      if (last.kind === 'PENDING') last = { kind: 'FAILED', error };
      throw error;
    }
  };
  try {
    return await ask(fetchGuarded);
  } catch (error) {
    throw failureOf(last, error, context.signal, call);
  } finally {
    ending.abort();
  }
};

/** A body that streams is sent only by who says that no answer is read meanwhile. */
const withDuplex = (init: RequestInit | undefined): RequestInit => ({ ...init, duplex: 'half' });

const readWithin = async (stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError(`A request must not be larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** A coded answer could hold any amount, so none is asked for; how long the body is, the way out says itself. */
const headersOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    [...headers].filter(([name]) => name !== 'accept-encoding' && name !== 'content-length'),
  );

const asFetched = ({ status, headers, body, isTruncated }: HttpResponse): Response => {
  const coding = headers['content-encoding'] ?? 'identity';
  if (isTruncated) throw new RangeError('The answer is longer than anybody reads.');
  if (coding !== 'identity') throw new TypeError('The answer is coded, which nobody asked for.');
  return new Response(statusesWithoutBody.has(status) ? null : new Uint8Array(body), { status, headers });
};

const failureOf = (last: Exchange, thrown: unknown, signal: AbortSignal, call: ClientCall): ExecutorError => {
  if (thrown instanceof ExecutorError) return thrown;
  switch (last.kind) {
    case 'NONE': {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      return new ExecutorError('PLATFORM_REJECTED', message, { effect: 'NONE', cause: thrown });
    }
    case 'PENDING':
      // What ended it says more than what the client made of that.
      return harmless(classifyError(signal.aborted ? signal.reason : thrown), call);
    case 'FAILED':
      return harmless(classifyError(last.error), call);
    case 'ANSWERED':
      return failureOfAnswer(last, thrown, call);
  }
};

const failureOfAnswer = (
  { response, method }: Extract<Exchange, { kind: 'ANSWERED' }>,
  thrown: unknown,
  call: ClientCall,
): ExecutorError => {
  const isRead = call.isRead ?? (method === 'GET' || method === 'HEAD');
  return (
    call.failureOf?.(response, method) ??
    failureOfStatus(response, isRead ? 'GET' : method, systemClock.now().getTime()) ??
    new ExecutorError('DEPENDENCY_FAILED', 'The platform answered something that is not what it documents.', {
      effect: isRead ? 'NONE' : 'UNKNOWN',
      retriable: false,
      cause: thrown,
    })
  );
};

const harmless = (error: ExecutorError, { isRead }: ClientCall): ExecutorError =>
  isRead ? amended(error, { effect: 'NONE' }) : error;

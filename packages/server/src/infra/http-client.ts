import type { NetworkReach } from '@countersign/shared';
import type { Dispatcher } from 'undici';
import { connectionReasonOf } from './connection-reasons.ts';
import { EgressRefused, type Egress } from './egress.ts';
import { inSpanOfTrace, traceHeaders } from './tracing.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** A longer body is cut here. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** False: a redirect is the answer, of reads as well. Default true. */
  readonly followsRedirects?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly isTruncated: boolean;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface HttpClient {
  /** Any answer is a value, whatever its status. Throws `HttpFailure` or `EgressRefused`. */
  readonly request: (request: HttpRequest) => Promise<HttpResponse>;
  /** Whether the rules let this URL out: parses, resolves, checks; sends nothing. Throws as `request` does. */
  readonly check: (url: string) => Promise<URL>;
  /** True for hosts that configuration allows inside. */
  readonly isInternal: (url: URL) => boolean;
}

export interface HttpClientOptions {
  readonly reach: NetworkReach;
}

export type HttpFailureKind = 'CONNECT' | 'TIMEOUT' | 'ABORTED' | 'BROKEN' | 'REDIRECTS';

/** No answer, or not a whole one. `isSent` tells whether the other side may have acted on it. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;
  readonly isSent: boolean;

  constructor(kind: HttpFailureKind, isSent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.isSent = isSent;
  }
}

const readMethods = new Set(['GET', 'HEAD']);
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 3;
const defaultMaxResponseBytes = 1_048_576;
/** All that goes along to another origin: any other header may be a credential. */
const headersForStrangers = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/**
 * The one way out over HTTP. Reads follow up to three redirects, each checked like the first URL; a
 * write follows none, since nobody approved sending it elsewhere.
 */
export const createHttpClient = (egress: Egress, options: HttpClientOptions): HttpClient => {
  const parse = (text: string): URL => {
    const url = egress.parse(text);
    if (options.reach === 'NONE') throw new EgressRefused('This action may not use the network.');
    if (options.reach === 'INTERNAL' && !egress.isInternal(url)) {
      throw new EgressRefused(`This action may call hosts inside only, not ${url.host}.`);
    }
    return url;
  };

  const request = async (asked: HttpRequest): Promise<HttpResponse> => {
    const isFollowing = readMethods.has(asked.method) && asked.followsRedirects !== false;
    let url = parse(asked.url);
    let headers = asked.headers ?? {};
    let tellsTrace = egress.isInternal(url) && !hasTrace(headers);
    for (let hop = 0; ; hop += 1) {
      const response = await exchange(egress, { ...asked, headers, url: url.href, tellsTrace });
      const next = isFollowing ? redirectTarget(response, url) : null;
      if (next === null) return response;
      if (hop === maxRedirects)
        throw new HttpFailure('REDIRECTS', true, `More than ${maxRedirects} redirects.`);
      const target = parse(next.href);
      if (url.protocol === 'https:' && target.protocol === 'http:') {
        throw new EgressRefused('A redirect from https to http is not followed.');
      }
      if (target.origin !== url.origin) {
        headers = withoutCredentials(headers);
        tellsTrace = false;
      }
      url = target;
    }
  };

  const check = async (text: string): Promise<URL> => {
    const url = parse(text);
    try {
      await egress.check(url);
    } catch (error) {
      if (error instanceof EgressRefused) throw error;
      throw new HttpFailure('CONNECT', false, `${url.hostname} cannot be resolved.`, error);
    }
    return url;
  };

  return { request, check, isInternal: egress.isInternal };
};

const redirectTarget = (response: HttpResponse, from: URL): URL | null => {
  const location = response.headers.location;
  if (!redirectStatuses.has(response.status) || !location || !URL.canParse(location, from.href)) return null;
  return new URL(location, from);
};

const withoutCredentials = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => headersForStrangers.has(name.toLowerCase())));

/** A caller's own stays as it was given. */
const hasTrace = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => ['traceparent', 'tracestate'].includes(name.toLowerCase()));

interface Exchange extends HttpRequest {
  /** Whether our trace goes along: to hosts inside alone, and never past a redirect to another. */
  readonly tellsTrace: boolean;
}

/** Of the URL its host alone: path and query may hold what is nobody else's. */
const exchange = (egress: Egress, asked: Exchange): Promise<HttpResponse> => {
  const { hostname, port, protocol } = new URL(asked.url);
  const attributes = {
    'http.request.method': asked.method,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  return inSpanOfTrace(asked.method, { kind: 'CLIENT', attributes }, async (span) => {
    const response = await send(egress, asked);
    span?.setAttribute('http.response.status_code', response.status);
    return response;
  });
};

const send = async (egress: Egress, asked: Exchange): Promise<HttpResponse> => {
  let isSent = false;
  const dispatcher = egress.dispatcher.compose(notingStart(() => (isSent = true)));
  try {
    const response = await dispatcher.request({
      origin: new URL(asked.url).origin,
      path: pathOf(asked.url),
      method: asked.method,
      headers: { 'accept-encoding': 'identity', ...asked.headers, ...(asked.tellsTrace && traceHeaders()) },
      body: asked.body ?? null,
      signal: asked.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const maxBytes = asked.maxResponseBytes ?? defaultMaxResponseBytes;
    const { body, isTruncated } = await readCapped(response.body, maxBytes);
    return {
      status: response.statusCode,
      headers: flat(response.headers),
      body,
      isTruncated,
      url: asked.url,
    };
  } catch (error) {
    throw asFailure(error, asked, isSent);
  }
};

/** Tells when the request begins to go out on a connected socket: before that, nothing can have happened. */
const notingStart =
  (note: () => void): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        handler.onRequestStart?.(controller, context);
        if (!controller.aborted) note();
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });

const readCapped = async (
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ body: Buffer; isTruncated: boolean }> => {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early destroys the stream, and with it the rest of the answer.
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) return { body: Buffer.concat(chunks).subarray(0, maxBytes), isTruncated: true };
  }
  return { body: Buffer.concat(chunks), isTruncated: false };
};

const asFailure = (error: unknown, { signal, url }: HttpRequest, isSent: boolean): Error => {
  if (error instanceof EgressRefused) return error;
  const { host } = new URL(url);
  if (signal.aborted) {
    const isTimeout = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
    return isTimeout
      ? new HttpFailure('TIMEOUT', isSent, `${host} did not answer in time.`, error)
      : new HttpFailure('ABORTED', isSent, 'Stopped before an answer came.', error);
  }
  return isSent
    ? new HttpFailure('BROKEN', true, `No whole answer of ${host}: ${connectionReasonOf(error)}.`, error)
    : new HttpFailure('CONNECT', false, `${host} cannot be reached: ${connectionReasonOf(error)}.`, error);
};

const pathOf = (text: string): string => {
  const url = new URL(text);
  return `${url.pathname}${url.search}`;
};

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

import type { HttpClient } from './http-client.ts';

/** What libraries ask of `fetch`. */
interface FetchOptions {
  readonly method?: string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

export type GuardedFetch = (url: string, options: FetchOptions) => Promise<Response>;

const usualBounds = { timeoutMs: 5_000, maxResponseBytes: 256 * 1024 };
const withoutBody = new Set([204, 205, 304]);

/** `fetch` for libraries that bring their own calls: by our one way out, in bounds, following no redirect. */
export const createGuardedFetch =
  (http: HttpClient, { timeoutMs, maxResponseBytes } = usualBounds): GuardedFetch =>
  async (url, { method = 'GET', headers, body, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const answer = await http.request({
      method,
      url,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body === undefined || body === null ? {} : { body: textOf(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      maxResponseBytes,
      followsRedirects: false,
    });
    if (answer.isTruncated) throw new Error(`The answer of ${new URL(url).origin} is too long.`);
    const isEmpty = withoutBody.has(answer.status);
    const content = new Uint8Array(answer.body);
    return new Response(isEmpty ? null : content, { status: answer.status, headers: answer.headers });
  };

const textOf = (body: unknown): string | Uint8Array => {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('A body of this kind cannot be sent.');
};

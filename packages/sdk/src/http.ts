import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { textOf, type Given, type Operation } from './operation.ts';
import { CountersignError } from './types.ts';

export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string;
  /** A server that has not answered by then is away. */
  readonly answeredWithinMs: number;
}

const answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string().optional(), retriable: z.boolean().optional() }).optional(),
      }),
    )
    .optional(),
});

const mostTries = 4;
const longestWaitMs = 10_000;

interface Try {
  readonly waitMs: number | null;
  /** Nobody knows whether the server did what it was asked for. */
  readonly mayBeDone: boolean;
  readonly error: CountersignError;
}

/**
 * Asks once, and again where the server is away or has too much to do. A submission has its key, and most others do no
 * more the second time: what would is sent but once where it may have been done.
 */
export const ask = async <Result, Variables>(
  connection: Connection,
  document: Operation<Result, Variables>,
  variables: NoInfer<Given<Variables>>,
  signal?: AbortSignal,
  doesMoreAgain = false,
): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    const outcome = await askOnce(connection, textOf(document), variables, signal);
    // The document is typed by the schema that the server answers by.
    if (!('error' in outcome)) return outcome.data as Result;
    const { waitMs, mayBeDone, error } = outcome;
    if (waitMs === null || tries === mostTries || (doesMoreAgain && mayBeDone)) throw error;
    await sleep(Math.min(longestWaitMs, Math.max(waitMs, 100 * 2 ** tries)), null, signal && { signal });
  }
};

const askOnce = async (
  { url, apiKey, answeredWithinMs }: Connection,
  query: string,
  variables: unknown,
  signal: AbortSignal | undefined,
): Promise<Try | { readonly data: unknown }> => {
  const time = AbortSignal.timeout(answeredWithinMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/graphql`, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: signal ? AbortSignal.any([signal, time]) : time,
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    const away = `${new URL(url).host} ${time.aborted ? 'did not answer in time' : 'cannot be reached'}.`;
    const networkError = new CountersignError('NETWORK_ERROR', away, true, { cause: error });
    return { waitMs: 0, mayBeDone: true, error: networkError };
  }
  const body = answer.safeParse(jsonIn(text));
  const [first] = body.data?.errors ?? [];
  if (body.success && !first && response.ok) return { data: body.data.data };
  const { code = `HTTP_${response.status}`, retriable = false } = first?.extensions ?? {};
  const message = first?.message ?? `The server answered with ${response.status} and no reason.`;
  const isBusy = [429, 502, 503, 504].includes(response.status);
  return {
    waitMs: isBusy ? retryAfterMs(response.headers.get('retry-after')) : null,
    // Of a gateway: the server behind it may have gone on.
    mayBeDone: [502, 504].includes(response.status),
    error: new CountersignError(code, message, retriable || isBusy),
  };
};

export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Seconds, or a date, as whatever stands before a server may write it. */
const retryAfterMs = (header: string | null): number => {
  const seconds = Number(header ?? 0);
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - Date.now() : seconds * 1_000;
  return Math.max(0, Number.isNaN(ms) ? 0 : ms);
};

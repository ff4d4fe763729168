import { z } from 'zod';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { Login } from './login-file.ts';

export interface ApiCall {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the command waits for beside the answer. */
  readonly signal?: AbortSignal;
  /** A server that has not answered by then is away; a minute where left out. */
  readonly withinMs?: number;
}

/** The server, called as somebody. */
export interface Api {
  readonly url: string;
  /** @throws {CommandError} for whatever is no answer of success. */
  json(method: 'GET' | 'POST', path: string, call?: ApiCall): Promise<unknown>;
  /** As `json`, with a body that is read while it comes, however long; null for 204. */
  stream(path: string, call?: ApiCall): Promise<ReadableStream<Uint8Array> | null>;
}

const problem = z.looseObject({
  detail: z.string(),
  reason: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  approval_link: z.string().nullish(),
  retryAfterMs: z.number().nullish(),
});

/** Longer than the server takes for whatever it answers at once. */
const usualMs = 60_000;
const tooLate = 'did not answer in time';

const credentialHeaders = ({ credential }: Pick<Login, 'credential'>): Record<string, string> =>
  credential.kind === 'KEY'
    ? { authorization: `Bearer ${credential.key}` }
    : { cookie: `cs_session=${credential.cookie}` };

export const createApi = (login: Login): Api => {
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {}, signal }: ApiCall,
    time: AbortSignal,
  ): Promise<Response> => {
    const init = {
      method,
      redirect: 'error',
      headers: {
        ...credentialHeaders(login),
        'x-tenant-id': login.tenantId,
        accept: 'application/json, text/event-stream',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    } as const;
    const response = await reach(`${login.url}${path}`, init, time);
    if (response.ok) return response;
    throw await refusalOf(response);
  };
  return {
    url: login.url,
    json: async (method, path, call = {}) => {
      const time = AbortSignal.timeout(call.withinMs ?? usualMs);
      return readJson(await send(method, path, call, time), login.url, time);
    },
    stream: async (path, call = {}) => {
      const time = new AbortController();
      const timer = setTimeout(() => {
        time.abort();
      }, call.withinMs ?? usualMs);
      try {
        const response = await send('GET', path, call, time.signal);
        return response.status === 204 ? null : response.body;
      } finally {
        clearTimeout(timer);
      }
    },
  };
};

/** @throws {CommandError} where it breaks off. */
const readJson = async (response: Response, url: string, time: AbortSignal): Promise<unknown> => {
  try {
    return await response.json();
  } catch (error) {
    throw away(url, time.aborted ? tooLate : 'broke its answer off', error);
  }
};

const away = (url: string, words: string, cause: unknown): CommandError =>
  new CommandError(exitCodes.unreachable, `${new URL(url).host} ${words}.`, { cause });

/** @throws {CommandError} where there is no answer at all. */
export const reach = async (
  url: string,
  { signal, ...init }: RequestInit,
  time: AbortSignal = AbortSignal.timeout(usualMs),
): Promise<Response> => {
  try {
    return await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, time]) : time });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw away(url, time.aborted ? tooLate : 'cannot be reached', error);
  }
};

const refusalOf = async (response: Response): Promise<CommandError> => {
  const told = problem.safeParse(await response.json().catch(() => null));
  const { status } = response;
  if (status === 401) {
    const message = 'The server does not know these credentials any more. Sign in: countersign login';
    return new CommandError(exitCodes.unknown, message, { told: told.data ?? null });
  }
  const code = status >= 500 || status === 429 ? exitCodes.unreachable : exitCodes.refused;
  if (!told.success) return new CommandError(code, `The server answered with ${status} and no reason.`);
  const { reason, detail, faults, approval_link: link } = told.data;
  const more = faults.map(({ path, message }) => `  ${path}: ${message}`);
  const lines = [`${reason}: ${detail}`, ...more, ...(link ? [`  ${link}`] : [])];
  return new CommandError(code, lines.join('\n'), { told: told.data });
};

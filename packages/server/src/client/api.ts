import { z } from 'zod';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { Login } from './login-file.ts';

export interface ApiCall {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the command waits for beside the answer. */
  readonly signal?: AbortSignal;
}

/** The server, called as somebody. */
export interface Api {
  readonly url: string;
  /** @throws {CommandError} for whatever is no answer of success. */
  json(method: 'GET' | 'POST', path: string, call?: ApiCall): Promise<unknown>;
  /** As `json`, with a body that is read while it comes; null for 204. */
  stream(path: string, call?: ApiCall): Promise<ReadableStream<Uint8Array> | null>;
}

const problem = z.looseObject({
  detail: z.string(),
  reason: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  approval_link: z.string().nullish(),
  retryAfterMs: z.number().nullish(),
});

const credentialHeaders = ({ credential }: Pick<Login, 'credential'>): Record<string, string> =>
  credential.kind === 'KEY'
    ? { authorization: `Bearer ${credential.key}` }
    : { cookie: `cs_session=${credential.cookie}` };

export const createApi = (login: Login): Api => {
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {}, signal }: ApiCall = {},
  ): Promise<Response> => {
    const response = await reach(`${login.url}${path}`, {
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
    });
    if (response.ok) return response;
    throw await refusalOf(response);
  };
  return {
    url: login.url,
    json: async (method, path, call) => readJson(await send(method, path, call), login.url),
    stream: async (path, call) => {
      const response = await send('GET', path, call);
      return response.status === 204 ? null : response.body;
    },
  };
};

/** @throws {CommandError} where it breaks off. */
const readJson = async (response: Response, url: string): Promise<unknown> => {
  try {
    return await response.json();
  } catch (error) {
    throw new CommandError(exitCodes.unreachable, `${new URL(url).host} broke its answer off.`, {
      cause: error,
    });
  }
};

/** @throws {CommandError} where there is no answer at all. */
export const reach = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const { host } = new URL(url);
    throw new CommandError(exitCodes.unreachable, `${host} cannot be reached.`, { cause: error });
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

import type { z } from 'zod';
import { systemClock } from '../../infra/clock.ts';
import type { HttpClient, HttpRequest } from '../../infra/http-client.ts';
import { ExecutorError } from './executor-error.ts';
import { failureOfStatus } from './response-status.ts';

export interface JsonRequest extends Omit<HttpRequest, 'body'> {
  readonly json?: unknown;
}

/** Asks a platform that speaks JSON. Throws `ExecutorError` where the answer proves nothing, or is not what `schema` says. */
export const askJson = async <Value>(
  http: HttpClient,
  { json, headers, ...request }: JsonRequest,
  schema: z.ZodType<Value>,
): Promise<Value> => {
  const response = await http.request({
    ...request,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const failure = failureOfStatus(response, request.method, systemClock.now().getTime());
  if (failure) throw failure;
  const read = schema.safeParse(jsonOf(response.body));
  if (read.success) return read.data;
  const effect = request.method === 'GET' ? 'NONE' : 'UNKNOWN';
  throw new ExecutorError(
    'DEPENDENCY_FAILED',
    'The platform answered something that is not what it documents.',
    {
      effect,
      retriable: false,
    },
  );
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};

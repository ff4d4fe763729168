import type { IncomingMessage, ServerResponse } from 'node:http';

export interface PlannedFailure {
  /** STATUS answers with it, RESET cuts the connection, HANG never answers. */
  readonly kind: 'STATUS' | 'RESET' | 'HANG';
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** AFTER: the effect is made first. */
  readonly when: 'BEFORE' | 'AFTER';
  /** How many requests go through before. Default 0. */
  readonly after?: number;
  /** How many requests fail so; then the platform is well again. Default 1. */
  readonly times?: number;
}

export const answer = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** The next failure that a test planned, once. */
export const takeFailure = (behaviour: { failures: PlannedFailure[] }): PlannedFailure | undefined => {
  const [failure, ...rest] = behaviour.failures;
  if (!failure) return undefined;
  const { after = 0 } = failure;
  if (after > 0) {
    behaviour.failures = [{ ...failure, after: after - 1 }, ...rest];
    return undefined;
  }
  const left = (failure.times ?? 1) - 1;
  behaviour.failures = left > 0 ? [{ ...failure, times: left }, ...rest] : rest;
  return failure;
};

export const fail = (failure: PlannedFailure, request: IncomingMessage, response: ServerResponse): void => {
  if (failure.kind === 'RESET') request.socket.resetAndDestroy();
  if (failure.kind !== 'STATUS') return;
  const { retryAfterSeconds } = failure;
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  answer(response, failure.status ?? 500, { error: 'as planned' }, headers);
};

export const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

import { RequestError } from '../graphql/request-error.ts';

const retries = 2;

/** Asks once or twice more where the fault may pass by itself; a refusal would only be repeated. */
export const shouldRetry = (count: number, error: unknown): boolean =>
  count < retries &&
  error instanceof RequestError &&
  (error.isUnreachable || error.code === 'UNREADABLE_ANSWER');

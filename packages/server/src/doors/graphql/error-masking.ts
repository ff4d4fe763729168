import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isErrorCode, type ErrorCode } from '../../domain/error-catalogue.ts';
import { isPassingError } from '../../infra/database-errors.ts';
import type { Logger } from '../../infra/logger.ts';
import { codedError } from './errors.ts';

/** Gives the form of an error that a caller may see; what nobody expected is logged with its stack, once. */
export type MaskError = (error: GraphQLError, requestId: string) => GraphQLFormattedError;

/** Apollo's own words for a request that is at fault. */
const requestFaults = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

export const createErrorMask = (logger: Logger): MaskError => {
  const logged = new WeakSet<Error>();
  return (error, requestId) => {
    const code = publicCode(error);
    if (code === undefined) {
      const cause = rootCause(error);
      if (!logged.has(cause)) {
        logged.add(cause);
        logger.error({ err: cause, requestId, path: error.path }, 'an operation failed unexpectedly');
      }
      return isPassingError(cause) ? storeAway(error, requestId) : internalError(error, requestId);
    }
    return publicError(error, code, requestId);
  };
};

const publicCode = (error: GraphQLError): ErrorCode | undefined => {
  if (/Document contains more tha[nt] \d+ tokens/.test(error.message)) return 'QUERY_TOO_COMPLEX';
  const coded = [error, error.originalError, rootCause(error)].find(
    (candidate): candidate is GraphQLError => candidate instanceof GraphQLError && hasPublicCode(candidate),
  );
  if (coded) return coded.extensions.code as ErrorCode;
  if (requestFaults.has(String(error.extensions.code))) return 'SCHEMA_VALIDATION_FAILED';
  return isRequestFault(error) ? 'SCHEMA_VALIDATION_FAILED' : undefined;
};

const hasPublicCode = (error: GraphQLError): boolean => isErrorCode(String(error.extensions.code));

/** What graphql-js itself finds before it runs anything, or in an argument that holds a variable. */
const isRequestFault = (error: GraphQLError): boolean =>
  rootCause(error) instanceof GraphQLError &&
  error.extensions.code === undefined &&
  (error.path === undefined || error.message.startsWith('Argument "'));

const rootCause = (error: GraphQLError): Error => {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
};

/** graphql-js can be told not to suggest names in a document, yet not in the values of variables. */
const suggestion = / ?Did you mean .+\?$/;

/** A message may hold what the caller sent, whole. */
const longestMessage = 1000;

const publicError = (error: GraphQLError, code: ErrorCode, requestId: string): GraphQLFormattedError => {
  const { http: _, stacktrace: __, ...extensions } = error.extensions;
  const { extensions: coded } = codedError(code, error.message);
  const message = error.message.replace(suggestion, '').slice(0, longestMessage);
  return { ...position(error), message, extensions: { ...extensions, ...coded, requestId } };
};

const internalError = (error: GraphQLError, requestId: string): GraphQLFormattedError => ({
  ...position(error),
  message: 'Something went wrong on our side. Give the request id when you report it.',
  extensions: { ...codedError('INTERNAL_ERROR', '').extensions, requestId },
});

/** Whatever was asked for is safe to ask for again: a write that got this answer is found by its idempotency key. */
const storeAway = (error: GraphQLError, requestId: string): GraphQLFormattedError => ({
  ...position(error),
  message: 'The server cannot reach its store at the moment. Try again soon, with the same idempotency key.',
  extensions: { ...codedError('SERVICE_DOWN', '').extensions, requestId },
});

const position = ({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> => ({
  ...(locations && { locations }),
  ...(path && { path }),
});

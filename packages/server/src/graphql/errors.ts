import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { errorCatalogue, type ErrorCode } from '../domain/errors.ts';

/** A GraphQL error that a caller may see as it is: with a code of the catalogue and whether a retry can help. */
export const codedError = (
  code: ErrorCode,
  message: string,
  { extensions, ...options }: GraphQLErrorOptions = {},
): GraphQLError =>
  new GraphQLError(message, {
    ...options,
    extensions: { ...extensions, code, retriable: errorCatalogue[code].retriable },
  });

/** Over HTTP the whole answer gets the status that the catalogue gives the code. */
export const introspectionRefusal = (): GraphQLError =>
  codedError('AUTHORIZATION_FAILED', 'Your roles do not allow reading the schema.', {
    extensions: { http: { status: errorCatalogue.AUTHORIZATION_FAILED.httpStatus } },
  });

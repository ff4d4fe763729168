import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { errorCatalogue, type ErrorCode } from '../../domain/error-catalogue.ts';
import type { Refusal } from '../../domain/errors.ts';

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

/** Where there is no payload to say no in. */
export const refusalError = ({ code, message, details }: Refusal): GraphQLError =>
  codedError(code, message, { extensions: details === null ? {} : { details } });

const badRequest = { http: { status: errorCatalogue.SCHEMA_VALIDATION_FAILED.httpStatus } };

/** Of a document in which graphql-js found a fault on a way of its own. */
export const documentRefusal = ({ message }: GraphQLError): GraphQLError =>
  codedError('SCHEMA_VALIDATION_FAILED', message, { extensions: badRequest });

/** Over HTTP the whole answer gets the status that the catalogue gives the code. */
export const introspectionRefusal = (): GraphQLError =>
  codedError('AUTHORIZATION_FAILED', 'Your roles do not allow reading the schema.', {
    extensions: { http: { status: errorCatalogue.AUTHORIZATION_FAILED.httpStatus } },
  });

/** Where what was asked for costs more than its caller may still ask for. */
export const rateRefusal = (waitMs: number): GraphQLError => {
  const retryAfterMs = Math.ceil(waitMs);
  return codedError('RATE_LIMIT_EXCEEDED', 'Too many requests. Wait, then try again.', {
    extensions: {
      retryAfterMs,
      http: {
        status: errorCatalogue.RATE_LIMIT_EXCEEDED.httpStatus,
        headers: new HeaderMap([['retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000)))]]),
      },
    },
  });
};

/** Over HTTP there would be one answer and no stream. */
export const subscriptionRefusal = (): GraphQLError =>
  codedError(
    'SCHEMA_VALIDATION_FAILED',
    'A subscription needs a WebSocket (graphql-transport-ws) at this path.',
    { extensions: badRequest },
  );

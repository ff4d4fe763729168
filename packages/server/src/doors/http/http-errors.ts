import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCatalogue, type ErrorCode } from '../../domain/error-catalogue.ts';
import { refusal, type Refusal } from '../../domain/errors.ts';
import { inexactWords } from '../../domain/exact-number.ts';
import { isPassingError } from '../../infra/database-errors.ts';
import { UnavailableError } from '../../infra/unavailable.ts';
import type { Logger } from '../../infra/logger.ts';

interface Answer extends Partial<Pick<Refusal, 'retriable' | 'retryAfterMs' | 'approvalUrl' | 'details'>> {
  readonly code: ErrorCode;
  readonly message: string;
  /** The catalogue's where left out. */
  readonly status?: number;
}

export interface ErrorFacts extends Refusal {
  readonly status: number;
  readonly requestId: string;
}

/** How a door writes an error. */
export interface ErrorForm {
  readonly contentType: string;
  bodyOf(error: ErrorFacts): object;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The form in which a route tells errors; left out, the plain one. */
    readonly errorForm?: ErrorForm;
  }
}

export const graphqlPath = '/graphql';
const graphqlResponse = 'application/graphql-response+json; charset=utf-8';

/** In the form of the door that the caller came through. */
export const sendError = (
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  form = request.routeOptions.config?.errorForm,
): FastifyReply => {
  const { code, message, status = errorCatalogue[code].httpStatus, ...more } = answer;
  const facts: ErrorFacts = { ...refusal(code, message), ...more, status, requestId: request.id };
  const { retriable, retryAfterMs, requestId } = facts;
  reply.code(status).header('cache-control', 'no-store');
  if (retryAfterMs !== null) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  if (form) return reply.type(form.contentType).send(JSON.stringify(form.bodyOf(facts)));
  const extensions = { code, retriable, ...(retryAfterMs !== null && { retryAfterMs }), requestId };
  if (request.routeOptions.url !== graphqlPath) return reply.send({ error: { message, ...extensions } });
  if (request.headers.accept?.includes('application/graphql-response+json')) reply.type(graphqlResponse);
  else reply.type('application/json; charset=utf-8');
  return reply.send(JSON.stringify({ errors: [{ message, extensions }] }));
};

export const sendRateLimited = (request: FastifyRequest, reply: FastifyReply, waitMs: number): FastifyReply =>
  sendError(request, reply, {
    code: 'RATE_LIMIT_EXCEEDED',
    message: 'Too many requests. Wait, then try again.',
    retryAfterMs: Math.ceil(waitMs),
  });

const messages: Readonly<Record<number, string>> = {
  400: 'The body is not JSON that can be used.',
  413: 'The body is too large.',
  415: 'The body must be application/json.',
};

/** A body with a number that no double holds. */
export class InexactNumberError extends Error {
  override readonly name = 'InexactNumberError';
  readonly statusCode = 400;

  constructor(decimal: string) {
    super(inexactWords(decimal));
  }
}

/** What Fastify itself finds wrong is the caller's to know; everything else is ours, and only logged. */
export const handleErrors = (app: FastifyInstance, logger: Logger): void => {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      const message =
        error instanceof InexactNumberError
          ? error.message
          : (messages[status] ?? 'The request cannot be used.');
      return sendError(request, reply, { code: 'SCHEMA_VALIDATION_FAILED', message, status });
    }
    if (error instanceof UnavailableError) {
      logger.warn({ err: error, requestId: request.id }, 'somebody else who is needed for an answer is away');
      return sendError(request, reply, { code: 'SERVICE_DOWN', message: error.message });
    }
    logger.error(
      { err: error, requestId: request.id, route: request.routeOptions.url },
      'a request failed unexpectedly',
    );
    if (isPassingError(error)) {
      const message = 'The server cannot reach its store at the moment. Try again soon.';
      return sendError(request, reply, { code: 'SERVICE_DOWN', message });
    }
    return sendError(request, reply, {
      code: 'INTERNAL_ERROR',
      message: 'Something went wrong on our side. Give the request id when you report it.',
    });
  });
};

/** As where there is no such address. */
export const sendNotFound = (reply: FastifyReply): FastifyReply => {
  reply.callNotFound();
  return reply;
};

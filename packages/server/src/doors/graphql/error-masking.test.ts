import { GraphQLError, Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DatabaseUnreachableError } from '../../infra/database-errors.ts';
import { createLogger } from '../../infra/logger.ts';
import { createErrorMask, type MaskError } from './error-masking.ts';
import { codedError } from './errors.ts';

const createMask = (): { mask: MaskError; log: string[] } => {
  const log: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } });
  return { mask: createErrorMask(logger), log };
};

const secret = 'connect to postgres://me:hunter2@db failed';

describe('what a caller sees of an error', () => {
  it('is a request id alone where nobody expected it, and the log has it once', () => {
    const { mask, log } = createMask();
    const cause = new Error(secret);
    const path = ['tasks', 0, 'plan'];
    const errors = [0, 1].map(() => new GraphQLError(cause.message, { path, originalError: cause }));
    for (const error of errors) {
      const seen = mask(error, 'request-1');
      expect(seen).toEqual({
        message: expect.stringContaining('Something went wrong') as string,
        path,
        extensions: { code: 'INTERNAL_ERROR', retriable: false, requestId: 'request-1' },
      });
    }
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('request-1');
    expect(log[0]).toContain('error-masking.test.ts');
  });

  it('is that it may try again where the store is away', () => {
    const { mask, log } = createMask();
    const cause = new DatabaseUnreachableError(`The database cannot be used: ${secret}`);
    const seen = mask(new GraphQLError(cause.message, { originalError: cause }), 'request-2');
    expect(seen.message).not.toContain('postgres');
    expect(seen.extensions).toEqual({ code: 'SERVICE_DOWN', retriable: true, requestId: 'request-2' });
    expect(log).toHaveLength(1);
  });

  it.each(['25P03', '40P01', '53100', '57014'])('is the same where the database says %s', (code) => {
    const { mask, log } = createMask();
    const cause = Object.assign(new Error(secret), { code });
    const { message, extensions } = mask(new GraphQLError(secret, { originalError: cause }), 'request-3');
    expect(message).not.toContain('postgres');
    expect(extensions).toEqual({ code: 'SERVICE_DOWN', retriable: true, requestId: 'request-3' });
    expect(log).toHaveLength(1);
  });

  it('is everything of an error with a code of ours, save what is for Apollo', () => {
    const { mask, log } = createMask();
    const cause = codedError('RATE_LIMIT_EXCEEDED', 'Too many.', {
      extensions: { retryAfterMs: 5, http: { status: 429 }, stacktrace: ['at x'] },
    });
    for (const error of [cause, new GraphQLError('Too many.', { originalError: cause })]) {
      const { message, extensions } = mask(error, 'r');
      expect(message).toBe('Too many.');
      expect(extensions).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retriable: true, requestId: 'r' });
      expect(Object.keys(extensions ?? {})).not.toContain('stacktrace');
      expect(Object.keys(extensions ?? {})).not.toContain('http');
    }
    expect(log).toEqual([]);
  });

  it.each([
    ['a parse fault', new GraphQLError('Syntax Error: x', { extensions: { code: 'GRAPHQL_PARSE_FAILED' } })],
    ['an unknown field', new GraphQLError('Cannot query field "x". Did you mean "y"?')],
    [
      'a variable',
      new GraphQLError('Variable "$x" got invalid value "MINUTE"; Did you mean the enum value "MINUTES"?'),
    ],
    [
      'an argument',
      new GraphQLError('Argument "id" of required type "ID!" was provided the variable "$x"', {
        path: ['a'],
      }),
    ],
  ])('names %s as bad input, without a suggestion', (_, error) => {
    const { mask, log } = createMask();
    const seen = mask(error, 'r');
    expect(seen.extensions?.code).toBe('SCHEMA_VALIDATION_FAILED');
    expect(seen.message).not.toContain('Did you mean');
    expect(log).toEqual([]);
  });

  it('names a document of too many tokens as too complex', () => {
    const { mask } = createMask();
    const error = new GraphQLError('Syntax Error: Document contains more that 1000 tokens. Parsing aborted.');
    expect(mask(error, 'r').extensions?.code).toBe('QUERY_TOO_COMPLEX');
  });

  it.each([
    [
      'a value that does not fit its type',
      new GraphQLError('Int cannot represent non-integer value: "hunter2"', { path: ['n'] }),
    ],
    [
      'a code that nobody knows',
      new GraphQLError(secret, { path: ['n'], extensions: { code: 'EWHATEVER' } }),
    ],
    [
      'a null where none may be',
      new GraphQLError('Cannot return null for non-nullable field', {
        path: ['n'],
        originalError: new Error('x'),
      }),
    ],
    [
      'an unexpected error of Apollo',
      new GraphQLError(secret, {
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
        nodes: { kind: Kind.NAME, value: 'x' },
      }),
    ],
  ])('hides %s', (_, error) => {
    const { mask, log } = createMask();
    const seen = mask(error, 'r');
    expect(seen.extensions?.code).toBe('INTERNAL_ERROR');
    expect(JSON.stringify(seen)).not.toContain('hunter2');
    expect(log).toHaveLength(1);
  });
});

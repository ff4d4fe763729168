import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import { inexactNumber } from '../../domain/exact-number.ts';
import { InexactNumberError } from './http-errors.ts';

const faultOf = (json: string): InexactNumberError | undefined => {
  const decimal = inexactNumber(json);
  return decimal === null ? undefined : new InexactNumberError(decimal);
};

/** As Fastify reads JSON, but for numbers that would become others. */
export const readJsonExactly = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const fault = faultOf(body);
    if (!fault) return parse(request, body, done);
    done(fault);
  });
};

/** The same for the JSON that a GET of GraphQL carries. */
export const refuseInexactQuery: preValidationHookHandler = (request, _reply, done) => {
  const { variables, extensions } = request.query as Readonly<Record<string, unknown>>;
  const faults = [variables, extensions].map((json) =>
    typeof json === 'string' ? faultOf(json) : undefined,
  );
  done(faults.find(Boolean));
};

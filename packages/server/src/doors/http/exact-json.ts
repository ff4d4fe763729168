import type { FastifyInstance, FastifyRequest, preValidationHookHandler } from 'fastify';
import { inexactNumber } from '../../domain/exact-number.ts';
import { createTurns } from '../../infra/turns.ts';
import { InexactNumberError } from './http-errors.ts';

const faultOf = (json: string): InexactNumberError | undefined => {
  const decimal = inexactNumber(json);
  return decimal === null ? undefined : new InexactNumberError(decimal);
};

/** Bodies of so many characters that end in one turn of the event loop would hold it together. */
const longBody = 32_768;

/** Whoever sends many waits behind the others, and not they behind him. */
const senderOf = ({ headers: { authorization, cookie }, ip }: FastifyRequest): string =>
  authorization ?? cookie ?? ip;

/** As Fastify reads JSON, but for numbers that would become others, and a long one in a turn of its own. */
export const readJsonExactly = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  const turns = createTurns(1);
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const read = (): void => {
      const fault = faultOf(body);
      if (fault) done(fault);
      else void parse(request, body, done);
    };
    if (body.length < longBody) read();
    else void turns.run(senderOf(request), read);
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

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput, refusal, refused, reworded, type Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Admission } from '../http/admission.ts';
import { largestBodyBytes } from '../http/body-room.ts';
import { sendError } from '../http/http-errors.ts';
import { traceparentOf } from '../http/trace-context.ts';
import { openApiOf } from './openapi.ts';
import { openApiPage } from './openapi-page.ts';
import { problemForm } from './problem.ts';
import type { RestAnswer, RestRoute } from './rest-route.ts';
import { isTenant, tenantFaults, tenantHeader } from './tenant-header.ts';

/** REST on the port of GraphQL, behind the same admission: a few addresses over the same operations. */
export const addRestDoor =
  (routes: readonly RestRoute[], version: string) =>
  (app: FastifyInstance, admission: Admission): void => {
    const all = routes.map((route) => ({ ...route, parameters: [...route.parameters, tenantHeader] }));
    all.forEach((route) => {
      addRoute(app, admission, route);
    });
    const document = openApiOf(all, version);
    const page = openApiPage(document);
    app.get('/openapi.json', () => document);
    app.get('/openapi', (request, reply) =>
      wantsPage(request) ? reply.type('text/html; charset=utf-8').send(page) : document,
    );
  };

const addRoute = (app: FastifyInstance, admission: Admission, route: RestRoute): void => {
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: false,
    bodyLimit: largestBodyBytes,
    config: { errorForm: problemForm },
    // A browser that follows a link to a task is shown the console.
    onRequest: async function (request, reply) {
      if (route.method === 'GET' && wantsPage(request)) return reply.callNotFound();
      return admission.onRequest.call(this, request, reply);
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const outcome = await answerOf(route, request, admission.viewerOf(request));
      if (!outcome.ok) return sendError(request, reply, outcome.refusal);
      const { status, headers = {}, body } = outcome.value;
      return reply.code(status).headers(headers).send(body);
    },
  });
};

const wantsPage = ({ headers: { accept } }: FastifyRequest): boolean =>
  accept?.includes('text/html') === true;

type Input = Readonly<Record<string, unknown>>;

const answerOf = async (
  route: RestRoute,
  request: FastifyRequest,
  viewer: Caller,
): Promise<Outcome<RestAnswer>> => {
  const given = request.headers[tenantHeader.name.toLowerCase()];
  const { body = {} } = request;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const apart = route.parameters.flatMap(({ field }) => field ?? []);
  const own = Object.entries(isObject ? body : {}).filter(([key]) => !apart.includes(key));
  const input = { ...Object.fromEntries(own), ...parametersOf(route, request) };
  const faults = [
    ...tenantFaults(given),
    ...(isObject ? [] : [{ path: 'body', message: 'must be an object' }]),
    ...apart.filter((key) => isObject && key in body).map(unknownProperty),
  ];
  if (faults.length > 0) {
    const others = route.faultsOf(input).map(inWordsOf(route));
    return refused(invalidInput(isObject ? [...faults, ...others] : faults));
  }
  if (!isTenant(given, viewer.tenantId))
    return refused(refusal('AUTHORIZATION_FAILED', 'What you call with is of another tenant.'));
  const outcome = await route.answer({ viewer, traceparent: traceparentOf(request) }, input);
  return outcome.ok ? outcome : refused(reworded(outcome.refusal, inWordsOf(route)));
};

const unknownProperty = (path: string): Fault => ({ path, message: 'There is no such property.' });

const parametersOf = ({ parameters }: RestRoute, { headers, params, query }: FastifyRequest): Input => {
  const places = { header: headers, path: params as Input, query: query as Input };
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter !== tenantHeader)
      .map(({ in: place, name, field = name }) => [
        field,
        places[place][place === 'header' ? name.toLowerCase() : name],
      ]),
  );
};

/** What came in a header is told by the header's name. */
const inWordsOf = ({ parameters }: RestRoute): ((fault: Fault) => Fault) => {
  const renamed = (text: string): string =>
    parameters.reduce(
      (said, { field, name }) => (field === undefined ? said : said.replaceAll(field, name)),
      text,
    );
  return (fault) => ({ ...fault, path: renamed(fault.path), message: renamed(fault.message) });
};

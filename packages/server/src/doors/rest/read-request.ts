import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidInput, refusal, refused, accepted, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { RestInput, RestParameter, RestRoute } from './rest-route.ts';
import { isTenant, tenantFaults, tenantHeader } from './tenant-header.ts';

/** Reads what a route's operation takes from where the route says that it comes. */
export type ReadRequest = (request: FastifyRequest, viewer: Caller) => Outcome<RestInput>;

/** Refused: every fault of headers, parameters and body at once, in the names that were sent. */
export const createReadRequest = (route: RestRoute, needsTenant: boolean): ReadRequest => {
  const apart = route.parameters.flatMap(({ field }) => field ?? []);
  const valuesOf = createParameterReader(route.parameters);
  const known = new Set(route.parameters.flatMap(({ in: place, name }) => (place === 'query' ? [name] : [])));
  return (request, viewer) => {
    const tenant = request.headers[tenantHeader.name.toLowerCase()];
    const { body = {} } = request;
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const own = Object.entries(isObject ? body : {}).filter(([key]) => !apart.includes(key));
    const input = { ...Object.fromEntries(own), ...valuesOf(request) };
    const faults: readonly Fault[] = [
      ...tenantFaults(tenant, needsTenant),
      ...(isObject ? [] : [{ path: 'body', message: 'must be an object' }]),
      ...apart.filter((key) => isObject && key in body).map(unknownProperty),
      ...Object.keys(request.query as RestInput)
        .filter((key) => !known.has(key))
        .map(unknownProperty),
    ];
    if (faults.length > 0) {
      const others = isObject ? route.faultsOf(input).map(inWordsOf(route)) : [];
      return refused(invalidInput([...faults, ...others]));
    }
    return tenant === undefined || isTenant(tenant, viewer.tenantId)
      ? accepted(input)
      : refused(refusal('AUTHORIZATION_FAILED', 'What you call with is of another tenant.'));
  };
};

const unknownProperty = (path: string): Fault => ({ path, message: 'There is no such property.' });

const createParameterReader = (parameters: readonly RestParameter[]) => {
  const readers = parameters.map(({ in: place, name, field = name, schema }) => ({
    field,
    key: place === 'header' ? name.toLowerCase() : name,
    place,
    read: place === 'query' ? createTextReader(schema) : (value: unknown) => value,
  }));
  return ({ headers, params, query }: FastifyRequest): RestInput => {
    const places = { header: headers, path: params as RestInput, query: query as RestInput };
    return Object.fromEntries(
      readers.map(({ field, key, place, read }) => [field, read(places[place][key])]),
    );
  };
};

/** A query is text alone; what is no number stays text, for the schema to refuse. */
const createTextReader = (schema: z.ZodType): ((value: unknown) => unknown) => {
  const { type } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' });
  if (type === 'array') return (value) => (typeof value === 'string' ? [value] : value);
  if (type === 'integer' || type === 'number')
    return (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value);
  if (type === 'boolean') return (value) => (value === 'true' ? true : value === 'false' ? false : value);
  return (value) => value;
};

/** What came in a header is told by the header's name. */
export const inWordsOf = ({ parameters }: Pick<RestRoute, 'parameters'>): ((fault: Fault) => Fault) => {
  const renamed = (text: string): string =>
    parameters.reduce(
      (said, { field, name }) => (field === undefined ? said : said.replaceAll(field, name)),
      text,
    );
  return (fault) => ({ ...fault, path: renamed(fault.path), message: renamed(fault.message) });
};

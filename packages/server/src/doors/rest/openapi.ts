import { z } from 'zod';
import { errorCatalogue, errorCodes } from '../../domain/error-catalogue.ts';
import { withNull, withoutNull } from './openapi-null.ts';
import type { RestFamily, RestParameter, RestRoute, RestSuccess } from './rest-route.ts';
import { optionalTenantHeader, tenantHeader } from './tenant-header.ts';

type Json = Record<string, unknown>;

/** The whole REST door as OpenAPI 3.0.3; it refers to nothing outside itself. */
export const openApiOf = (families: readonly RestFamily[], version: string) => {
  const schemas: Json = {};
  const schemaOf: SchemaOf = (schema, io) => convert(schema, io, schemas);
  const paths: Record<string, Json> = {};
  for (const family of families)
    for (const route of family.routes)
      (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(family, route, schemaOf);
  return {
    openapi: '3.0.3',
    info: {
      title: 'Countersign',
      version,
      description: `Submits tasks and shows what becomes of them. Errors, by their reason:\n\n${reasons}`,
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    tags: families.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of your tenant.' },
      },
      schemas,
    },
  };
};

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

const operationOf = (
  { name, form, needsTenant }: RestFamily,
  { id, description, parameters, body, isBodyOptional = false, answers }: RestRoute,
  schemaOf: SchemaOf,
): Json => {
  const tenant = needsTenant ? tenantHeader : optionalTenantHeader;
  const refusal = {
    description: 'Why it was not done.',
    content: { [form.mediaType]: { schema: schemaOf(form.schema, 'output') } },
  };
  return {
    operationId: id,
    tags: [name],
    summary: description,
    parameters: [...parameters, tenant].map((parameter) => parameterOf(parameter, schemaOf)),
    ...(body && {
      requestBody: {
        required: !isBodyOptional,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, successOf(answer, schemaOf)]),
      ),
      '4XX': refusal,
      default: refusal,
    },
  };
};

const successOf = (
  { description, schema, contentType = 'application/json' }: RestSuccess,
  schemaOf: SchemaOf,
): Json => ({
  description,
  ...(schema && { content: { [contentType]: { schema: schemaOf(schema, 'output') } } }),
});

export type OpenApi = ReturnType<typeof openApiOf>;

const reasons = errorCodes
  .map((code) => `- ${code} (${errorCatalogue[code].httpStatus}): ${errorCatalogue[code].description}`)
  .join('\n');

const parameterOf = (
  { in: place, name, schema }: RestParameter,
  schemaOf: (schema: z.ZodType, io: 'input') => Json,
): Json => {
  const { description, ...form } = schemaOf(schema, 'input');
  const required = !schema.safeParse(undefined).success;
  return { in: place, name, required, description, schema: withoutNull(form) };
};

/** As an OpenAPI schema; what has an id of its own goes into `schemas`, and is referred to. */
const convert = (schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json => {
  const { definitions = {}, ...whole } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A list is looked at by its length before its items: they are described behind that.
      if (
        zodSchema instanceof z.ZodPipe &&
        zodSchema.def.in instanceof z.ZodCustom &&
        zodSchema.def.out instanceof z.ZodArray
      )
        Object.assign(jsonSchema, convert(zodSchema.def.out, io, schemas));
    },
  }) as Json;
  for (const [name, definition] of Object.entries(definitions as Json))
    schemas[name] ??= withNull(referring(definition));
  const referred = referring(whole) as Json;
  // A parameter has its description beside the reference.
  const { id, ...rest } = '$ref' in referred ? referred : (withNull(referred) as Json);
  if (typeof id !== 'string') return rest;
  schemas[id] ??= rest;
  return { $ref: `#/components/schemas/${id}` };
};

const referring = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('#/definitions/', '#/components/schemas/'));

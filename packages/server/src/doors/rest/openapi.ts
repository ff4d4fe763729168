import { z } from 'zod';
import { errorCatalogue, errorCodes } from '../../domain/error-catalogue.ts';
import { problem } from './problem.ts';
import type { RestParameter, RestRoute } from './rest-route.ts';

type Json = Record<string, unknown>;

/** The whole REST door as OpenAPI 3.0.3; it refers to nothing outside itself. */
export const openApiOf = (routes: readonly RestRoute[], version: string) => {
  const schemas: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => convert(schema, io, schemas);
  const problemSchema = schemaOf(problem, 'output');
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const { method, path, operation, parameters, body, answers } = route;
    (paths[path] ??= {})[method.toLowerCase()] = {
      operationId: operation.name,
      summary: operation.description,
      parameters: parameters.map((parameter) => parameterOf(parameter, schemaOf)),
      ...(body && {
        requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
      }),
      responses: {
        ...Object.fromEntries(
          Object.entries(answers).map(([status, { description, schema }]) => [
            status,
            { description, content: { 'application/json': { schema: schemaOf(schema, 'output') } } },
          ]),
        ),
        default: {
          description: 'Why it was not done.',
          content: { 'application/problem+json': { schema: problemSchema } },
        },
      },
    };
  }
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
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of your tenant.' },
      },
      schemas,
    },
  };
};

export type OpenApi = ReturnType<typeof openApiOf>;

const reasons = errorCodes
  .map((code) => `- ${code} (${errorCatalogue[code].httpStatus}): ${errorCatalogue[code].description}`)
  .join('\n');

const parameterOf = (
  { in: place, name, schema }: RestParameter,
  schemaOf: (schema: z.ZodType, io: 'input') => Json,
): Json => {
  const { description, nullable: _, ...form } = schemaOf(schema, 'input');
  return { in: place, name, required: !schema.safeParse(undefined).success, description, schema: form };
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
      if (jsonSchema['nullable'] === true && jsonSchema.enum) jsonSchema.enum = [...jsonSchema.enum, null];
    },
  }) as Json;
  for (const [name, definition] of Object.entries(definitions as Json))
    schemas[name] ??= referring(definition);
  const { id, ...rest } = referring(whole) as Json;
  if (typeof id !== 'string') return rest;
  schemas[id] ??= rest;
  return { $ref: `#/components/schemas/${id}` };
};

const referring = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('#/definitions/', '#/components/schemas/'));

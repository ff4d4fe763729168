type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In OpenAPI 3.0 the only way to say null by itself. */
const nothing = { type: 'string', nullable: true, enum: [null] };

/**
 * What may be null, as OpenAPI 3.0.3 means it: `nullable` counts beside a `type` alone, and an `enum` must hold null
 * too. Everything within is put right with it.
 */
export const withNull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withNull);
  if (!isObject(value)) return value;
  // What stands beside a reference counts for nothing in 3.0.
  if (typeof value['$ref'] === 'string') return { $ref: value['$ref'] };
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNull(each)]));
  if (inner['nullable'] !== true) return inner;
  const { nullable: _, ...rest } = inner;
  if (typeof inner['type'] === 'string') return { ...inner, ...withNullIn(inner['enum']) };
  const { description, ...form } = rest;
  const said = description === undefined ? {} : { description };
  // What says nothing of its form may be anything, null too.
  return Object.keys(form).length === 0 ? rest : { ...said, anyOf: [alone(form), nothing] };
};

/** A reference in a list of one, so that something could stand beside it. */
const alone = (form: Json): unknown => {
  const { allOf } = form;
  return Array.isArray(allOf) && allOf.length === 1 && Object.keys(form).length === 1 ? allOf[0] : form;
};

const withNullIn = (values: unknown): Json =>
  Array.isArray(values) ? { enum: [...new Set<unknown>([...(values as unknown[]), null])] } : {};

/** A parameter is text, and left out where there is none. */
export const withoutNull = (schema: Json): Json => {
  const { nullable: _, enum: values, ...rest } = schema;
  return Array.isArray(values) ? { ...rest, enum: values.filter((each) => each !== null) } : rest;
};

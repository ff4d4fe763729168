import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

/** What a schema says of a value. UNCLEAR: the value lacks what the schema speaks of, or is of another kind. */
export type SchemaAnswer =
  | { readonly kind: 'VALID' }
  | { readonly kind: 'INVALID' | 'UNCLEAR'; readonly message: string };

/** With these, somebody else's schema could keep the process busy for ever. */
const unbounded = ['pattern', 'patternProperties', 'uniqueItems'];

const aboutForm = new Set(['required', 'type']);

/**
 * Holds a value against a JSON Schema (2020-12) without patterns, formats and references to elsewhere.
 * A schema that is none answers UNCLEAR.
 */
export const checkBySchema = (schema: object, value: unknown): SchemaAnswer => {
  // Of its own: nothing of one schema stays behind for another.
  const ajv = new Ajv2020({
    allErrors: true,
    // An error holds the value that was seen.
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    validateFormats: false,
    // The schema of schemas has patterns itself.
    meta: false,
    validateSchema: false,
    logger: false,
  });
  unbounded.forEach((keyword) => ajv.removeKeyword(keyword));
  try {
    const isValid = ajv.compile(schema);
    if (isValid(value)) return { kind: 'VALID' };
    const errors = isValid.errors ?? [];
    const failed = errors.filter(({ keyword }) => !aboutForm.has(keyword));
    const told = failed.length > 0 ? failed : errors;
    const kind = failed.length > 0 ? 'INVALID' : 'UNCLEAR';
    return { kind, message: told.slice(0, mostFaults).map(inWords).join('; ') };
  } catch (thrown) {
    return { kind: 'UNCLEAR', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

/** Of a list of a thousand things that are all wrong, a person needs a few. */
const mostFaults = 5;

const mostShown = 80;

/** `ready is 1, must be >= 2`: what was seen, and what was expected. */
const inWords = ({
  instancePath,
  data,
  keyword,
  params,
  message = 'is not as expected',
}: ErrorObject): string => {
  const name = instancePath.slice(1) || 'output';
  const { allowedValue, allowedValues } = params as { allowedValue?: unknown; allowedValues?: unknown };
  const expected =
    keyword === 'const'
      ? `must be ${shown(allowedValue)}`
      : keyword === 'enum'
        ? `must be one of ${shown(allowedValues)}`
        : message;
  return aboutForm.has(keyword) && typeof data === 'object'
    ? `${name} ${expected}`
    : `${name} is ${shown(data)}, ${expected}`;
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
};

import { Ajv2020 } from 'ajv/dist/2020.js';

/** What a schema says of a value. UNCLEAR: the value lacks what the schema speaks of, or is of another kind. */
export type SchemaAnswer =
  { readonly kind: 'VALID' } | { readonly kind: 'INVALID' | 'UNCLEAR'; readonly message: string };

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
    return { kind, message: ajv.errorsText(told.slice(0, mostTold), { dataVar: 'output' }) };
  } catch (thrown) {
    return { kind: 'UNCLEAR', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

/** Of a list of a thousand things that are all wrong, a person needs a few. */
const mostTold = 5;

import { hiddenCharacter } from '@countersign/shared';
import { jsonFault, type Json, type JsonObject } from '../../domain/json.ts';

const limits = { depth: 32, values: 5_000 };
const longest = 32_768;

/** Takes whatever is given: its server looks at it. */
export const anyObject: JsonObject = { type: 'object' };

/** The schema of somebody else's tool, where it can be given to a client: of an object, not too long, that leads nowhere else and hides nothing. */
export const passedOn = (schema: JsonObject): JsonObject => {
  if (schema['type'] !== 'object' || jsonFault(schema, limits) !== null) return anyObject;
  return JSON.stringify(schema).length > longest || isHiding(schema) ? anyObject : schema;
};

const isHiding = (value: Json): boolean => {
  if (typeof value === 'string') return hiddenCharacter.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, child]) => hiddenCharacter.test(key) || leadsAway(key, child) || isHiding(child),
  );
};

/** To a document elsewhere, or into the headers of a request. */
const leadsAway = (key: string, value: Json): boolean =>
  key === 'x-mcp-header' ||
  (/^\$(?:ref|dynamicRef)$/.test(key) && !(typeof value === 'string' && value.startsWith('#')));

import { eventCatalogue } from '../src/domain/event-catalogue.ts';
import type { EventType } from '../src/domain/events.ts';
import type { JsonObject } from '../src/domain/json.ts';

/** Throws where a fact carries what the page about events does not tell of, or lacks what it promises. */
export const asDescribed = <Fact extends { readonly type: EventType; readonly data: JsonObject }>(
  facts: readonly Fact[],
): readonly Fact[] => {
  for (const { type, data } of facts) {
    const fields = Object.keys(eventCatalogue[type].data);
    const unknown = Object.keys(data).filter(
      (field) => !fields.includes(field) && !fields.includes(`${field}?`),
    );
    const missing = fields.filter((field) => !field.endsWith('?') && !(field in data));
    if (unknown.length + missing.length > 0) {
      throw new Error(
        `docs/reference/events.md is wrong about ${type}: it lacks [${unknown.join()}] and promises [${missing.join()}].`,
      );
    }
  }
  return facts;
};

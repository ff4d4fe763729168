import type { Fault } from './refusal-details.ts';
import { eventTypes } from './events.ts';
import { meantPerhaps, nearestNames } from './nearest.ts';

const known: ReadonlySet<string> = new Set(eventTypes);

/** Silence must mean that nothing happened, never that a word was misspelt or no word was given. */
export const eventTypeFaults = (types: readonly string[] | undefined, path = 'filter.types'): Fault[] => {
  if (types?.length === 0) return [{ path, message: 'nothing is of no type: leave it out for all' }];
  return (types ?? []).flatMap((type, index) =>
    known.has(type)
      ? []
      : [
          {
            path: `${path}[${index}]`,
            message: `there is no such type${meantPerhaps(type, eventTypes)}`,
            suggestions: nearestNames(type, eventTypes),
          },
        ],
  );
};

import { outgoingTypes } from '@countersign/shared';
import { meantPerhaps, nearestNames } from './nearest.ts';
import type { Fault } from './refusal-details.ts';

const known: readonly string[] = outgoingTypes;

/** Silence must mean that nothing happened, never that a name was misspelt or no event was named. */
export const outgoingFilterFaults = (
  { types, platforms = [] }: { readonly types?: readonly string[]; readonly platforms?: readonly string[] },
  knownPlatforms: readonly string[],
): Fault[] => [
  ...(types?.length === 0 ? [{ path: 'types', message: 'name at least one event' }] : []),
  ...faultsAmong('types', types ?? [], 'event', known),
  ...faultsAmong('platforms', platforms, 'platform', knownPlatforms),
];

const faultsAmong = (
  path: string,
  given: readonly string[],
  what: string,
  names: readonly string[],
): Fault[] =>
  given.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            path: `${path}[${index}]`,
            message: `there is no such ${what}${meantPerhaps(name, names) || `; there are ${names.join(', ')}`}`,
            suggestions: nearestNames(name, names),
          },
        ],
  );

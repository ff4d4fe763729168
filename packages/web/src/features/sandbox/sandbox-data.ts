import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Sandbox = graphql(`
  query Sandbox {
    platforms {
      name
      isSandbox
      objects {
        kind
        id
        name
        state
      }
    }
  }
`);

export type SandboxPlatform = ResultOf<typeof Sandbox>['platforms'][number];
export type SandboxObject = SandboxPlatform['objects'][number];

/** What the emulated platforms hold: what a step has done there is seen as soon as it is over. */
export const sandboxOptions = () => documentOptions(Sandbox, {}, { refetchOn: ['step.', 'run.'] });

const isFields = (state: unknown): state is Readonly<Record<string, unknown>> =>
  typeof state === 'object' && state !== null && !Array.isArray(state);

/** The fields of an object's state; none where it is no object. */
export const fieldsOf = ({ state }: Pick<SandboxObject, 'state'>): Readonly<Record<string, unknown>> =>
  isFields(state) ? state : {};

/**
 * A field as words: text as it is, the fields of an object that say something, each of several on a line of its own.
 * What lists hold is told by values alone: `user owner bot@example.com`.
 */
export const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(inListOf).join('\n');
  if (!isFields(value)) return isBlank(value) ? '' : JSON.stringify(value);
  const filled = Object.entries(value).filter(([, field]) => !isBlank(field));
  return filled.map(([name, field]) => `${name}: ${wordsOf(field)}`).join('\n');
};

const inListOf = (item: unknown): string =>
  isFields(item)
    ? Object.values(item)
        .filter((field) => !isBlank(field))
        .map(wordsOf)
        .join(' ')
    : wordsOf(item);

/** `folderId` as people write it: `folder id`. */
export const inPlainWords = (name: string): string =>
  name.replace(/(?<=[a-z\d])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** The fields of any of them that say more than its name does. */
export const columnsOf = (things: readonly SandboxObject[]): readonly string[] => {
  const names = new Set(things.flatMap((thing) => Object.keys(fieldsOf(thing))));
  return [...names].filter((name) =>
    things.some((thing) => ![thing.name, ''].includes(wordsOf(fieldsOf(thing)[name]))),
  );
};

/** By a field of theirs, in the order in which the first of each is met. */
export const groupedBy = (
  objects: readonly SandboxObject[],
  keyOf: (object: SandboxObject) => string,
): readonly (readonly [string, readonly SandboxObject[]])[] => [...Map.groupBy(objects, keyOf)];

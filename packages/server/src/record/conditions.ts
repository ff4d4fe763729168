import { mostCounted } from '@countersign/shared';

/** One condition with its values: each `?` stands for the next value. */
export type Condition = readonly [sql: string, ...values: unknown[]];

/** Those that are wanted; a filter that is not set is none. */
export const given = (
  ...conditions: readonly (Condition | false | '' | null | undefined)[]
): readonly Condition[] =>
  conditions.filter((condition) => typeof condition === 'object' && condition !== null);

/** A statement with the conditions in the place of `WHERE`, and further values after theirs. */
export const statementOf = (
  conditions: readonly Condition[],
  text: (where: string) => string,
  ...more: readonly unknown[]
): readonly [text: string, values: readonly unknown[]] => {
  let place = 0;
  const where = `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  return [
    text(where).replace(/\?/g, () => `$${(place += 1)}`),
    [...conditions.flatMap(([, ...values]) => values), ...more],
  ];
};

/** Counts the rows of a SELECT up to `most`, as far as a connection tells where left out: what is behind is not read. */
export const counted = (rows: string, most: number | string = mostCounted): string =>
  `SELECT count(*)::int AS count FROM (${rows} LIMIT ${most}) AS counted`;

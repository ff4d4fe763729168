import { visibleText } from '@countersign/shared';
import { z } from 'zod';
import { readInstant } from '../domain/instant.ts';
import { isCarriable } from '../domain/json.ts';
import { listCursor, notACursorOf, placeIn } from '../domain/list-cursor.ts';

/** Nobody and nothing has it. */
const nilId = '00000000-0000-0000-0000-000000000000';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is an id of ours by its form. */
export const isId = (text: string): boolean => uuid.test(text);

/** An id as our records have it. One of another shape names nothing, and is not for a database to see. */
export const id = z
  .string()
  .transform((text) => (isId(text) ? text.toLowerCase() : nilId))
  .meta({ format: 'uuid' });

/** An id that a filter names. One of another shape can match nothing, so it is refused. */
export const filterId = z
  .string()
  .regex(uuid, 'this is not an id')
  .transform((text) => text.toLowerCase())
  .meta({ format: 'uuid' });

/** A moment: ISO 8601 text, or the date that a door has read from it already. */
export const instant = z
  .custom<string | Date>((value) => readMoment(value) !== null, {
    error: 'must be ISO 8601 text with a zone, of a day that the calendar has: 2026-11-21T10:26:04Z',
  })
  .transform((value) => readMoment(value) ?? new Date(Number.NaN))
  .meta({ format: 'date-time' });

const readMoment = (value: unknown): Date | null => {
  if (value instanceof Date) return value;
  return typeof value === 'string' ? readInstant(value) : null;
};

/** Characters are UTF-16 code units. */
export const text = (max: number) =>
  z.string().max(max).refine(isCarriable, 'holds a NUL or half of a surrogate pair');

/** A text that shows something. */
export const words = (max: number) =>
  text(max).refine((value) => visibleText(value) !== '', 'must say something');

/** A list too long is refused before anything looks at what is in it. */
export const list = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .custom<z.input<Item>[]>((value) => Array.isArray(value) && value.length <= max, {
      error: `must be a list of at most ${max}`,
      abort: true,
    })
    .pipe(z.array(item));

/** May be left out or null; either is undefined here. It is described as what it may be. */
export const optional = <Type extends z.ZodType>(type: Type) => {
  const left = type.nullish().transform((value) => value ?? undefined);
  return type.description === undefined ? left : left.describe(type.description);
};

/** May be left out or null; either is `value` here. */
export const orElse = <Type extends z.ZodType, const Value>(type: Type, value: Value) =>
  type.nullish().transform((given) => given ?? value);

/** As `orElse`, and callers are told so: what is said of an input stands before it is transformed. */
export const withDefault = <Type extends z.ZodType, const Value extends z.output<Type>>(
  type: Type,
  value: Value,
  description: string,
) =>
  type
    .nullish()
    .meta({ default: value, description })
    .transform((given) => given ?? value);

export const maxPageSize = 200;
export const defaultPageSize = 50;

const pageBounds = `first must be between 1 and ${maxPageSize}.`;

/** Which part of a list; beside its filter. */
export const pageInput = <Cursor extends z.ZodType>(cursor: Cursor) => ({
  first: orElse(z.int().min(1, pageBounds).max(maxPageSize, pageBounds), defaultPageSize).describe(
    'How many: 1 to 200, 50 by default.',
  ),
  after: optional(cursor).describe('The endCursor of the page before.'),
});

/** At most as many as a page holds. */
export const many = <Type extends z.ZodType>(type: Type) => z.array(type).max(maxPageSize);

/** One page, and whether more follows. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly hasNextPage: boolean;
  readonly cursorOf: (node: Node) => string;
  /** Counts everything that matches; asked only when the caller wants it. */
  readonly count?: () => Promise<number>;
}

/** A page from one row more than was asked for. */
export const pageOf = <Node>(
  rows: readonly Node[],
  first: number,
  cursorOf: (node: Node) => string,
  count?: () => Promise<number>,
): Page<Node> => ({
  nodes: rows.slice(0, first),
  hasNextPage: rows.length > first,
  cursorOf,
  ...(count ? { count } : {}),
});

/** A list whose cursors name it; `read` is null for what is no place in it. */
export const listOf = <Place>(name: string, read: (place: string) => Place | null) => {
  const placeOf = (cursor: string): Place | null => {
    const text = placeIn(name, cursor);
    return text === null ? null : read(text);
  };
  return {
    input: pageInput(
      z
        .string()
        .refine((cursor) => placeOf(cursor) !== null, {
          error: ({ input }) => notACursorOf(name, String(input)),
        })
        .meta({ format: 'cursor' }),
    ),
    /** Where the page begins: null from the start on, and for no cursor of this list. */
    after: (cursor: string | undefined): Place | null => (cursor === undefined ? null : placeOf(cursor)),
    /** As `pageOf`. */
    page: <Node>(
      rows: readonly Node[],
      first: number,
      placeOfNode: (node: Node) => string,
      count?: () => Promise<number>,
    ): Page<Node> => pageOf(rows, first, (node) => listCursor(name, placeOfNode(node)), count),
  };
};

/** A list that goes on after an id. */
export const idList = (name: string) => listOf(name, (place) => (isId(place) ? place.toLowerCase() : null));

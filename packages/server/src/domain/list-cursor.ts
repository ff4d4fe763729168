/** A place in a list as callers have it. It names its list, so that the cursor of another is not read as a place here. */
export const listCursor = (list: string, place: string): string => `${list}:${place}`;

/** The place that a cursor names; null where it is none of this list. */
export const placeIn = (list: string, cursor: string): string | null =>
  cursor.startsWith(`${list}:`) ? cursor.slice(list.length + 1) : null;

const named = /^(?<other>[A-Za-z ]{1,40}):/;

/** What to say of a text that is no cursor of this list. */
export const notACursorOf = (list: string, text: string): string => {
  const other = named.exec(text)?.groups?.['other'];
  const what =
    other === undefined || other === list
      ? 'no cursor of this list, or one of an earlier version'
      : `a cursor of ${other}`;
  return `after is ${what}: give what a page of ${list} told.`;
};

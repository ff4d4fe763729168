import type { Json } from '../../graphql/graphql.ts';

/** What a tool answered, and the address of the console that opens the rows behind it. */
export interface Citation {
  readonly text: string;
  readonly rows: Rows | null;
}

interface Rows {
  readonly to: string;
  readonly search: Readonly<Record<string, string>>;
}

/** Where a tool has its answer from. */
export interface ToolSource {
  readonly name: string;
  readonly asOf: string | null;
  readonly isOutside: boolean;
}

const partsOf = (value: Json | null): { readonly [key: string]: Json } | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : null;

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** A page of this console, and no other site: `//there` is one. */
const ownPage = /^\/(?![/\\])/u;

export const citationOf = (value: Json | null): Citation | null => {
  const parts = partsOf(value);
  const text = textOf(parts?.['text']);
  if (text === null) return null;
  return { text, rows: rowsOf(textOf(parts?.['rows'])) };
};

const rowsOf = (address: string | null): Rows | null => {
  if (address === null || !ownPage.test(address)) return null;
  const { pathname, searchParams } = new URL(address, window.location.origin);
  return { to: pathname, search: Object.fromEntries(searchParams) };
};

export const sourceOf = (value: Json | null): ToolSource | null => {
  const parts = partsOf(value);
  const name = textOf(parts?.['name']);
  if (name === null) return null;
  // What does not say that it is from inside is not.
  return { name, asOf: textOf(parts?.['asOf']), isOutside: parts?.['isOutside'] !== false };
};

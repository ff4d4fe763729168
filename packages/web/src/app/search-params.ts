import { environments, type Environment } from '@countersign/shared';

/** Search parameters stay plain text in the address, so that people can read and write them. */
export type RawSearch = Readonly<Record<string, unknown>>;

export const parseSearch = (search: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(search));

/** These hold words of the schema, which addresses write in lower case. */
const wordKeys: readonly string[] = ['view', 'env', 'status', 'priority'];

const textIn = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textIn).join(',');
  return typeof value === 'string' ? value : '';
};

export const stringifySearch = (search: Record<string, unknown>): string => {
  const pairs = Object.entries(search).flatMap(([key, value]) => {
    const text = textIn(value);
    return text === '' ? [] : [[key, wordKeys.includes(key) ? text.toLowerCase() : text]];
  });
  const text = new URLSearchParams(pairs).toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
};

/** One of the known words, in the lower case that addresses use; undefined for anything else. */
export const oneOf = <Word extends string>(words: readonly Word[], value: unknown): Word | undefined =>
  typeof value === 'string' ? words.find((word) => word.toLowerCase() === value.toLowerCase()) : undefined;

/** Several known words, separated by commas; or a list of them, as the router gives what it has read before. */
export const someOf = <Word extends string>(words: readonly Word[], value: unknown): Word[] => {
  const parts: readonly unknown[] = Array.isArray(value) ? value : (textOf(value)?.split(',') ?? []);
  return parts.flatMap((part) => oneOf(words, part) ?? []);
};

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const environmentOf = (search: RawSearch): Environment | undefined =>
  oneOf(environments, search['env']);

/** Leaves out what is not set. */
export const defined = <Search extends Record<string, unknown>>(
  search: Search,
): { [Key in keyof Search]?: Search[Key] | undefined } =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Search]?: Search[Key] | undefined;
  };

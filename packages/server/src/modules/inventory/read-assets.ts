import { environments } from '@countersign/shared';
import { z } from 'zod';
import { isCarriable } from '../../domain/json.ts';
import { csvRows, readCsv } from './read-csv.ts';
import { faulty, itemsOf, readJson, readRows, type RowsRead } from './reading-rows.ts';

export const assetFormats = ['CSV', 'JSON'] as const;
export type AssetFormat = (typeof assetFormats)[number];

const word = z.string().trim().min(1).max(200).refine(isCarriable, 'holds a NUL or half of a surrogate pair');
const mayBeEmpty = word.nullish().transform((value) => value ?? null);
const words = (most: number) =>
  z
    .record(word, word)
    .refine((value) => Object.keys(value).length <= most, `must have at most ${most} entries`)
    .default({});

const assetRow = z.strictObject({
  externalId: word,
  kind: word,
  name: word,
  environment: z
    .string()
    .transform((value) => value.toUpperCase())
    .pipe(z.enum(environments))
    .nullish()
    .transform((value) => value ?? null),
  region: mayBeEmpty,
  owner: mayBeEmpty,
  versions: words(100),
  tags: words(50),
  dependencies: z.array(word).max(200, 'must have at most 200 entries').default([]),
});
export type AssetRow = z.output<typeof assetRow>;

/** Assets of a file, or every fault with its place. */
export const readAssets = (format: AssetFormat, content: string): Promise<RowsRead<AssetRow>> =>
  format === 'CSV' ? readFromCsv(content) : readFromJson(content);

const keyOf = ({ externalId }: AssetRow): string => externalId;

const readFromJson = async (content: string): Promise<RowsRead<AssetRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  if (!Array.isArray(read.value)) return faulty({ path: 'content', message: 'must be a list of assets.' });
  return readRows(itemsOf(read.value), assetRow, keyOf);
};

const plainColumns: Readonly<Record<string, string>> = {
  external_id: 'externalId',
  kind: 'kind',
  name: 'name',
  environment: 'environment',
  region: 'region',
  owner: 'owner',
  dependencies: 'dependencies',
};
const columnOfKey = new Map(Object.entries(plainColumns).map(([column, key]) => [key, column]));
const prefixes: Readonly<Record<string, string>> = { version: 'versions', tag: 'tags' };
const prefixOfKey = new Map(Object.entries(prefixes).map(([prefix, key]) => [key, prefix]));

const readFromCsv = async (content: string): Promise<RowsRead<AssetRow>> => {
  const read = await readCsv(content);
  if (!read.ok) return read;
  const unknown = read.header.filter((name) => placeOfColumn(name) === null);
  if (unknown.length > 0)
    return faulty(
      ...unknown.slice(0, 20).map((name) => ({
        path: `line 1, column ${name.slice(0, 100)}`,
        message: `is none of ${Object.keys(plainColumns).join(', ')}, version.<component> or tag.<name>.`,
      })),
    );
  return readRows(csvRows(read, valueOf, columnOf), assetRow, keyOf);
};

const placeOfColumn = (column: string): readonly [key: string, name?: string] | null => {
  const plain = Object.hasOwn(plainColumns, column) ? plainColumns[column] : undefined;
  if (plain !== undefined) return [plain];
  const dot = column.indexOf('.');
  const prefix = column.slice(0, Math.max(dot, 0));
  const key = Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined;
  return key !== undefined && dot < column.length - 1 ? [key, column.slice(dot + 1)] : null;
};

/** What is empty is left out; dependencies are separated by semicolons. */
const valueOf = (cells: Readonly<Record<string, string>>): unknown => {
  const plain: Record<string, unknown> = {};
  const nested: Record<string, [string, string][]> = { versions: [], tags: [] };
  for (const [column, cell] of Object.entries(cells)) {
    const place = placeOfColumn(column);
    if (!place || cell === '') continue;
    const [key, name] = place;
    if (name !== undefined) nested[key]?.push([name, cell]);
    else plain[key] = key === 'dependencies' ? cell.split(';').map((one) => one.trim()) : cell;
  }
  return {
    ...plain,
    versions: Object.fromEntries(nested['versions'] ?? []),
    tags: Object.fromEntries(nested['tags'] ?? []),
  };
};

const columnOf = ([key, name]: readonly PropertyKey[]): string => {
  const prefix = prefixOfKey.get(String(key));
  if (prefix !== undefined) return name === undefined ? `${prefix}.*` : `${prefix}.${String(name)}`;
  return columnOfKey.get(String(key)) ?? String(key);
};

import {
  DecryptionError,
  encryptedPrefix,
  MissingKeyError,
  type CellCipher,
  type CellType,
} from './cell-cipher.ts';

/** Where a statement's rows have a value of an encrypted column: paths of properties, such as `step.output`. */
export interface ReadCell {
  readonly at: string;
  readonly table: string;
  readonly column: string;
  readonly type: CellType;
  /** Where the same rows have the id and the tenant of the row that it stands in. */
  readonly id: string;
  readonly tenantId: string;
}

/** What begins so is read for the sake of a cell, and nobody is given it. */
const hidden = '@';

/** For a statement: a comment that says which of its values are to be decrypted. */
export const cellsRead = (cells: readonly ReadCell[]): string =>
  cells.length === 0
    ? ''
    : ` /*cells ${JSON.stringify(cells.map(({ at, table, column, type, id, tenantId }) => [at, table, column, type, id, tenantId]))}*/`;

/** For a statement that reads rows of many: a row that does not decrypt says so, and the others are given all the same. */
export const orUnreadable = ' /*or unreadable*/';

export interface MaybeUnreadable {
  /** Where something of the row does not decrypt, which is null then. */
  readonly unreadable?: DecryptionError;
}

export const isReadable = (row: MaybeUnreadable): boolean => row.unreadable === undefined;

const comment = /\/\*cells (\[\[.*?\]\])\*\//g;
type Told = readonly [
  at: string,
  table: string,
  column: string,
  type: CellType,
  id: string,
  tenantId: string,
];

/** What the comments of a statement say, each place once. */
export const cellsReadBy = (text: string): readonly ReadCell[] => {
  const told = [...text.matchAll(comment)].flatMap(([, list = '[]']) => JSON.parse(list) as readonly Told[]);
  const cells = told.map(([at, table, column, type, id, tenantId]) => ({
    at,
    table,
    column,
    type,
    id,
    tenantId,
  }));
  return [...new Map(cells.map((cell) => [cell.at, cell])).values()];
};

type Values = Record<string, unknown>;
const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null;

const valueAt = (row: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isValues(value) ? value[key] : undefined), row);

const isEncrypted = (value: unknown): boolean =>
  typeof value === 'string' && (value.startsWith(encryptedPrefix) || value.startsWith(`"${encryptedPrefix}`));

/** Decrypts, in place, what a statement gave. Throws DecryptionError, unless the statement says `orUnreadable`: it is lenient then. */
export const openCells = (
  rows: readonly object[],
  cells: readonly ReadCell[],
  cipher: CellCipher,
  isLenient = false,
): void => {
  const forgotten = [...new Set(cells.flatMap(({ id, tenantId }) => [id, tenantId]))].filter((path) =>
    path.startsWith(hidden),
  );
  for (const row of rows as readonly Values[]) {
    for (const { at, table, column, type, id: idAt, tenantId: tenantAt } of cells) {
      const [last = at, ...before] = at.split('.').toReversed();
      const holder = before.length === 0 ? row : valueAt(row, before.toReversed().join('.'));
      if (!isValues(holder) || typeof holder[last] !== 'string') continue;
      const [id, tenantId] = [valueAt(row, idAt), valueAt(row, tenantAt)];
      if (typeof id !== 'string' || typeof tenantId !== 'string') {
        if (!isEncrypted(holder[last])) continue;
        throw new DecryptionError(`"${column}" of "${table}" was read without the row that it stands in.`);
      }
      try {
        holder[last] = cipher.open(type, holder[last], { table, column, tenantId, id });
      } catch (error) {
        // A key that is not here yet comes: what it opens is given up by nobody.
        if (!isLenient || !(error instanceof DecryptionError) || error instanceof MissingKeyError)
          throw error;
        [holder[last], row.unreadable] = [null, error];
      }
    }
    for (const key of forgotten) Reflect.deleteProperty(row, key);
  }
};

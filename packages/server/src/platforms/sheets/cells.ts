import { z } from 'zod';
import type { TableRow } from '../../domain/diff.ts';

/** A rectangle of a sheet; rows and columns from 1. */
export interface CellRange {
  readonly title: string;
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

export type Cell = string | number | boolean;
export type Grid = Cell[][];

const titleOf = (plain: string | undefined, inQuotes: string | undefined): string =>
  inQuotes === undefined ? (plain ?? '') : inQuotes.replaceAll("''", "'");

/** Of a title that Google would read otherwise, nothing may be made: slashes would be parts of a path. */
const title = String.raw`(?:([\p{L}\p{N}_]{1,100})|'((?:[^'/\\\p{Cc}]|''){1,100})')`;
const rectangle = new RegExp(`^${title}!([A-Z]{1,3})([1-9]\\d{0,6})(?::([A-Z]{1,3})([1-9]\\d{0,6}))?$`, 'u');
const wholeSheet = new RegExp(`^${title}(?:!A(?:1)?(?::[A-Z]{1,3}(?:[1-9]\\d{0,6})?)?)?$`, 'u');

const numberOf = (letters: string): number =>
  Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
export const lettersOf = (number: number): string => {
  const rest = (number - 1) % 26;
  const letter = String.fromCharCode(65 + rest);
  return number > 26 ? `${lettersOf((number - 1 - rest) / 26)}${letter}` : letter;
};

export const mostCells = 5_000;
const mostColumns = 100;

export const parseRange = (text: string): CellRange | null => {
  const match = rectangle.exec(text);
  if (!match) return null;
  const [, plain, inQuotes, firstColumn = '', firstRow = '', lastColumn = firstColumn, lastRow = firstRow] =
    match;
  const [left, top] = [numberOf(firstColumn), Number(firstRow)];
  const [columns, rows] = [numberOf(lastColumn) - left + 1, Number(lastRow) - top + 1];
  return columns < 1 || rows < 1 ? null : { title: titleOf(plain, inQuotes), left, top, columns, rows };
};

/** In its one spelling. */
export const a1Of = ({ title: name, left, top, columns, rows }: CellRange): string => {
  const last = `${lettersOf(left + columns - 1)}${top + rows - 1}`;
  return `'${name.replaceAll("'", "''")}'!${lettersOf(left)}${top}:${last}`;
};

/** Which part of its sheet, as actions claim it. */
export const areaOf = ({ left, top, columns, rows }: CellRange): string =>
  `rows=${top}-${top + rows - 1},columns=${left}-${left + columns - 1}`;

/** Columns from the first on, with all rows that hold something. */
export const columnsA1 = ({ title: name }: Pick<CellRange, 'title'>, columns: number): string =>
  `'${name.replaceAll("'", "''")}'!A:${lettersOf(columns)}`;

/** Where these rows stand among others, each by its number from 0; no more than two places are looked for. */
export const placesOf = (rows: Grid, among: Grid): number[] => {
  const numbers = new Map<string, number>();
  const numberOfRow = (row: readonly Cell[]): number => {
    const text = JSON.stringify(row);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const [wanted, all] = [rows.map(numberOfRow), among.map(numberOfRow)];
  const places: number[] = [];
  for (let at = 0; at + wanted.length <= all.length && places.length < 2; at += 1)
    if (wanted.every((row, index) => all[at + index] === row)) places.push(at);
  return places;
};

export const rangeParam = z
  .string()
  // What measures a range against others reads it only where it is one.
  .max(250, { abort: true })
  .transform((text, context) => {
    const range = parseRange(text);
    if (range && range.columns <= mostColumns && range.columns * range.rows <= mostCells) return text;
    context.addIssue({
      code: 'custom',
      message: `Must be a rectangle of a sheet, ${mostCells} cells and ${mostColumns} columns at most: Sheet1!A1:C3.`,
    });
    return z.NEVER;
  })
  .meta({ examples: ['Sheet1!A1:C3'] });

/** The range of a param that fits. */
export const rangeOf = (text: string): CellRange => {
  const range = parseRange(text);
  if (!range) throw new TypeError(`"${text}" is no range.`);
  return range;
};

export const sheetParam = z
  .string()
  .max(250)
  .regex(wholeSheet, 'Must be a sheet, or its columns from A on: Sheet1, Sheet1!A:C.')
  .describe('The sheet that gets the rows, below its last one')
  .meta({ examples: ['Sheet1'] });

export const sheetOf = (text: string): CellRange => {
  const [, plain, inQuotes] = wholeSheet.exec(text) ?? [];
  return { title: titleOf(plain, inQuotes), left: 1, top: 1, columns: 1, rows: 1 };
};

const mostBytes = 200_000;
export const cellParam = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);

export const valuesParam = z
  .array(z.array(cellParam).min(1).max(mostColumns))
  .min(1)
  .max(1_000)
  .refine((rows) => rows.flat().length <= mostCells, `Must hold ${mostCells} cells at most.`)
  .refine(
    (rows) => Buffer.byteLength(JSON.stringify(rows)) <= mostBytes,
    `Must not be larger than ${mostBytes} bytes.`,
  )
  .describe('Rows of texts, numbers, true, false, or null for an empty cell; nothing is read as a formula')
  .meta({ examples: [[['2026-W48', 14, 0]]] });

type Given = readonly (readonly (Cell | null)[])[];

/** Every cell of a range, empty ones as empty texts: what is empty at the end, Google leaves out. */
export const gridOf = (values: Given, { columns, rows }: Pick<CellRange, 'columns' | 'rows'>): Grid =>
  Array.from({ length: rows }, (_row, row) =>
    Array.from({ length: columns }, (_column, column) => values[row]?.[column] ?? ''),
  );

/** A grid that stands at one place, with the cells that another one, at its own, puts over it. */
export const overlaid = (
  grid: Grid,
  { top, left }: Pick<CellRange, 'top' | 'left'>,
  over: Grid,
  at: Pick<CellRange, 'top' | 'left'>,
): Grid =>
  grid.map((cells, row) =>
    cells.map((cell, column) => over[top + row - at.top]?.[left + column - at.left] ?? cell),
  );

export const hasFormula = (grid: Grid): boolean =>
  grid.flat().some((value) => typeof value === 'string' && value.startsWith('='));

export const isSameGrid = (one: Grid, other: Grid): boolean => JSON.stringify(one) === JSON.stringify(other);

export const columnsOf = ({ left, columns }: Pick<CellRange, 'left' | 'columns'>): string[] =>
  Array.from({ length: columns }, (_, index) => lettersOf(left + index));

const shown = (row: readonly Cell[]): string[] => row.map(shownCell);

/** A text that reads like a number, a truth, nothing, or a text in quotation marks stands in such marks. */
const shownCell = (cell: Cell): string =>
  typeof cell === 'string' && cell !== '' && readsOtherwise(cell) ? JSON.stringify(cell) : String(cell);

const readsOtherwise = (text: string): boolean =>
  text.trim() !== text ||
  text.startsWith('"') ||
  text === 'true' ||
  text === 'false' ||
  Number.isFinite(Number(text));

/** What goes and what comes, row by row; empty rows are nothing that goes. */
export const changedRows = (before: Grid, after: Grid): TableRow[] =>
  after.flatMap((row, index): TableRow[] => {
    const was = before[index] ?? [];
    if (isSameGrid([was], [row])) return [{ kind: 'CONTEXT', cells: shown(row) }];
    const isEmpty = (cells: readonly Cell[]): boolean => cells.every((value) => value === '');
    return [
      ...(isEmpty(was) ? [] : [{ kind: 'REMOVE', cells: shown(was) } as const]),
      ...(isEmpty(row) ? [] : [{ kind: 'ADD', cells: shown(row) } as const]),
    ];
  });

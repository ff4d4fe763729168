import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import type { Fault } from '../../domain/refusal-details.ts';
import { mostRows, type GivenRow } from './reading-rows.ts';

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvRead =
  | { readonly ok: true; readonly header: readonly string[]; readonly rows: readonly CsvRow[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const pieceLength = 16 * 1024;
const mostColumns = 300;
const longestRecord = 64 * 1024;

/** In pieces, so that a long file, or a crooked one, keeps nobody waiting. */
const pieces = async function* (content: string): AsyncIterable<string> {
  for (let at = 0; at < content.length; at += pieceLength) {
    yield content.slice(at, at + pieceLength);
    await nextTurn();
  }
};

const no = (path: string, message: string): CsvRead => ({ ok: false, faults: [{ path, message }] });

/** RFC 4180 with a header, separated by commas. */
export const readCsv = async (content: string): Promise<CsvRead> => {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: longestRecord,
  });
  const source = Readable.from(pieces(content), { objectMode: false, encoding: 'utf8' });
  source.once('error', (error) => parser.destroy(error));
  const rows: CsvRow[] = [];
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      rows.push({ line: info.lines, cells: record });
      if (rows.length > mostRows + 1)
        return no('content', `has more than ${mostRows} rows: send it in parts.`);
      if (record.length > mostColumns)
        return no(`line ${info.lines}`, `has more than ${mostColumns} columns.`);
    }
  } catch (error) {
    if (error instanceof CsvError)
      return no(`line ${lineOf(error)}`, `is not CSV: ${error.message.slice(0, 200)}`);
    throw error;
  } finally {
    source.destroy();
  }
  const [header, ...rest] = rows;
  if (!header) return no('content', 'is empty: its first line names the columns.');
  return shapeOf(header, rest);
};

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const lineOf = (error: CsvError): string => {
  const { lines } = error as { readonly lines?: unknown };
  return typeof lines === 'number' ? String(lines) : '?';
};

const shapeOf = ({ cells: header }: CsvRow, rows: readonly CsvRow[]): CsvRead => {
  const twice = header.filter((name, at) => header.indexOf(name) !== at);
  if (twice.length > 0) return no('line 1', `names a column twice: ${twice.slice(0, 5).join(', ')}.`);
  const faults = rows
    .filter(({ cells }) => cells.length !== header.length)
    .map(({ line, cells }) => ({
      path: `line ${line}`,
      message: `has ${cells.length} columns, and the first line names ${header.length}.`,
    }));
  return faults.length > 0 ? { ok: false, faults: faults.slice(0, 100) } : { ok: true, header, rows };
};

/** Rows as values of their columns; a fault is told by line and column. */
export const csvRows = function* (
  { header, rows }: CsvRead & { readonly ok: true },
  valueOf: (cells: Readonly<Record<string, string>>) => unknown,
  columnOf: (keys: readonly PropertyKey[]) => string,
): Iterable<GivenRow> {
  for (const { line, cells } of rows) {
    const named = Object.fromEntries(header.map((name, at) => [name, cells[at] ?? '']));
    yield {
      value: valueOf(named),
      placeOf: (keys) => (keys.length === 0 ? `line ${line}` : `line ${line}, column ${columnOf(keys)}`),
    };
  }
};

import type { z } from 'zod';
import type { Fault } from '../../domain/refusal-details.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import { createBreath } from '../../infra/turns.ts';

/** Of one file. */
export const mostRows = 100_000;
/** So many faults are gathered; who has more has another file in mind. */
const mostFaults = 100;

export type RowsRead<Row> =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export const faulty = <Row = never>(...faults: readonly Fault[]): RowsRead<Row> => ({ ok: false, faults });

/** One row as the file has it: what it says, and where it stands. */
export interface GivenRow {
  readonly value: unknown;
  /** Where in the file one of its places is: `content line 12, column owner`. */
  readonly placeOf: (keys: readonly PropertyKey[]) => string;
}

/** Every row by its schema, with all faults; others have their turn between. */
export const readRows = async <Row>(
  given: Iterable<GivenRow>,
  schema: z.ZodType<Row>,
  keyOf: (row: Row) => string,
): Promise<RowsRead<Row>> => {
  const breath = createBreath();
  const rows: Row[] = [];
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const { value, placeOf } of given) {
    if (breath.isDue()) await breath.take();
    if (faults.length >= mostFaults) break;
    if (rows.length >= mostRows)
      return faulty({ path: 'content', message: `has more than ${mostRows} rows: send it in parts.` });
    const read = readInput(schema, value);
    if (!read.ok) {
      faults.push(...read.faults.map(({ keys, message }) => ({ path: placeOf(keys), message })));
      continue;
    }
    const key = keyOf(read.value);
    if (seen.has(key)) faults.push({ path: placeOf([]), message: `is there twice: ${key.slice(0, 100)}.` });
    seen.add(key);
    rows.push(read.value);
  }
  return faults.length > 0 ? faulty(...faults) : { ok: true, rows };
};

/** The value of a JSON text, or the fault. */
export const readJson = (content: string): { readonly value: unknown } | Fault => {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch (error) {
    return { path: 'content', message: `is not JSON: ${jsonFaultOf(content, error)}` };
  }
};

/** With line and column, where the engine says at which character it stopped. */
const jsonFaultOf = (content: string, error: unknown): string => {
  const said = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position === undefined) return said.slice(0, 200);
  const before = content.slice(0, Number(position));
  const line = before.split('\n').length;
  return `${said.slice(0, 150)}: line ${line}, column ${before.length - before.lastIndexOf('\n')}`;
};

/** Items of a JSON list, each by its place. */
export const itemsOf = function* (items: readonly unknown[], name = 'content'): Iterable<GivenRow> {
  for (const [index, value] of items.entries())
    yield { value, placeOf: (keys) => pathOf([name, index, ...keys]) };
};

import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { systemClock } from '../../infra/clock.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import {
  changedRows,
  columnsA1,
  columnsOf,
  gridOf,
  placesOf,
  sheetOf,
  sheetParam,
  valuesParam,
  type CellRange,
  type Grid,
} from './cells.ts';
import { readsOf, type Mark, type NewMark } from './sheets-api.ts';
import { findSheet, openSpreadsheet, spreadsheetParam, type SheetsSetup } from './spreadsheets.ts';

const input = z
  .strictObject({ spreadsheetId: spreadsheetParam, range: sheetParam, values: valuesParam })
  .meta({ examples: [{ spreadsheetId: 'metrics', range: 'Sheet1', values: [['2026-W48', 14, 0]] }] });
export type AppendInput = z.infer<typeof input>;
export type AppendOutput = { readonly spreadsheetId: string; readonly rows: number };

const traits: ActionTraits = {
  name: 'sheets.rows.append',
  version: 1,
  platform: 'sheets',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** `newestMark`: when the newest mark was made that was there, in milliseconds; 0 where none was. */
const foundSchema = z.object({ sheetId: z.int(), newestMark: z.number().optional() });

/** A spreadsheet holds 30,000 characters of such marks; these are some 8,000. */
const mostMarks = 100;

const isOf = ({ metadataValue }: Mark, key: string): boolean => metadataValue.endsWith(`.${key}`);
/** When it was comes first, and in as many digits for a long time: so the oldest sort first. */
const markOf = (key: string, after: number): string =>
  `${Math.max(systemClock.now().getTime(), after + 1)}.${key}`;
const timeOf = ({ metadataValue }: Mark): number => Number.parseInt(metadataValue, 10) || 0;
const newestOf = (marks: readonly Mark[]): number =>
  marks.map(timeOf).reduce((newest, time) => Math.max(newest, time), 0);
const outdatedOf = (marks: readonly Mark[]): readonly Mark[] =>
  marks
    .toSorted((one, other) => (one.metadataValue < other.metadataValue ? -1 : 1))
    .slice(0, Math.max(0, marks.length + 1 - mostMarks));

const marksAfter = (marks: readonly Mark[], key: string): NewMark => ({
  // Later than all others, whatever clock those were made by.
  added: markOf(key, newestOf(marks)),
  outdated: outdatedOf(marks),
});

/**
 * Whether no mark that was made since the plan can have made room for others: there was room for all, or one that was
 * there then, which is older, is there still.
 */
const areAllKept = (marks: readonly Mark[], newestThen: number | undefined): boolean =>
  marks.length < mostMarks || marks.some((mark) => newestThen !== undefined && timeOf(mark) <= newestThen);

const sizeOf = (values: AppendInput['values']): Pick<CellRange, 'rows' | 'columns'> => ({
  rows: values.length,
  columns: Math.max(...values.map((row) => row.length)),
});

const planAppend = async (
  setup: SheetsSetup,
  { spreadsheetId, range, values }: AppendInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const sheet = sheetOf(range);
  const placed = await findSheet(setup, { spreadsheetId, range: sheet }, context);
  if (!placed.ok) return placed;
  const { name, sheetId } = placed.value;
  const marks = await setup.sheets.marks(openSpreadsheet(setup.settings, spreadsheetId), context);
  const size = sizeOf(values);
  const count = values.length === 1 ? 'one row' : `${values.length} rows`;
  return accepted({
    summary: `Append ${count} to ${quoted(sheet.title)} of ${quoted(name)}`,
    targets: [{ kind: 'sheet', name: `${name}/${sheet.title}` }],
    precondition: { sheetId, newestMark: newestOf(marks) },
    diffs: [
      {
        type: 'TABLE',
        title: `${name}: ${sheet.title}`,
        columns: columnsOf({ left: 1, columns: size.columns }),
        rows: changedRows([], gridOf(values, size)),
      },
    ],
    findings: [],
    // Any number of rows have room below each other.
    claims: [],
  });
};

/** Where the rows stand now. Google does not say it of an append, so nothing but what they hold tells. */
const findRows = async (
  { sheets }: SheetsSetup,
  id: string,
  { range, values }: AppendInput,
  context: ApplyContext,
): Promise<CellRange> => {
  const { title } = sheetOf(range);
  const size = sizeOf(values);
  const held = await sheets.entered(id, columnsA1({ title }, size.columns), context);
  // Rows that are empty at the end are left out.
  const all: Grid = gridOf(held, { columns: size.columns, rows: held.length + size.rows });
  const [place, other] = placesOf(gridOf(values, size), all);
  if (place === undefined) throw moved('The rows do not stand there as they were written: they stay.');
  if (other !== undefined) throw moved('The same rows stand there twice: which are these, nobody can tell.');
  return { title, left: 1, top: place + 1, ...size };
};

/** Empties the cells of the rows and moves no others; a mark tells a second call that it was done. */
const takeBack = async (
  setup: SheetsSetup,
  given: AppendInput,
  { spreadsheetId: id, rows }: AppendOutput,
  context: ApplyContext,
): Promise<Json> => {
  const { sheets } = setup;
  const undone = { spreadsheetId: id, rows, emptied: true };
  const marks = await sheets.marks(id, context);
  const holdsNothing = given.values.flat().every((value) => value === null || value === '');
  if (holdsNothing || marks.some((mark) => isOf(mark, context.idempotencyKey))) return undone;
  const { sheetId } = foundSchema.parse(context.precondition);
  const range = await findRows(setup, id, given, context);
  await sheets.clear(id, { sheetId, range }, marksAfter(marks, context.idempotencyKey), context);
  return undone;
};

/**
 * Appends rows below the last one of a sheet. In the same request the spreadsheet gets a mark that nobody sees, by
 * which a later look tells whether the rows are there.
 */
export const createRowsAppend = (setup: SheetsSetup): ActionExecutor<AppendInput, AppendOutput> => {
  const { settings, sheets, settleMs } = setup;
  const look = async (
    { spreadsheetId, values }: AppendInput,
    context: ApplyContext,
  ): Promise<Reconciliation<AppendOutput>> => {
    const id = openSpreadsheet(settings, spreadsheetId);
    const marks = await sheets.marks(id, context);
    if (marks.some((mark) => isOf(mark, context.idempotencyKey)))
      return { kind: 'FOUND', output: { spreadsheetId: id, rows: values.length } };
    const { newestMark } = foundSchema.parse(context.precondition);
    return { kind: areAllKept(marks, newestMark) ? 'ABSENT' : 'UNKNOWN' };
  };
  const reconcile = settled(look, settleMs);
  return {
    traits,
    description: 'Appends rows to a sheet of a Google spreadsheet that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: (given, context) => planAppend(setup, given, context),
    apply: makeOnce(reconcile, async ({ spreadsheetId, values }, context) => {
      const id = openSpreadsheet(settings, spreadsheetId);
      const { sheetId } = foundSchema.parse(context.precondition);
      const marks = marksAfter(await sheets.marks(id, context), context.idempotencyKey);
      await sheets.append(id, { sheetId, values }, marks, context);
      return { spreadsheetId: id, rows: values.length };
    }),
    verify: async (given, _output, context) => {
      if ((await look(given, context)).kind !== 'FOUND')
        throw notHeld('The spreadsheet does not show that the rows were appended.');
    },
    compensate: (given, output, context) => takeBack(setup, given, output, context),
    reconcile,
  };
};

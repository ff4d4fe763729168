import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type {
  ActionExecutor,
  ApplyContext,
  LookContext,
  PlanContext,
  Reconciliation,
} from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import {
  a1Of,
  areaOf,
  cellParam,
  changedRows,
  columnsOf,
  gridOf,
  hasFormula,
  isSameGrid,
  overlaid,
  rangeOf,
  rangeParam,
  valuesParam,
  type CellRange,
  type Grid,
} from './cells.ts';
import { readsOf } from './sheets-api.ts';
import { findSheet, openSpreadsheet, spreadsheetParam, type SheetsSetup } from './spreadsheets.ts';

const input = z
  .strictObject({
    spreadsheetId: spreadsheetParam,
    range: rangeParam,
    values: valuesParam.optional(),
    value: cellParam.optional().describe('Instead of values, where the range is one cell'),
  })
  .superRefine((given, context) => {
    const { rows, columns } = rangeOf(given.range);
    const { value, values = value === undefined ? [] : [[value]] } = given;
    const isBoth = value !== undefined && given.values !== undefined;
    if (!isBoth && values.length === rows && values.every((row) => row.length === columns)) return;
    const message = `Must be ${rows} rows of ${columns} cells, as the range is.`;
    context.addIssue({ code: 'custom', path: ['values'], message });
  })
  .meta({
    examples: [
      { spreadsheetId: 'metrics', range: 'Sheet1!A2:C2', values: [['2026-W47', 12, 1]] },
      { spreadsheetId: 'metrics', range: 'Sheet1!B2', value: 12 },
    ],
  });
export type UpdateInput = z.infer<typeof input>;
export type UpdateOutput = { readonly spreadsheetId: string; readonly range: string };

const traits: ActionTraits = {
  name: 'sheets.range.update',
  version: 1,
  platform: 'sheets',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

const foundSchema = z.object({ values: z.array(z.array(z.union([z.string(), z.number(), z.boolean()]))) });
/** What stood there is kept, to be brought back. */
const mostFoundBytes = 200_000;

const wantedOf = ({ range, value = null, values = [[value]] }: UpdateInput): Grid =>
  gridOf(values, rangeOf(range));

const readNow = async (
  { settings, sheets }: SheetsSetup,
  { spreadsheetId, range: text }: Pick<UpdateInput, 'spreadsheetId' | 'range'>,
  context: LookContext | PlanContext,
): Promise<Grid> => {
  const range = rangeOf(text);
  const id = openSpreadsheet(settings, spreadsheetId);
  return gridOf(await sheets.entered(id, a1Of(range), context), range);
};

/** What an action leaves of the cells of a sheet, for those that are planned upon it. */
const leftSchema = z.object({
  sheet: z.string(),
  top: z.int(),
  left: z.int(),
  values: foundSchema.shape.values,
});

/** The cells as they will be once the steps before have changed some of them. */
const asForeseen = (sheet: string, range: CellRange, found: Grid, foreseen: readonly Json[]): Grid =>
  foreseen.reduce<Grid>((before, left) => {
    const { data } = leftSchema.safeParse(left);
    return data?.sheet === sheet ? overlaid(before, range, data.values, data) : before;
  }, found);

const planUpdate = async (
  setup: SheetsSetup,
  given: UpdateInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const range = rangeOf(given.range);
  const placed = await findSheet(setup, { spreadsheetId: given.spreadsheetId, range }, context);
  if (!placed.ok) return placed;
  const { name } = placed.value;
  const where = `${quoted(given.range)} of ${quoted(name)}`;
  const sheet = `${name}/${range.title}`;
  const before = asForeseen(sheet, range, await readNow(setup, given, context), context.foreseen ?? []);
  if (hasFormula(before)) {
    const message = `${where} holds formulas, which would be lost: change the cells beside them.`;
    return refused(refusalAt('range', 'PRECONDITION_FAILED', message));
  }
  if (Buffer.byteLength(JSON.stringify(before)) > mostFoundBytes) {
    const message = `${where} holds more than could be kept, so that it could be brought back.`;
    return refused(refusalAt('range', 'PLATFORM_REJECTED', message));
  }
  const after = wantedOf(given);
  if (isSameGrid(before, after)) {
    const message = `Nothing would change: ${where} holds this already.`;
    return refused(refusalAt('values', 'NOTHING_TO_CHANGE', message));
  }
  const count = range.rows * range.columns;
  return accepted({
    summary: `Change ${count === 1 ? 'one cell' : `${count} cells`}, ${where}`,
    targets: [{ kind: 'range', name: `${name}/${given.range}` }],
    precondition: { values: before },
    claims: [`sheet:${sheet}#${areaOf(range)}`],
    leaves: { sheet, top: range.top, left: range.left, values: after },
    diffs: [
      {
        type: 'TABLE',
        title: `${name}: ${given.range}`,
        columns: columnsOf(range),
        rows: changedRows(before, after),
      },
    ],
    findings: [],
  });
};

/** Writes the values of a range. What stands there tells whether it was done. */
export const createRangeUpdate = (setup: SheetsSetup): ActionExecutor<UpdateInput, UpdateOutput> => {
  const { settings, sheets, settleMs } = setup;
  const outputOf = ({ spreadsheetId, range }: UpdateInput): UpdateOutput => ({
    spreadsheetId: openSpreadsheet(settings, spreadsheetId),
    range,
  });
  const write = async (given: UpdateInput, values: Grid, context: ApplyContext): Promise<void> =>
    sheets.write(openSpreadsheet(settings, given.spreadsheetId), a1Of(rangeOf(given.range)), values, context);
  const look = async (given: UpdateInput, context: ApplyContext): Promise<Reconciliation<UpdateOutput>> => {
    const now = await readNow(setup, given, context);
    if (isSameGrid(now, wantedOf(given))) return { kind: 'FOUND', output: outputOf(given) };
    const { values: before } = foundSchema.parse(context.precondition);
    return { kind: isSameGrid(now, before) ? 'ABSENT' : 'UNKNOWN' };
  };
  const reconcile = settled(look, settleMs);
  return {
    traits,
    description: 'Writes the cells of a range in a Google spreadsheet that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    isAsForeseen: (foreseen, found) =>
      isSameGrid(foundSchema.parse(foreseen).values, foundSchema.parse(found).values),
    plan: (given, context) => planUpdate(setup, given, context),
    watch: async (given, context) =>
      isSameGrid(await readNow(setup, given, context), foundSchema.parse(context.precondition).values),
    apply: makeOnce(reconcile, async (given, context) => {
      const { values: before } = foundSchema.parse(context.precondition);
      if (!isSameGrid(await readNow(setup, given, context), before))
        throw moved('The cells were changed since the plan was made.');
      await write(given, wantedOf(given), context);
      return outputOf(given);
    }),
    verify: async (given, _output, context) => {
      if (!isSameGrid(await readNow(setup, given, context), wantedOf(given)))
        throw notHeld(`The range ${quoted(given.range)} does not hold what it was to.`);
    },
    compensate: async (given, output, context): Promise<Json> => {
      const { values: before } = foundSchema.parse(context.precondition);
      const now = await readNow(setup, given, context);
      if (isSameGrid(now, before)) return output;
      if (!isSameGrid(now, wantedOf(given)))
        throw moved('The cells were changed since; bringing back what they held would lose that.');
      await write(given, before, context);
      return output;
    },
    reconcile,
  };
};

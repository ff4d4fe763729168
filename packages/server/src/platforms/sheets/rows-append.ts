import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { systemClock } from '../../infra/clock.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { makeOnce } from '../kit/make-once.ts';
import { lookUntilSettled } from '../kit/settled-look.ts';
import { changedRows, columnsOf, gridOf, sheetOf, sheetParam, valuesParam } from './cells.ts';
import { readsOf, type Mark } from './sheets-api.ts';
import { findSheet, openSpreadsheet, spreadsheetParam, type SheetsSetup } from './spreadsheets.ts';

const input = z.strictObject({ spreadsheetId: spreadsheetParam, range: sheetParam, values: valuesParam });
export type AppendInput = z.infer<typeof input>;
export type AppendOutput = { readonly spreadsheetId: string; readonly rows: number };

const traits: ActionTraits = {
  name: 'sheets.rows.append',
  version: 1,
  platform: 'sheets',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: false,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

const foundSchema = z.object({ sheetId: z.int() });

/** A spreadsheet holds 30,000 characters of such marks; these are some 8,000. */
const mostMarks = 100;

const isOf = ({ metadataValue }: Mark, key: string): boolean => metadataValue.endsWith(`.${key}`);
/** When it was comes first, and in as many digits for a long time: so the oldest sort first. */
const markOf = (key: string): string => `${systemClock.now().getTime()}.${key}`;
const outdatedOf = (marks: readonly Mark[]): readonly Mark[] =>
  marks
    .toSorted((one, other) => (one.metadataValue < other.metadataValue ? -1 : 1))
    .slice(0, Math.max(0, marks.length + 1 - mostMarks));

const planAppend = async (
  setup: SheetsSetup,
  { spreadsheetId, range, values }: AppendInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const sheet = sheetOf(range);
  const placed = await findSheet(setup, { spreadsheetId, range: sheet }, context);
  if (!placed.ok) return placed;
  const { name, sheetId } = placed.value;
  const size = { rows: values.length, columns: Math.max(...values.map((row) => row.length)) };
  const count = values.length === 1 ? 'one row' : `${values.length} rows`;
  return accepted({
    summary: `Append ${count} to ${quoted(sheet.title)} of ${quoted(name)}`,
    targets: [{ kind: 'sheet', name: `${name}/${sheet.title}` }],
    precondition: { sheetId },
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

/**
 * Appends rows below the last one of a sheet. In the same request the spreadsheet gets a mark that nobody sees, by
 * which a later look tells whether the rows are there. Where they came to stand Google does not say, so they are not
 * taken back: others may have written below them.
 */
export const createRowsAppend = (setup: SheetsSetup): ActionExecutor<AppendInput, AppendOutput> => {
  const { settings, sheets, settleMs } = setup;
  const look = async (
    { spreadsheetId, values }: AppendInput,
    context: ApplyContext,
  ): Promise<Reconciliation<AppendOutput>> => {
    const id = openSpreadsheet(settings, spreadsheetId);
    const marks = await sheets.marks(id, context);
    const isThere = marks.some((mark) => isOf(mark, context.idempotencyKey));
    return isThere
      ? { kind: 'FOUND', output: { spreadsheetId: id, rows: values.length } }
      : { kind: 'ABSENT' };
  };
  const reconcile = (given: AppendInput, context: ApplyContext) =>
    lookUntilSettled(() => look(given, context), settleMs, context.signal);
  return {
    traits,
    description: 'Appends rows to a sheet of a Google spreadsheet that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: (given, context) => planAppend(setup, given, context),
    apply: (given, context) =>
      makeOnce(
        context.attempt,
        () => reconcile(given, context),
        async () => {
          const id = openSpreadsheet(settings, given.spreadsheetId);
          const { sheetId } = foundSchema.parse(context.precondition);
          const outdated = outdatedOf(await sheets.marks(id, context));
          const marks = { added: markOf(context.idempotencyKey), outdated };
          await sheets.append(id, { sheetId, values: given.values }, marks, context);
          return { spreadsheetId: id, rows: given.values.length };
        },
      ),
    verify: async (given, _output, context) => {
      if ((await look(given, context)).kind === 'FOUND') return;
      const message = 'The spreadsheet does not show that the rows were appended.';
      throw new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false });
    },
    reconcile,
  };
};

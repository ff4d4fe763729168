import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { meantPerhaps } from '../../domain/nearest.ts';
import { originSchema } from '../../infra/url-schema.ts';
import { refusedName } from '../kit/configured-names.ts';
import { stillThere } from '../kit/executor-error.ts';
import { googleSettings } from '../kit/google-api.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { CellRange } from './cells.ts';
import type { Sheets } from './sheets-api.ts';

/** What `sheets` of `config.json` says. */
export const sheetsSchema = z.strictObject({
  /** Where the API is. */
  apiUrl: originSchema.default('https://sheets.googleapis.com'),
  ...googleSettings,
  /** By the name that callers may use: the spreadsheets that may be read and changed. */
  spreadsheets: z
    .record(
      z.string().min(1).max(100),
      z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be the id of a spreadsheet, as its address shows it'),
    )
    .describe('Spreadsheets that may be named.'),
});
export type SheetsSettings = z.output<typeof sheetsSchema>;

export interface SheetsSetup {
  readonly settings: SheetsSettings;
  readonly sheets: Sheets;
  /** How long after an attempt a look at Sheets shows what came of it. */
  readonly settleMs?: number;
}

export const spreadsheetParam = z
  .string()
  .min(1)
  .max(128)
  .describe('A spreadsheet that configuration names, by its name there or its id')
  .meta({ examples: ['metrics'] });

interface Spreadsheet {
  /** As configuration names it. */
  readonly name: string;
  readonly id: string;
}

/** By the name that configuration gives it, or by its id. */
const spreadsheetOf = ({ spreadsheets }: SheetsSettings, nameOrId: string): Outcome<Spreadsheet> => {
  const found = Object.entries(spreadsheets).find(([name, id]) => name === nameOrId || id === nameOrId);
  if (found) return accepted({ name: found[0], id: found[1] });
  const names = Object.keys(spreadsheets);
  const setting = 'sheets.spreadsheets';
  return refused(refusedName('spreadsheetId', { what: 'spreadsheet', name: nameOrId, names, setting }));
};

/** Of what was allowed when it was planned: throws POLICY_DENIED where it is not any more. */
export const openSpreadsheet = (settings: SheetsSettings, nameOrId: string): string =>
  stillThere(spreadsheetOf(settings, nameOrId)).id;

export interface PlacedSheet extends Spreadsheet {
  readonly sheetId: number;
}

/** A sheet that is there, of a spreadsheet that callers may name. */
export const findSheet = async (
  { settings, sheets }: SheetsSetup,
  given: { readonly spreadsheetId: string; readonly range: CellRange },
  context: ClientContext,
): Promise<Outcome<PlacedSheet>> => {
  const spreadsheet = spreadsheetOf(settings, given.spreadsheetId);
  if (!spreadsheet.ok) return spreadsheet;
  const { name, id } = spreadsheet.value;
  const known = await sheets.titles(id, context);
  if (!known) {
    const message = `Google shows no spreadsheet ${quoted(name)} to the credentials configured for it.`;
    return refused(refusalAt('spreadsheetId', 'RESOURCE_NOT_FOUND', message));
  }
  const { title } = given.range;
  const found = known.find((one) => one.title === title);
  if (found) return accepted({ name, id, sheetId: found.sheetId });
  const names = known.map((one) => one.title);
  const message = `${quoted(name)} has no sheet ${quoted(title)}${meantPerhaps(title, names) || '.'}`;
  return refused(refusalAt('range', 'RESOURCE_NOT_FOUND', message));
};

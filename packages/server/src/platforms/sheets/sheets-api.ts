import type { sheets_v4 } from '@googleapis/sheets';
import { z } from 'zod';
import { ExecutorError } from '../kit/executor-error.ts';
import { tokenRead, type GoogleApi, type GoogleClientOptions } from '../kit/google-api.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { Cell, CellRange, Grid } from './cells.ts';

export const readsOf = ({ tokenUrl }: { readonly tokenUrl: string }) => [
  tokenRead(tokenUrl),
  { method: 'GET', path: '/v4/spreadsheets/{id}' },
  { method: 'GET', path: '/v4/spreadsheets/{id}/values/{range}' },
  { method: 'POST', path: '/v4/spreadsheets/{id}/developerMetadata:search' },
];

/** What an append, and taking it back, leave in the spreadsheet, unseen: when it was, and the effect's key. */
export interface Mark {
  readonly metadataId: number;
  readonly metadataValue: string;
}

export interface NewMark {
  readonly added: string;
  /** Of long ago: they go. */
  readonly outdated: readonly Mark[];
}

export interface Sheets {
  /** Null where there is no such spreadsheet. */
  readonly titles: (
    id: string,
    context: ClientContext,
  ) => Promise<readonly { readonly title: string; readonly sheetId: number }[] | null>;
  /** As they were entered: of a formula, the formula. */
  readonly entered: (id: string, a1: string, context: ClientContext) => Promise<Grid>;
  /** As people see them. */
  readonly formatted: (id: string, a1: string, context: ClientContext) => Promise<Grid>;
  readonly write: (id: string, a1: string, values: Grid, context: ClientContext) => Promise<void>;
  readonly marks: (id: string, context: ClientContext) => Promise<readonly Mark[]>;
  /** Rows and mark at once or not at all; marks of long ago go with it. */
  readonly append: (
    id: string,
    rows: { readonly sheetId: number; readonly values: readonly (readonly (Cell | null)[])[] },
    marks: NewMark,
    context: ClientContext,
  ) => Promise<void>;
  /** Empties cells, with a mark as `append` has. */
  readonly clear: (
    id: string,
    cells: { readonly sheetId: number; readonly range: CellRange },
    marks: NewMark,
    context: ClientContext,
  ) => Promise<void>;
}

const metadataKey = 'countersign_effect';
const maxAnswerBytes = 8_388_608;

/** It takes a while to load, and only where Sheets is used. */
const spreadsheetsOf = async (options: GoogleClientOptions): Promise<sheets_v4.Resource$Spreadsheets> => {
  const { sheets } = await import('@googleapis/sheets');
  return sheets({ version: 'v4', ...options, headers: { ...options.headers } }).spreadsheets;
};

const looking = <Value>(schema: z.ZodType<Value>) => ({
  isRead: true,
  schema,
  maxResponseBytes: maxAnswerBytes,
});
const writing = { isRead: false, schema: z.unknown() };

const titlesSchema = z.object({
  sheets: z.array(z.object({ properties: z.object({ sheetId: z.int(), title: z.string() }) })),
});
const valuesSchema = z.object({
  values: z.array(z.array(z.union([z.string(), z.number(), z.boolean()]))).default([]),
});
const marksSchema = z.object({
  matchedDeveloperMetadata: z
    .array(z.object({ developerMetadata: z.object({ metadataId: z.int(), metadataValue: z.string() }) }))
    .default([]),
});

const cellOf = (value: Cell | null): sheets_v4.Schema$CellData => {
  if (value === null || value === '') return {};
  if (typeof value === 'string') return { userEnteredValue: { stringValue: value } };
  return {
    userEnteredValue: typeof value === 'number' ? { numberValue: value } : { boolValue: value },
  };
};

export const createSheets = ({ ask }: GoogleApi): Sheets => {
  const read =
    (valueRenderOption: string) =>
    async (spreadsheetId: string, range: string, context: ClientContext): Promise<Grid> => {
      const { values } = await ask(context, looking(valuesSchema), async (options) =>
        (await spreadsheetsOf(options)).values.get({ spreadsheetId, range, valueRenderOption }),
      );
      return values;
    };
  const update = async (
    spreadsheetId: string,
    requests: sheets_v4.Schema$Request[],
    context: ClientContext,
  ): Promise<void> => {
    await ask(context, writing, async (options) =>
      (await spreadsheetsOf(options)).batchUpdate({ spreadsheetId, requestBody: { requests } }),
    );
  };
  return {
    titles: async (spreadsheetId, context) => {
      try {
        const { sheets } = await ask(context, looking(titlesSchema), async (options) =>
          (await spreadsheetsOf(options)).get({
            spreadsheetId,
            fields: 'sheets.properties(sheetId,title)',
          }),
        );
        return sheets.map(({ properties }) => properties);
      } catch (error) {
        if (error instanceof ExecutorError && error.code === 'RESOURCE_NOT_FOUND') return null;
        throw error;
      }
    },
    entered: read('FORMULA'),
    formatted: read('FORMATTED_VALUE'),
    write: async (spreadsheetId, range, values, context) => {
      await ask(context, writing, async (options) =>
        (await spreadsheetsOf(options)).values.update({
          spreadsheetId,
          range,
          // A text stays a text, whatever it looks like.
          valueInputOption: 'RAW',
          requestBody: { range, majorDimension: 'ROWS', values },
        }),
      );
    },
    marks: async (spreadsheetId, context) => {
      const { matchedDeveloperMetadata } = await ask(context, looking(marksSchema), async (options) =>
        (await spreadsheetsOf(options)).developerMetadata.search({
          spreadsheetId,
          requestBody: { dataFilters: [{ developerMetadataLookup: { metadataKey } }] },
        }),
      );
      return matchedDeveloperMetadata.map(({ developerMetadata }) => developerMetadata);
    },
    append: (id, rows, marks, context) => update(id, [appending(rows), ...marking(marks)], context),
    clear: (id, cells, marks, context) => update(id, [clearing(cells), ...marking(marks)], context),
  };
};

const appending = ({ sheetId, values }: Parameters<Sheets['append']>[1]): sheets_v4.Schema$Request => ({
  appendCells: {
    sheetId,
    rows: values.map((row) => ({ values: row.map(cellOf) })),
    fields: 'userEnteredValue',
  },
});

/** Where no rows are given, the fields become empty. */
const clearing = ({ sheetId, range }: Parameters<Sheets['clear']>[1]): sheets_v4.Schema$Request => ({
  updateCells: {
    range: {
      sheetId,
      startRowIndex: range.top - 1,
      endRowIndex: range.top - 1 + range.rows,
      startColumnIndex: range.left - 1,
      endColumnIndex: range.left - 1 + range.columns,
    },
    fields: 'userEnteredValue',
  },
});

const marking = ({ added, outdated }: NewMark): sheets_v4.Schema$Request[] => [
  {
    createDeveloperMetadata: {
      developerMetadata: {
        metadataKey,
        metadataValue: added,
        location: { spreadsheet: true },
        visibility: 'PROJECT',
      },
    },
  },
  ...outdated.map(({ metadataId }) => ({
    deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataId } } },
  })),
];

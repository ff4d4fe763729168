import type { sheets_v4 } from '@googleapis/sheets';
import { z } from 'zod';
import { ExecutorError } from '../kit/executor-error.ts';
import { tokenRead, type GoogleApi, type GoogleClientOptions } from '../kit/google-api.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { Cell, Grid } from './cells.ts';

export const readsOf = ({ tokenUrl }: { readonly tokenUrl: string }) => [
  tokenRead(tokenUrl),
  { method: 'GET', path: '/v4/spreadsheets/{id}' },
  { method: 'GET', path: '/v4/spreadsheets/{id}/values/{range}' },
  { method: 'POST', path: '/v4/spreadsheets/{id}/developerMetadata:search' },
];

/** What an append leaves in the spreadsheet, unseen: when it was, and its effect's key. */
export interface Mark {
  readonly metadataId: number;
  readonly metadataValue: string;
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
    marks: { readonly added: string; readonly outdated: readonly Mark[] },
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
    append: async (spreadsheetId, rows, marks, context) => {
      const requestBody = { requests: appendRequests(rows, marks) };
      await ask(context, writing, async (options) =>
        (await spreadsheetsOf(options)).batchUpdate({ spreadsheetId, requestBody }),
      );
    },
  };
};

const appendRequests = (
  { sheetId, values }: Parameters<Sheets['append']>[1],
  { added, outdated }: Parameters<Sheets['append']>[2],
): sheets_v4.Schema$Request[] => [
  {
    appendCells: {
      sheetId,
      rows: values.map((row) => ({ values: row.map(cellOf) })),
      fields: 'userEnteredValue',
    },
  },
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

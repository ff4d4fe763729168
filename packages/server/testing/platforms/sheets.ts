import type { Json } from '../../src/domain/json.ts';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';
import { googleError, googleGate } from './google.ts';

type Cell = string | number | boolean;

export interface EmulatedSheet {
  readonly sheetId: number;
  readonly title: string;
  rows: Cell[][];
}

interface EmulatedMetadata {
  readonly metadataId: number;
  readonly metadataKey: string;
  readonly metadataValue: string;
}

export interface SheetsState {
  readonly spreadsheets: Record<
    string,
    { readonly title: string; readonly sheets: EmulatedSheet[]; metadata: EmulatedMetadata[]; nextId: number }
  >;
}

export const sandboxSheetsState = (): SheetsState => ({
  spreadsheets: {
    'spreadsheet-metrics': {
      title: 'metrics',
      sheets: [
        {
          sheetId: 0,
          title: 'Sheet1',
          rows: [
            ['Week', 'Deploys', 'Rollbacks'],
            ['2026-W46', 9, 0],
            ['2026-W47', 12, 1],
          ],
        },
      ],
      metadata: [],
      nextId: 1,
    },
  },
});

export interface SheetsOptions extends EmulatorOptions {
  /** Default: the sandbox's. */
  readonly state?: SheetsState;
}

/** Google Sheets' API for reading and writing ranges, appending rows, and finding what was appended. */
export const startSheets = (options: SheetsOptions = {}): Promise<Emulator<SheetsState>> =>
  startEmulator(
    {
      state: options.state ?? sandboxSheetsState(),
      handle: (state, request) => googleGate(request) ?? handle(state, request),
      objects: ({ spreadsheets }) =>
        Object.entries(spreadsheets).flatMap(([id, { title, sheets }]) => [
          { kind: 'spreadsheet', id, name: title, state: { sheets: sheets.map((sheet) => sheet.title) } },
          ...sheets.map((sheet) => ({
            kind: 'sheet',
            id: `${id}/${sheet.title}`,
            name: `${title}: ${sheet.title}`,
            state: { range: sheet.title, values: sheet.rows },
          })),
        ]),
      errorOf: (status) => googleError(status),
      limits: ['GET', 'write'].map((kind) => ({
        count: 60,
        perMs: 60_000,
        of: ({ method, path }: EmulatedRequest) =>
          path !== '/token' && (method === 'GET') === (kind === 'GET') ? 'user' : null,
      })),
    },
    options,
  );

type Spreadsheet = SheetsState['spreadsheets'][string];
const fine = (body: unknown, wrote?: string): EmulatedAnswer => ({
  status: 200,
  body,
  ...(wrote === undefined ? {} : { wrote }),
});

const route =
  /^\/v4\/spreadsheets\/([^/:]+)(?:\/values\/([^/]+)|(:batchUpdate)|(\/developerMetadata:search))?$/;

const handle = ({ spreadsheets }: SheetsState, request: EmulatedRequest): EmulatedAnswer => {
  const [, id = '', range, batch, search] = route.exec(request.path) ?? [];
  const found = Object.hasOwn(spreadsheets, id) ? spreadsheets[id] : undefined;
  if (!found) return googleError(404, 'Requested entity was not found.');
  if (range !== undefined) return values(found, id, decodeURIComponent(range), request);
  if (request.method === 'POST' && batch) return update(found, id, request);
  if (request.method === 'POST' && search) return find(found, request);
  if (request.method !== 'GET') return googleError(404, 'Not Found');
  return fine({
    sheets: found.sheets.map(({ sheetId, title }) => ({ properties: { sheetId, title } })),
  });
};

const columnOf = (letters: string): number =>
  Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

/** What people see of it: numbers as text, of a formula its result. */
const formatted = (cell: Cell): Cell =>
  typeof cell === 'string' && cell.startsWith('=')
    ? '42'
    : typeof cell === 'boolean'
      ? String(cell).toUpperCase()
      : String(cell);

const trimmed = (rows: Cell[][]): Cell[][] => {
  const cut = rows.map((row) => row.slice(0, row.findLastIndex((cell) => cell !== '') + 1));
  return cut.slice(0, cut.findLastIndex((row) => row.length > 0) + 1);
};

const values = (
  { sheets }: Spreadsheet,
  id: string,
  range: string,
  request: EmulatedRequest,
): EmulatedAnswer => {
  const match = /^'((?:[^']|'')+)'!([A-Z]+)(\d*):([A-Z]+)(\d*)$/.exec(range);
  const sheet = sheets.find(({ title }) => title === match?.[1]?.replaceAll("''", "'"));
  if (!match || !sheet) return googleError(400, `Unable to parse range: ${range}`);
  const [, , first = '', top = '', last = '', bottom = ''] = match;
  const [left, right, from, to] = [
    columnOf(first),
    columnOf(last),
    Number(top || 1) - 1,
    Number(bottom || sheet.rows.length) - 1,
  ];
  if (request.method === 'GET') {
    const isFormatted = request.query.get('valueRenderOption') === 'FORMATTED_VALUE';
    const rows = Array.from({ length: to - from + 1 }, (_, row) =>
      Array.from({ length: right - left + 1 }, (__, column): Cell => {
        const cell = sheet.rows[from + row]?.[left + column] ?? '';
        return isFormatted ? formatted(cell) : cell;
      }),
    );
    const shown = trimmed(rows);
    return fine({ range, majorDimension: 'ROWS', ...(shown.length > 0 ? { values: shown } : {}) });
  }
  const given = (jsonBody(request) as { values: (Cell | null)[][] }).values;
  if (request.query.get('valueInputOption') !== 'RAW')
    return googleError(400, "'valueInputOption' is required but not specified");
  if (given.length > to - from + 1 || given.some((row) => row.length > right - left + 1))
    return googleError(400, 'Requested writing within range, but tried writing to another row or column.');
  given.forEach((row, at) => {
    while (sheet.rows.length <= from + at) sheet.rows.push([]);
    const line = sheet.rows[from + at] ?? [];
    row.forEach((cell, column) => {
      while (line.length <= left + column) line.push('');
      if (cell !== null) line[left + column] = cell;
    });
  });
  sheet.rows = trimmed(sheet.rows);
  return fine({ spreadsheetId: id, updatedRange: range, updatedRows: given.length }, `range/${id}/${range}`);
};

interface BatchRequest {
  /** Without rows: it empties the cells. */
  readonly updateCells?: {
    readonly range: {
      readonly sheetId: number;
      readonly startRowIndex: number;
      readonly endRowIndex: number;
      readonly startColumnIndex: number;
      readonly endColumnIndex: number;
    };
    readonly fields: string;
  };
  readonly appendCells?: {
    readonly sheetId: number;
    readonly rows: readonly {
      readonly values: readonly { readonly userEnteredValue?: Record<string, Json> }[];
    }[];
  };
  readonly createDeveloperMetadata?: { readonly developerMetadata: Omit<EmulatedMetadata, 'metadataId'> };
  readonly deleteDeveloperMetadata?: {
    readonly dataFilter: { readonly developerMetadataLookup: { readonly metadataId: number } };
  };
}

/** All of it or, where one request is wrong, nothing. */
const update = (spreadsheet: Spreadsheet, id: string, request: EmulatedRequest): EmulatedAnswer => {
  const { requests } = jsonBody(request) as { requests: readonly BatchRequest[] };
  const replies: object[] = [];
  for (const { updateCells, appendCells, createDeveloperMetadata, deleteDeveloperMetadata } of requests) {
    if (updateCells) {
      const { sheetId, startRowIndex, endRowIndex, startColumnIndex, endColumnIndex } = updateCells.range;
      const sheet = spreadsheet.sheets.find((one) => one.sheetId === sheetId);
      if (!sheet) return googleError(400, `No grid with id: ${sheetId}`);
      for (const row of sheet.rows.slice(startRowIndex, endRowIndex))
        row.splice(
          startColumnIndex,
          endColumnIndex - startColumnIndex,
          ...row.slice(startColumnIndex, endColumnIndex).map(() => ''),
        );
      sheet.rows = trimmed(sheet.rows);
      replies.push({});
    }
    if (appendCells) {
      const sheet = spreadsheet.sheets.find(({ sheetId }) => sheetId === appendCells.sheetId);
      if (!sheet) return googleError(400, `No grid with id: ${appendCells.sheetId}`);
      for (const row of appendCells.rows) {
        const cells = row.values.map(({ userEnteredValue = {} }) => Object.values(userEnteredValue)[0] ?? '');
        sheet.rows.push(cells as Cell[]);
      }
      replies.push({});
    }
    if (createDeveloperMetadata) {
      const { metadataKey, metadataValue } = createDeveloperMetadata.developerMetadata;
      const made = { metadataId: spreadsheet.nextId, metadataKey, metadataValue };
      spreadsheet.nextId += 1;
      spreadsheet.metadata.push(made);
      replies.push({ createDeveloperMetadata: { developerMetadata: made } });
    }
    if (deleteDeveloperMetadata) {
      const { metadataId } = deleteDeveloperMetadata.dataFilter.developerMetadataLookup;
      spreadsheet.metadata = spreadsheet.metadata.filter((one) => one.metadataId !== metadataId);
      replies.push({ deleteDeveloperMetadata: {} });
    }
  }
  const size = JSON.stringify(
    spreadsheet.metadata.map(({ metadataKey, metadataValue }) => metadataKey + metadataValue),
  ).length;
  if (size > 30_000) return googleError(400, 'The developer metadata would exceed its limit.');
  return fine({ spreadsheetId: id, replies }, `rows/${id}`);
};

const find = ({ metadata }: Spreadsheet, request: EmulatedRequest): EmulatedAnswer => {
  const { dataFilters } = jsonBody(request) as {
    dataFilters: readonly { developerMetadataLookup: { metadataKey: string } }[];
  };
  const keys = dataFilters.map(({ developerMetadataLookup }) => developerMetadataLookup.metadataKey);
  const matched = metadata.filter(({ metadataKey }) => keys.includes(metadataKey));
  return fine(
    matched.length === 0
      ? {}
      : {
          matchedDeveloperMetadata: matched.map((developerMetadata) => ({ developerMetadata, dataFilters })),
        },
  );
};

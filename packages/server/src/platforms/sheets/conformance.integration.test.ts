import { describe, test } from 'vitest';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { startSheets, type SheetsState } from '../../../testing/platforms/sheets.ts';
import {
  failuresWithoutWait,
  fallingSilent,
  lying,
  readingLate,
  unreachable,
} from '../../../testing/platform-world.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { createGoogleApi, sandboxCredentials } from '../kit/google-api.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createRangeRead } from './range-read.ts';
import { createRangeUpdate } from './range-update.ts';
import { createRowsAppend } from './rows-append.ts';
import { createSheets } from './sheets-api.ts';
import type { SheetsSetup } from './spreadsheets.ts';

interface OnSheets {
  readonly platform: Emulator<SheetsState>;
}
type Make<Input, Output extends Json> = (setup: SheetsSetup) => ActionExecutor<Input, Output>;
type Count = (rows: readonly (readonly unknown[])[]) => number;

const rowsOf = ({ spreadsheets }: SheetsState) => spreadsheets['spreadsheet-metrics']?.sheets[0]?.rows ?? [];

const createWorld = async <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  count: Count,
) => {
  const platform = await startSheets();
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const secrets = createSecrets({ google: { value: sandboxCredentials, origins: [] } });
  const settings = {
    apiUrl: platform.url,
    tokenUrl: `${platform.url}/token`,
    credentialsSecret: 'google',
    spreadsheets: { metrics: 'spreadsheet-metrics' },
  };
  const sheets = createSheets(createGoogleApi({ ...settings, secrets, scope: 'sheets' }));
  return {
    platform,
    egress,
    executor: make({ settings, sheets, settleMs: 1 }),
    params,
    fingerprint: async () => platform.fingerprint(),
    restorable: async () => JSON.stringify(rowsOf(platform.state())),
    countEffects: async () => count(rowsOf(platform.state())),
    received: () => platform.received,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

const writing = <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  count: Count,
  drift: ((world: OnSheets) => Promise<void>) | null,
) =>
  conformanceCases({
    createWorld: () => createWorld(make, params, count),
    effectsPerApply: 1,
    drift,
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    lateRead: readingLate,
    stall: fallingSilent,
    failures: [...failuresWithoutWait, unreachable],
  });

const written = async ({ platform }: OnSheets): Promise<void> => {
  rowsOf(platform.state())[1]?.splice(1, 1, 99);
};

describe('sheets.rows.append', () => {
  const values = [['2026-W48', 14, null, true], ['=1+1']];
  const params = { spreadsheetId: 'metrics', range: 'Sheet1', values };
  const count: Count = (rows) => rows.filter(([first]) => first === '2026-W48').length;
  // Whatever stands above, rows are appended below it.
  for (const { name, run } of writing(createRowsAppend, params, count, null)) test(name, run);
});

describe.each([
  [
    'cells',
    'Sheet1!B2:C3',
    [
      [10, 0],
      [12, '=2'],
    ],
  ],
  ['cells that are emptied', "'Sheet1'!A2:C2", [[null, null, null]]],
  [
    'cells that are empty',
    'Sheet1!E2:F3',
    [
      ['a', 'b'],
      ['c', null],
    ],
  ],
])('sheets.range.update of %s', (_title, range, values) => {
  const params = { spreadsheetId: 'metrics', range, values };
  const count: Count = (rows) =>
    JSON.stringify(rows.slice(1)) === '[["2026-W46",9,0],["2026-W47",12,1]]' ? 0 : 1;
  const drift = range.startsWith('Sheet1!E') ? null : written;
  for (const { name, run } of writing(createRangeUpdate, params, count, drift)) test(name, run);
});

describe('sheets.range.read', () => {
  const cases = conformanceCases({
    createWorld: () =>
      createWorld(createRangeRead, { spreadsheetId: 'metrics', range: 'Sheet1!A1:C3' }, () => 0),
    effectsPerApply: 0,
    drift: null,
    // What a read answers is all that it says.
    lie: null,
    lateRead: null,
    stall: null,
    failures: [unreachable],
  });
  for (const { name, run } of cases) test(name, run);
});

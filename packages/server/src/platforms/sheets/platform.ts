import { definePlatform } from '../contract/platform.ts';
import { createGoogleApi, sandboxCredentials } from '../kit/google-api.ts';
import { createRangeRead } from './range-read.ts';
import { createRangeUpdate } from './range-update.ts';
import { createRowsAppend } from './rows-append.ts';
import { createSheets } from './sheets-api.ts';
import { sheetsSchema } from './spreadsheets.ts';

const scope = 'https://www.googleapis.com/auth/spreadsheets';

export const sheets = definePlatform({
  name: 'sheets',
  config: { sheets: sheetsSchema.nullable().default(null).describe('Google Sheets.') },
  secretsOf: ({ sheets: settings }) => (settings ? [settings.credentialsSecret] : []),
  reachOf: ({ sheets: settings }) =>
    Object.keys(settings?.spreadsheets ?? {}).map((name) => ({ kind: 'spreadsheet', name, isPrefix: false })),
  sandbox: {
    isConfigured: ({ sheets: settings }) => settings !== null,
    settings: (apiUrl) => ({
      settings: {
        sheets: {
          apiUrl,
          tokenUrl: `${apiUrl}/token`,
          credentialsSecret: 'sandbox-sheets',
          spreadsheets: { metrics: 'spreadsheet-metrics' },
        },
      },
      secrets: { 'sandbox-sheets': sandboxCredentials },
    }),
  },
  actions: ({ sheets: settings }, { secrets }) => {
    if (!settings) return [];
    const api = createSheets(createGoogleApi({ ...settings, secrets, scope }));
    const setup = { settings, sheets: api };
    return [createRowsAppend(setup), createRangeUpdate(setup), createRangeRead(setup)];
  },
});

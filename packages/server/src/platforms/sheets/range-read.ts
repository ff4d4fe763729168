import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { a1Of, rangeOf, rangeParam, type Grid } from './cells.ts';
import { readsOf } from './sheets-api.ts';
import { findSheet, openSpreadsheet, spreadsheetParam, type SheetsSetup } from './spreadsheets.ts';

const input = z
  .strictObject({ spreadsheetId: spreadsheetParam, range: rangeParam })
  .meta({ examples: [{ spreadsheetId: 'metrics', range: 'Sheet1!A1:C3' }] });
export type ReadInput = z.infer<typeof input>;
export type ReadOutput = {
  readonly spreadsheetId: string;
  readonly range: string;
  /** As people see them; rows and cells that are empty at the end are left out. */
  readonly values: Grid;
};

const traits: ActionTraits = {
  name: 'sheets.range.read',
  version: 1,
  platform: 'sheets',
  category: 'READ',
  idempotency: 'NONE',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** Reads the cells of a range, for whatever comes after it. */
export const createRangeRead = (setup: SheetsSetup): ActionExecutor<ReadInput, ReadOutput> => {
  const { settings, sheets } = setup;
  return {
    traits,
    description: 'Reads the cells of a range in a Google spreadsheet that configuration names.',
    input,
    endpointOf: () => settings.apiUrl,
    reads: readsOf(settings),
    plan: async ({ spreadsheetId, range }, context) => {
      const placed = await findSheet(setup, { spreadsheetId, range: rangeOf(range) }, context);
      if (!placed.ok) return placed;
      const { name } = placed.value;
      const id = openSpreadsheet(settings, spreadsheetId);
      const values = await sheets.formatted(id, a1Of(rangeOf(range)), context);
      return accepted({
        summary: `Read ${quoted(range)} of ${quoted(name)}`,
        targets: [{ kind: 'range', name: `${name}/${range}` }],
        precondition: null,
        diffs: [],
        findings: [],
        output: { spreadsheetId: id, range, values },
      });
    },
    apply: async ({ spreadsheetId, range }, context) => {
      const id = openSpreadsheet(settings, spreadsheetId);
      const values = await sheets.formatted(id, a1Of(rangeOf(range)), context);
      return { spreadsheetId: id, range, values };
    },
    // What a read answers is all that it says.
    verify: async () => {},
  };
};

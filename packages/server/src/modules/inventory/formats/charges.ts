import { z } from 'zod';
import { csvRows, readCsv } from '../read-csv.ts';
import { faulty, readRows, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, moment, name } from './fields.ts';

const needed = ['BilledCost', 'BillingCurrency', 'ChargePeriodStart', 'ServiceName'] as const;

/** Columns of the FOCUS specification, as far as they are read here; others may be there. */
const focusRow = z
  .object({
    line: z.int(),
    BilledCost: z
      .string()
      .regex(/^-?\d{1,12}(?:\.\d{1,12})?$/, 'is no amount: 12.50')
      .transform(Number),
    BillingCurrency: z.string().regex(/^[A-Z]{3}$/, 'is no currency: USD'),
    ChargePeriodStart: moment,
    ServiceName: name,
    ResourceId: cut(300).default(''),
    ResourceName: cut(300).default(''),
    RegionId: cut(100).default(''),
    SubAccountName: cut(200).default(''),
    ChargeCategory: cut(100).default(''),
  })
  .transform((row): EntryRow => ({
    externalId: String(row.line),
    name: row.ServiceName,
    at: row.ChargePeriodStart,
    data: {
      cost: row.BilledCost,
      currency: row.BillingCurrency,
      service: row.ServiceName,
      resource: row.ResourceName || row.ResourceId || null,
      region: row.RegionId || null,
      account: row.SubAccountName || null,
      category: row.ChargeCategory || null,
    },
  }));

const readFocus = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = await readCsv(content);
  if (!read.ok) return read;
  const missing = needed.filter((column) => !read.header.includes(column));
  if (missing.length > 0)
    return faulty({ path: 'line 1', message: `lacks columns of FOCUS: ${missing.join(', ')}.` });
  let line = 1;
  const rows = csvRows(
    read,
    (cells) => ({ ...cells, line: (line += 1) }),
    ([column]) => String(column),
  );
  return readRows(rows, focusRow, ({ externalId }) => externalId);
};

export const focus: CatalogueFormat = { kind: 'CHARGE', read: readFocus };

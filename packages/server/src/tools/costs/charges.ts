import { z } from 'zod';
import type { EntriesFound } from '../contract/ports.ts';
import type { ToolContext } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';

export type Charge = z.output<typeof entryData.charge> & { readonly at: Date };

const moment = z.iso.datetime({ offset: true }).optional();

export const period = { from: moment.describe('ISO 8601.'), to: moment.describe('ISO 8601.') };

/** What one question may look at; more is refused by its tool, since a sum of a part is wrong. */
export const mostCharges = 50_000;

export const readCharges = async (
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { catalogues }: Pick<ToolContext, 'catalogues'>,
): Promise<{ readonly charges: readonly Charge[]; readonly found: EntriesFound }> => {
  const query = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
  const found = await catalogues.find('CHARGE', query, mostCharges);
  const charges = entriesOf(found.entries, entryData.charge).flatMap(({ at, said }) =>
    at ? [{ ...said, at }] : [],
  );
  return { charges, found };
};

/** Sums are reckoned in millionths, so that they do not depend on their order. */
export const sumOf = (charges: readonly Pick<Charge, 'cost'>[]): number =>
  charges.reduce((sum, { cost }) => sum + Math.round(cost * 1_000_000), 0) / 1_000_000;

/** By currency: amounts of different ones are never added up. */
export const byCurrency = (charges: readonly Charge[]): ReadonlyMap<string, readonly Charge[]> =>
  Map.groupBy(charges, ({ currency }) => currency);

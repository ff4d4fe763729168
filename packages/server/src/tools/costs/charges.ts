import { z } from 'zod';
import type { Refusal } from '../../domain/errors.ts';
import type { EntriesFound } from '../contract/ports.ts';
import type { ToolContext } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';
import { tooMany } from '../shared/question-limits.ts';

export type Charge = z.output<typeof entryData.charge> & { readonly at: Date };

const moment = z.iso.datetime({ offset: true }).optional();

export const period = { from: moment.describe('ISO 8601.'), to: moment.describe('ISO 8601.') };

/** What one question may look at; more is refused, since a sum of a part is wrong. */
export const mostCharges = 50_000;
export const dayMs = 86_400_000;

export const dayOf = (at: Date): number => Math.floor(at.getTime() / dayMs);

const chargesOf = ({ entries }: EntriesFound): readonly Charge[] =>
  entriesOf(entries, entryData.charge).flatMap(({ at, said }) => (at ? [{ ...said, at }] : []));

/** Of the last days that were billed, all charges; where they are too many, those of the newest days that are whole. */
export const readRecentCharges = async (
  days: number,
  { catalogues, now }: Pick<ToolContext, 'catalogues' | 'now'>,
): Promise<{
  readonly charges: readonly Charge[];
  readonly found: EntriesFound;
  /** All that was billed since is among them. */
  readonly since: Date;
}> => {
  // What is dated later than now says nothing of the last days.
  const last = await catalogues.find('CHARGE', { to: now }, 1);
  const end = (dayOf(last.entries[0]?.at ?? now) + 1) * dayMs;
  const from = new Date(end - days * dayMs);
  const found = await catalogues.find('CHARGE', { from, to: new Date(end) }, mostCharges);
  const oldest = found.entries.at(-1)?.at;
  const since = found.total > mostCharges && oldest ? new Date((dayOf(oldest) + 1) * dayMs) : from;
  return { charges: chargesOf(found).filter(({ at }) => at >= since), found, since };
};

export const readCharges = async (
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { catalogues }: Pick<ToolContext, 'catalogues'>,
): Promise<
  { readonly charges: readonly Charge[]; readonly found: EntriesFound } | { readonly refusal: Refusal }
> => {
  const query = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
  const found = await catalogues.find('CHARGE', query, mostCharges);
  if (found.total > mostCharges) return { refusal: tooMany(mostCharges, 'charges') };
  return { charges: chargesOf(found), found };
};

/** Sums are reckoned in millionths, so that they do not depend on their order. */
export const sumOf = (charges: readonly Pick<Charge, 'cost'>[]): number =>
  charges.reduce((sum, { cost }) => sum + Math.round(cost * 1_000_000), 0) / 1_000_000;

/** By currency: amounts of different ones are never added up. */
export const byCurrency = (charges: readonly Charge[]): ReadonlyMap<string, readonly Charge[]> =>
  Map.groupBy(charges, ({ currency }) => currency);

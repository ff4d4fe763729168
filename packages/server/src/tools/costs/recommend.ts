import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import {
  catalogueAddress,
  catalogueSource,
  catalogueWords,
  counted,
  inventorySource,
  joinedSource,
} from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { byCurrency, readCharges, sumOf, type Charge } from './charges.ts';

const windowMs = 7 * 86_400_000;

/** Where money may be saved. */
export const recommend = defineTool({
  name: 'recommend',
  title: 'Recommend savings',
  description:
    'Names resources that are billed and not in the inventory, and services whose last seven days cost at least half again what the seven before did. It proposes to look, and reckons no saving.',
  reads: ['CHARGE', 'INVENTORY'],
  input: z.strictObject({ limit: z.int().min(1).max(50).default(20) }),
  output: z.object({
    recommendations: z.array(
      z.object({
        kind: z.enum(['UNKNOWN_RESOURCE', 'GROWING_SERVICE']),
        name: z.string(),
        cost: z.number(),
        currency: z.string(),
        why: z.string(),
      }),
    ),
  }),
  async call({ limit }, context) {
    const [{ charges, found }, assets] = await Promise.all([
      readCharges({}, context),
      context.inventory.find({}, 5_000),
    ]);
    const isWhole = assets.total === assets.assets.length;
    const known = new Set(assets.assets.flatMap(({ name, externalId }) => [name, externalId]));
    const all = [...byCurrency(charges)].flatMap(([currency, own]) => [
      ...(isWhole ? unknownOf(own, known) : []).map((one) => ({ ...one, currency })),
      ...growingOf(own).map((one) => ({ ...one, currency })),
    ]);
    const recommendations = all.toSorted((one, other) => other.cost - one.cost).slice(0, limit);
    return accepted({
      output: { recommendations },
      source: joinedSource(catalogueSource('CHARGE', found), inventorySource(assets)),
      citation: {
        text: `${counted(all.length, 'place')} to look for savings, ${catalogueWords('CHARGE', found)}`,
        rows: catalogueAddress('CHARGE', found),
      },
    });
  },
});

const unknownOf = (charges: readonly Charge[], known: ReadonlySet<string>) =>
  [...Map.groupBy(charges, ({ resource }) => resource)].flatMap(([name, all]) =>
    name === null || known.has(name)
      ? []
      : [
          {
            kind: 'UNKNOWN_RESOURCE' as const,
            name,
            cost: sumOf(all),
            why: 'is billed and not in the inventory',
          },
        ],
  );

const growingOf = (charges: readonly Charge[]) => {
  const end = charges.reduce((last, { at }) => Math.max(last, at.getTime()), 0);
  return [...Map.groupBy(charges, ({ service }) => service)].flatMap(([name, all]) => {
    const within = (from: number, to: number): number =>
      sumOf(all.filter(({ at }) => at.getTime() > end - from && at.getTime() <= end - to));
    const [now, before] = [within(windowMs, 0), within(2 * windowMs, windowMs)];
    if (before <= 0 || now < before * 1.5) return [];
    const why = `cost ${now.toFixed(2)} in the last seven days, and ${before.toFixed(2)} in the seven before`;
    return [{ kind: 'GROWING_SERVICE' as const, name, cost: now, why }];
  });
};

import { z } from 'zod';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import {
  catalogueAddress,
  catalogueSource,
  catalogueWords,
  counted,
  inventorySource,
  joinedSource,
} from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { mostNodes } from '../shared/question-limits.ts';
import { byCurrency, dayMs, mostCharges, readRecentCharges, sumOf, type Charge } from './charges.ts';

const windowDays = 7;
const windowMs = windowDays * dayMs;

/** Where money may be saved. */
export const recommend = defineTool({
  name: 'recommend',
  title: 'Recommend savings',
  description:
    'Of the last two weeks that were billed: names resources that are not in the inventory, and services whose last seven days cost at least half again what the seven before did. It proposes to look, and reckons no saving.',
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
    const [{ charges: read, found, since }, inventory] = await Promise.all([
      // One day more: the weeks end in the midst of a day.
      readRecentCharges(2 * windowDays + 1, context),
      context.inventory.findNodes(mostNodes),
    ]);
    const end = read.reduce((last, { at }) => Math.max(last, at.getTime()), 0);
    if (found.total > mostCharges && since.getTime() > end - 2 * windowMs)
      return refused(
        refusal(
          'QUERY_TOO_COMPLEX',
          `More than ${mostCharges} charges were billed in the last ${2 * windowDays} days, and no more are looked at here: no other question helps. billing_data sums a shorter period.`,
        ),
      );
    const charges = read.filter(({ at }) => at.getTime() > end - 2 * windowMs);
    const known = new Set(inventory.nodes?.flatMap(({ name, externalId }) => [name, externalId]));
    const all = [...byCurrency(charges)].flatMap(([currency, own]) => [
      ...(inventory.nodes ? unknownOf(own, known) : []).map((one) => ({ ...one, currency })),
      ...growingOf(own, end).map((one) => ({ ...one, currency })),
    ]);
    const recommendations = all.toSorted((one, other) => other.cost - one.cost).slice(0, limit);
    return accepted({
      output: { recommendations },
      source: joinedSource(catalogueSource('CHARGE', found), inventorySource(inventory)),
      citation: {
        text: `${counted(all.length, 'place')} to look for savings${inventory.nodes ? '' : `, resources that the inventory does not know not among them: it has more than ${mostNodes.nodes} assets or ${mostNodes.edges} dependencies`}, ${catalogueWords('CHARGE', found)}`,
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

const growingOf = (charges: readonly Charge[], end: number) => {
  return [...Map.groupBy(charges, ({ service }) => service)].flatMap(([name, all]) => {
    const within = (from: number, to: number): number =>
      sumOf(all.filter(({ at }) => at.getTime() > end - from && at.getTime() <= end - to));
    const [now, before] = [within(windowMs, 0), within(2 * windowMs, windowMs)];
    if (before <= 0 || now < before * 1.5) return [];
    const why = `cost ${now.toFixed(2)} in the last seven days, and ${before.toFixed(2)} in the seven before`;
    return [{ kind: 'GROWING_SERVICE' as const, name, cost: now, why }];
  });
};

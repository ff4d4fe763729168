import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { byCurrency, period, readCharges, sumOf } from './charges.ts';

/** What was billed, by what it was for. */
export const billingData = defineTool({
  name: 'billing_data',
  title: 'Billing data',
  description:
    'Sums imported charges (FOCUS) by service, region, account or resource. Currencies are kept apart.',
  reads: ['CHARGE'],
  input: z.strictObject({
    ...period,
    by: z.enum(['service', 'region', 'account', 'resource']).default('service'),
    limit: z.int().min(1).max(100).default(25),
  }),
  output: z.object({
    currencies: z.array(
      z.object({
        currency: z.string(),
        total: z.number(),
        groups: z.array(z.object({ name: z.string(), cost: z.number(), share: z.number() })),
      }),
    ),
  }),
  async call({ by, limit, ...asked }, context) {
    const read = await readCharges(asked, context);
    if ('refusal' in read) return refused(read.refusal);
    const { charges, found } = read;
    const currencies = [...byCurrency(charges)].map(([currency, own]) => {
      const total = sumOf(own);
      const groups = [...Map.groupBy(own, (charge) => charge[by] ?? 'none')]
        .map(([name, all]) => ({ name, cost: sumOf(all) }))
        .toSorted((one, other) => other.cost - one.cost || one.name.localeCompare(other.name))
        .slice(0, limit)
        .map(({ name, cost }) => ({
          name,
          cost,
          share: total === 0 ? 0 : Math.round((cost / total) * 1_000) / 1_000,
        }));
      return { currency, total, groups };
    });
    const sums = currencies.map(({ currency, total }) => `${total.toFixed(2)} ${currency}`).join(', ');
    return accepted({
      output: { currencies },
      source: catalogueSource('CHARGE', found),
      citation: {
        text: `${sums === '' ? 'nothing' : sums} billed, ${catalogueWords('CHARGE', found)}`,
        rows: catalogueAddress('CHARGE', found),
      },
    });
  },
});

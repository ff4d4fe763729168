import { z } from 'zod';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { byCurrency, dayOf, mostCharges, readRecentCharges, sumOf, type Charge } from './charges.ts';

const fewestDays = 7;
const mostDays = 90;

/** A line through daily sums. */
export const forecast = defineTool({
  name: 'forecast',
  title: 'Forecast costs',
  description: `Lays a straight line (least squares) through the daily sums of imported charges, of the last ${mostDays} days that were billed or of the newest of them where charges are very many, and reads it on. The band is twice the standard deviation of the days from the line. It knows no seasons, and says nothing on fewer than ${fewestDays} days.`,
  reads: ['CHARGE'],
  input: z.strictObject({ days: z.int().min(1).max(365).default(30).describe('How far.') }),
  output: z.object({
    currencies: z.array(
      z.object({
        currency: z.string(),
        observedDays: z.int(),
        perDay: z.number().describe('By how much a day grows.'),
        expected: z.number().describe('Of all days to come together.'),
        low: z.number(),
        high: z.number(),
      }),
    ),
  }),
  async call({ days }, context) {
    const { charges, found } = await readRecentCharges(mostDays, context);
    const byOwn = byCurrency(charges);
    const currencies = [...byOwn].flatMap(([currency, own]) => {
      const daily = dailySums(own);
      return daily.length < fewestDays
        ? []
        : [{ currency, observedDays: daily.length, ...lineOf(daily, days) }];
    });
    if (currencies.length === 0)
      return refused(
        found.total > mostCharges
          ? refusal(
              'QUERY_TOO_COMPLEX',
              `The newest ${mostCharges} charges are of fewer than ${fewestDays} whole days, and no more are looked at: no forecast can be made of them here.`,
            )
          : refusal(
              'PRECONDITION_FAILED',
              `Charges of at least ${fewestDays} days are needed for a forecast.`,
            ),
      );
    const tooFew = [...byOwn.keys()].filter((one) => currencies.every(({ currency }) => currency !== one));
    const sums = currencies.map(({ currency, expected }) => `${expected.toFixed(2)} ${currency}`).join(', ');
    return accepted({
      output: { currencies },
      source: catalogueSource('CHARGE', found),
      citation: {
        text: `${sums} expected in ${days} days${tooFew.length === 0 ? '' : `, without ${tooFew.join(', ')} that has too few days`}, ${catalogueWords('CHARGE', found)}`,
        rows: catalogueAddress('CHARGE', found),
      },
    });
  },
});

/** From the first day to the last; a day without charges is 0. */
const dailySums = (charges: readonly Charge[]): readonly number[] => {
  const byDay = Map.groupBy(charges, ({ at }) => dayOf(at));
  const days = [...byDay.keys()];
  const first = days.reduce((one, other) => Math.min(one, other), Infinity);
  const last = days.reduce((one, other) => Math.max(one, other), -Infinity);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => sumOf(byDay.get(first + at) ?? []));
};

const lineOf = (daily: readonly number[], days: number) => {
  const count = daily.length;
  const middle = (count - 1) / 2;
  const mean = daily.reduce((sum, one) => sum + one, 0) / count;
  const [over, under] = daily.reduce(
    ([above, below], one, at) => [above + (at - middle) * (one - mean), below + (at - middle) ** 2],
    [0, 0],
  );
  const slope = over / under;
  const at = (day: number): number => mean + slope * (day - middle);
  const spread = Math.sqrt(daily.reduce((sum, one, day) => sum + (one - at(day)) ** 2, 0) / count);
  const ahead = Array.from({ length: days }, (_, day) => Math.max(0, at(count + day)));
  const expected = ahead.reduce((sum, one) => sum + one, 0);
  const band = 2 * spread * Math.sqrt(days);
  const cents = (value: number): number => Math.round(value * 100) / 100;
  return {
    perDay: cents(slope),
    expected: cents(expected),
    low: cents(Math.max(0, expected - band)),
    high: cents(expected + band),
  };
};

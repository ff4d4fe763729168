import type { StatementRunner } from '../infra/database.ts';
import type { RateNews, SharedCount } from '../infra/rate-window.ts';

export interface NamedNews extends RateNews {
  /** Of the limit, as every process calls it. */
  readonly name: string;
}

export interface NamedCount extends SharedCount {
  readonly name: string;
}

/** What all processes together counted in the windows of the limits of rate. */
export interface RateCountStore {
  /** Adds what one process counted, and gives what all of them did. */
  add(news: readonly NamedNews[]): Promise<NamedCount[]>;
  /** Forgets the windows that have ended. */
  forgetEnded(): Promise<void>;
}

/** Past every limit, and within the column. */
const mostTaken = 2_000_000_000;

export const createRateCountStore = (database: StatementRunner): RateCountStore => ({
  add: (news) =>
    database.query<NamedCount>(
      // In one order, so that two processes never wait for each other.
      `INSERT INTO rate_count AS c (name, key, taken, ends_at)
       SELECT n.name, n.key, least(n.fresh, ${mostTaken})::int, now() + n.left_ms * interval '1 millisecond'
       FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[]) AS n (name, key, fresh, left_ms)
       ORDER BY n.name, n.key
       ON CONFLICT (name, key) DO UPDATE SET
         taken = least(CASE WHEN c.ends_at > now() THEN c.taken ELSE 0 END::int8 + excluded.taken, ${mostTaken})::int,
         ends_at = CASE WHEN c.ends_at > now() THEN c.ends_at ELSE excluded.ends_at END
       RETURNING name, key, taken AS total, (extract(epoch FROM ends_at - now()) * 1000)::float8 AS "leftMs"`,
      [
        news.map(({ name }) => name),
        news.map(({ key }) => key),
        news.map(({ fresh }) => fresh),
        news.map(({ leftMs }) => leftMs),
      ],
    ),

  async forgetEnded() {
    await database.query('DELETE FROM rate_count WHERE ends_at < now()');
  },
});

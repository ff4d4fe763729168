import type { LedgerEntry } from '../ledger-file.ts';
import type { World } from '../world.ts';

/** One stop of everything. Times by the machine's clock, which the database and the platform have too. */
export interface Trip {
  /** From here on nothing more may be intended. */
  readonly returnedAt: Date;
  /** From here on every worker has said that it has nothing in hand. */
  readonly quietAt: Date;
  /** Right before somebody let go of it. */
  readonly releasingAt: Date;
}

/**
 * When an intent was committed, and under which key its platform is called. A transaction takes that time when it begins
 * to commit, so that it is never later than the moment from which others see it.
 */
export interface CommittedIntent {
  readonly key: string;
  readonly at: Date;
}

/**
 * Keeps every intent of a world with the transaction that made it, whatever becomes of the effect's row later. Some,
 * which have passed the gate already, take their time to commit, so that a stop meets them.
 */
export const watchIntents = async ({ owner }: Pick<World, 'owner'>) => {
  await owner.query('CREATE TABLE watched_intent (key text NOT NULL)');
  await owner.query(
    `CREATE FUNCTION watch_intents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     BEGIN
       INSERT INTO public.watched_intent SELECT i.idempotency_key FROM intents i WHERE i.state = 'INTENDED';
       IF FOUND AND random() < 0.3 THEN
         PERFORM pg_sleep(0.15);
       END IF;
       RETURN NULL;
     END $$`,
  );
  for (const deed of ['INSERT', 'UPDATE'])
    // By its name it comes after the gate's own trigger.
    await owner.query(
      `CREATE TRIGGER watch_intents_of_${deed} AFTER ${deed} ON effect
       REFERENCING NEW TABLE AS intents FOR EACH STATEMENT EXECUTE FUNCTION watch_intents()`,
    );
  return (): Promise<CommittedIntent[]> =>
    owner.query('SELECT key, pg_xact_commit_timestamp(xmin) AS at FROM watched_intent');
};

/** Of the ledger, whose lines tell the millisecond in which a call was made. */
const clockTickMs = 1;

/**
 * What contradicts that a stop stops, in words, by the database's times of commit and the workers' of calling: what a
 * halt cut off may be read by its platform at any time.
 */
export const findTripFaults = (
  trips: readonly Trip[],
  intents: readonly CommittedIntent[],
  entries: readonly LedgerEntry[],
): string[] =>
  trips.flatMap(({ returnedAt, quietAt, releasingAt }, index) => {
    const isAfter = (at: Date, since: Date): boolean =>
      at.getTime() > since.getTime() + clockTickMs && at.getTime() < releasingAt.getTime();
    const meant = new Set(intents.flatMap(({ key, at }) => (at <= returnedAt ? [key] : [])));
    const called = entries.map(({ at, sentAt, ...entry }) => ({ ...entry, at: new Date(sentAt ?? at) }));
    return [
      ...intents
        .filter(({ at }) => isAfter(at, returnedAt))
        .map(({ key, at }) => `${key} was intended at ${at.toISOString()}`),
      ...called
        .filter(({ at, idempotencyKey }) => isAfter(at, returnedAt) && !meant.has(idempotencyKey ?? ''))
        .map(
          ({ number, at }) => `call ${number} was made at ${at.toISOString()} and was not intended before`,
        ),
      ...called
        .filter(({ at }) => isAfter(at, quietAt))
        .map(
          ({ number, at }) => `call ${number} was made at ${at.toISOString()}, when all was said to be quiet`,
        ),
    ].map((fault) => `trip ${index + 1}, which returned at ${returnedAt.toISOString()}: ${fault}`);
  });

import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import type { Job } from '../infra/queue/job.ts';
import type { JournalTransaction } from './journal.ts';

type Kind<Payload> = Pick<Job<Payload>, 'name' | 'schema'>;

/** A job as it is handed to the queue. */
export interface DueJob {
  readonly id: string;
  readonly name: string;
  readonly epoch: number;
  /** The queue has it, as far as we know. */
  readonly isQueued: boolean;
}

/** A job that one worker has in hand. */
export interface TakenJob {
  readonly key: string;
  /** As stored; whoever runs it parses it. */
  readonly payload: unknown;
  /** Tries that failed before. */
  readonly failures: number;
}

/** How many jobs the queue takes now. */
export interface JobRoom {
  readonly room: number;
  /** Of one submitter, with those that it has. */
  readonly each: number;
}

/** Of which job, and which hand-over of it: what is older changes nothing. */
export type JobTicket = Pick<DueJob, 'id' | 'epoch'>;

export interface JobBacklog {
  readonly name: string;
  /** Jobs that are not done. */
  readonly count: number;
  /** Those among them whose last try failed. */
  readonly failing: number;
  /** How long the oldest has been there. */
  readonly oldestAgeMs: number;
}

/**
 * What is to be done in the background. A row is there from the transaction that asks for the work until the work is
 * done; `due_at` says when it is to be handed to the queue, so that a queue that forgets, and a worker that dies, delay
 * it and nothing else.
 */
export interface JobStore {
  /**
   * Those that the queue should have begun by now, and of those that it has not got yet so many as it has room for:
   * submitters take turns, and none has more in the queue and in hand than `each`.
   */
  findDue(limit: number, room: JobRoom): Promise<DueJob[]>;
  /** Milliseconds until the next job falls due by the database's clock; null where there is none. */
  nextDueMs(): Promise<number | null>;
  /** Gives those of these that are ours to hand over, under their next epoch; they are due again after a while. */
  takeDue(jobs: readonly JobTicket[], againAfterMs: number): Promise<DueJob[]>;
  /** They wait in the queue and are not looked after again for a while. */
  leaveQueued(jobs: readonly JobTicket[], againAfterMs: number): Promise<void>;
  /** Null where another has it, it is a job of another name, or nobody is to do it any more. */
  claim(name: string, ticket: JobTicket, worker: string, leaseMs: number): Promise<TakenJob | null>;
  /** Extends the lease of those in hand; gives those that are still in hand. */
  keep(tickets: readonly JobTicket[], leaseMs: number): Promise<JobTicket[]>;
  done(ticket: JobTicket): Promise<void>;
  /** Puts it back, to be tried again after a while; with an error, it has failed once more. */
  putBack(ticket: JobTicket, afterMs: number, error: string | null): Promise<void>;
  /** What these workers had in hand is due at once. */
  takeFrom(workers: readonly string[]): Promise<number>;
  backlog(): Promise<JobBacklog[]>;
}

const ids = (tickets: readonly JobTicket[]) => [
  tickets.map(({ id }) => id),
  tickets.map(({ epoch }) => epoch),
];
const these =
  'FROM unnest($1::uuid[], $2::int[]) AS t(id, epoch) WHERE job.id = t.id AND job.epoch = t.epoch';
const later = (parameter: string): string =>
  `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;

/**
 * Asks for work. Where the same is asked for already it stays one job; where somebody is at it, it is begun anew.
 * @throws ZodError where the payload is not the job's
 */
export const sendJob = <Payload>(
  tx: JournalTransaction,
  { name, schema }: Kind<Payload>,
  { key, submitterId }: { readonly key: string; readonly submitterId: string },
  payload: Payload,
): void => {
  tx.write(
    `INSERT INTO job (id, name, key, submitter_id, payload, due_at, created_at) VALUES ($1, $2, $3, $4, $5, now(), now())
     ON CONFLICT (name, key) DO UPDATE SET payload = EXCLUDED.payload, worker = NULL, due_at = EXCLUDED.due_at,
       epoch = job.epoch + 1, queued_at = NULL WHERE job.worker IS NOT NULL`,
    [newId(), name, key, submitterId, JSON.stringify(schema.parse(payload))],
  );
  tx.wake('jobs');
};

/** Whether some job of this name is not done. */
export const isAskedFor = async (
  runner: StatementRunner,
  { name }: { readonly name: string },
): Promise<boolean> => (await runner.query('SELECT 1 FROM job WHERE name = $1 LIMIT 1', [name])).length > 0;

/** Nobody is to begin it any more; whoever is at it is told within a second. */
export const withdrawJob = (tx: Transaction, { name }: { readonly name: string }, key: string): void => {
  tx.write('DELETE FROM job WHERE name = $1 AND key = $2', [name, key]);
};

export const createJobStore = (database: Database): JobStore => ({
  ...createHandOver(database),

  async claim(name, { id, epoch }, worker, leaseMs) {
    const [row] = await database.query<{ key: string; payload: unknown; failures: number }>(
      `UPDATE job SET worker = $3, queued_at = NULL, due_at = ${later('$4')}
       WHERE id = $1 AND epoch = $2 AND name = $5 AND worker IS NULL RETURNING key, payload, failures`,
      [id, epoch, worker, leaseMs, name],
    );
    return row ?? null;
  },

  keep: (tickets, leaseMs) =>
    database.query<JobTicket>(
      `UPDATE job SET due_at = ${later('$3')} ${these} AND job.worker IS NOT NULL RETURNING job.id, job.epoch`,
      [...ids(tickets), leaseMs],
    ),

  async done({ id, epoch }) {
    await database.query('DELETE FROM job WHERE id = $1 AND epoch = $2', [id, epoch]);
  },

  async putBack({ id, epoch }, afterMs, error) {
    await database.query(
      `UPDATE job SET worker = NULL, queued_at = NULL, due_at = ${later('$3')}, error = coalesce($4, error),
         failures = failures + ($4 IS NOT NULL)::int WHERE id = $1 AND epoch = $2`,
      [id, epoch, afterMs, error],
    );
  },

  async takeFrom(workers) {
    const rows = await database.query(
      `UPDATE job SET due_at = clock_timestamp(), worker = NULL, epoch = epoch + 1
       WHERE worker = ANY($1::text[]) RETURNING id`,
      [workers],
    );
    return rows.length;
  },

  async backlog() {
    const rows = await database.query<{ name: string; count: number; failing: number; age_ms: number }>(
      `SELECT name, count(*)::int AS count, count(*) FILTER (WHERE failures > 0)::int AS failing,
         greatest(0, extract(epoch FROM now() - min(created_at)) * 1000)::float8 AS age_ms FROM job GROUP BY name`,
    );
    return rows.map(({ name, count, failing, age_ms: oldestAgeMs }) => ({
      name,
      count,
      failing,
      oldestAgeMs,
    }));
  },
});

/** Of more submitters than so many, a round knows the first ones alone. */
const submittersPerRound = 2_000;

/** Costs by how many have something waiting and by what is picked, and not by how much waits. */
const newInTurn = `
  WITH RECURSIVE submitter AS (
    (SELECT submitter_id FROM job ORDER BY submitter_id LIMIT 1)
    UNION ALL
    SELECT following.* FROM submitter s CROSS JOIN LATERAL (
      SELECT submitter_id FROM job WHERE submitter_id > s.submitter_id ORDER BY submitter_id LIMIT 1) AS following
  ), known AS MATERIALIZED (SELECT * FROM submitter LIMIT ${submittersPerRound}),
  held AS MATERIALIZED (SELECT submitter_id, count(*) AS count FROM job
    WHERE queued_at IS NOT NULL OR worker IS NOT NULL GROUP BY submitter_id),
  turns AS (
    SELECT own.*, coalesce(held.count, 0) + row_number() OVER (PARTITION BY known.submitter_id ORDER BY own.due_at, own.id)
      AS turn
    FROM known LEFT JOIN held USING (submitter_id) CROSS JOIN LATERAL (
      SELECT id, name, epoch, due_at FROM job WHERE submitter_id = known.submitter_id AND due_at <= now()
        AND queued_at IS NULL AND worker IS NULL
      ORDER BY due_at, id LIMIT greatest(0, $3::int - coalesce(held.count, 0))) AS own
  )
  SELECT id, name, epoch, false FROM turns ORDER BY turn, due_at LIMIT $2`.trim();

const createHandOver = (
  database: Database,
): Pick<JobStore, 'findDue' | 'nextDueMs' | 'takeDue' | 'leaveQueued'> => ({
  findDue: (limit, { room, each }) =>
    database.query<DueJob>(
      `WITH late AS (SELECT id, name, epoch, queued_at IS NOT NULL AS "isQueued" FROM job
         WHERE (queued_at IS NOT NULL OR worker IS NOT NULL) AND due_at <= now() ORDER BY due_at LIMIT $1)
       SELECT * FROM late UNION ALL (${newInTurn})`,
      [limit, room, each],
    ),

  async nextDueMs() {
    const [row] = await database.query<{ due_ms: number | null }>(
      'SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS due_ms FROM job',
    );
    return row?.due_ms ?? null;
  },

  takeDue: (jobs, againAfterMs) =>
    database.query<DueJob>(
      `UPDATE job SET epoch = job.epoch + 1, worker = NULL, queued_at = now(), due_at = ${later('$3')}
       ${these} AND job.due_at <= clock_timestamp()
       RETURNING job.id, job.name, job.epoch, true AS "isQueued"`,
      [...ids(jobs), againAfterMs],
    ),

  async leaveQueued(jobs, againAfterMs) {
    await database.query(`UPDATE job SET due_at = ${later('$3')} ${these} AND job.queued_at IS NOT NULL`, [
      ...ids(jobs),
      againAfterMs,
    ]);
  },
});

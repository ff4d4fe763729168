import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startBenchServer } from './bench-server.ts';
import { connect } from './client.ts';
import { approvedThroughput, runThroughput } from './measures.ts';
import { processorTimeOf } from './processor-time.ts';

/** What one statement cost, for each task. */
interface StatementCost {
  readonly microseconds: number;
  readonly calls: number;
  readonly walBytes: number;
  readonly text: string;
}

interface TaskCost {
  readonly perSecond: number;
  /** Processor time. */
  readonly nodeMicroseconds: number;
  readonly postgresMicroseconds: number;
  readonly walBytes: number;
  /** Statements that a client sent, whether it waited for their answers or not. */
  readonly statements: number;
  /** The dearest first. What a function runs within is counted with it and on its own too. */
  readonly dearest: readonly StatementCost[];
}

const statementsShown = 40;
/** What was begun before, seals and counts among it, has ended by then. */
const settlingMs = 2_000;

const settings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
};

const rounded = (value: number): number => Number(value.toFixed(value < 10 ? 3 : 0));

/** Where the time of a task goes on the embedded default: on the node, in PostgreSQL, and by statement there. */
export const measureProfile = async (count: number): Promise<object> => {
  await using postgres = await startScratchPostgres({ isDurable: true, moreSettings: settings });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl: null });
  await using client = await connect(server);
  const owner = new PostgresClient({ connectionString: postgres.connectionString });
  await owner.connect();
  await owner.query('CREATE EXTENSION pg_stat_statements');

  const readCosts = async () => {
    const { rows } = await owner.query<{ wal: number }>(
      `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 AS wal`,
    );
    return {
      node: await processorTimeOf(server.pid),
      postgres: await processorTimeOf(postgres.pid),
      wal: rows[0]?.wal ?? Number.NaN,
    };
  };
  const readStatements = async () => {
    const { rows } = await owner.query<StatementCost & { isSent: boolean }>(
      `SELECT total_exec_time * 1000 AS microseconds, calls::float8 AS calls, wal_bytes::float8 AS "walBytes",
              toplevel AS "isSent", left(regexp_replace(query, '\\s+', ' ', 'g'), 200) AS text
       FROM pg_stat_statements ORDER BY total_exec_time DESC`,
    );
    return rows;
  };
  const costOf = async (work: (count: number) => Promise<number>): Promise<TaskCost> => {
    await sleep(settlingMs);
    await owner.query('SELECT pg_stat_statements_reset()');
    const before = await readCosts();
    const perSecond = await work(count);
    const after = await readCosts();
    const statements = await readStatements();
    const sent = statements.filter(({ isSent }) => isSent).reduce((sum, { calls }) => sum + calls, 0);
    return {
      perSecond,
      nodeMicroseconds: rounded((after.node - before.node) / count),
      postgresMicroseconds: rounded((after.postgres - before.postgres) / count),
      walBytes: rounded((after.wal - before.wal) / count),
      statements: rounded(sent / count),
      dearest: statements.slice(0, statementsShown).map(({ microseconds, calls, walBytes, text }) => ({
        microseconds: rounded(microseconds / count),
        calls: rounded(calls / count),
        walBytes: rounded(walBytes / count),
        text,
      })),
    };
  };

  try {
    await runThroughput(client, 1_000);
    return {
      run: await costOf((tasks) => runThroughput(client, tasks)),
      approved: await costOf((tasks) => approvedThroughput(client, tasks)),
    };
  } finally {
    await owner.end();
  }
};

import { access, constants } from 'node:fs/promises';
import type { QueueState } from '../../domain/queue.ts';
import { readAppliedMigrations } from '../../infra/applied-migrations.ts';
import type { Database, StatementRunner } from '../../infra/database.ts';
import { WriteRefusedError } from '../../infra/write-watch.ts';
import { HealthFault, type CheckSource } from './health-checks.ts';

export interface OwnCheckDependencies {
  readonly database: Pick<Database, 'query' | 'ensureWritable'>;
  readonly laneQueue: { ping(): Promise<void> };
  readonly queue: { state(): Promise<QueueState> };
  /** The folder that this process writes working copies to. */
  readonly home: string;
}

/**
 * What every process needs. Of these only the database is vital: without the queue, tasks are still taken,
 * planned and decided, and what is due runs once the queue is back.
 */
export const ownChecks = ({
  database,
  laneQueue,
  queue,
  home,
}: OwnCheckDependencies): readonly CheckSource[] => [
  {
    name: 'database',
    isVital: true,
    run: async () => {
      try {
        await database.ensureWritable();
      } catch (error) {
        throw error instanceof WriteRefusedError ? new HealthFault(error.message) : error;
      }
    },
  },
  { name: 'schema', isVital: true, run: createSchemaCheck(database) },
  { name: 'queue', isVital: false, run: () => laneQueue.ping() },
  {
    name: 'queue_capacity',
    isVital: false,
    run: async () => {
      assertCapacity(await queue.state());
    },
  },
  { name: 'filesystem_writable', isVital: false, run: () => access(home, constants.W_OK) },
];

/** The migrations that were there when this process started still are, and none is half done. */
const createSchemaCheck = (database: StatementRunner): (() => Promise<void>) => {
  let expected: readonly string[] | undefined;
  return async () => {
    const rows = (await readAppliedMigrations(database)) ?? [];
    const applied = new Set(rows.filter((row) => row.isFinished).map((row) => row.name));
    if (applied.size < rows.length) throw new HealthFault('A migration of the database is unfinished.');
    expected ??= [...applied];
    if (expected.some((name) => !applied.has(name))) {
      throw new HealthFault('The database lacks migrations that this version needs.');
    }
  };
};

const assertCapacity = ({ lanes }: QueueState): void => {
  const late = lanes.find((lane) => lane.estimatedWaitMs > lane.targetWaitMs);
  if (!late) return;
  throw new HealthFault(
    `A step in the ${late.priority} lane would wait ${seconds(late.estimatedWaitMs)}; it should wait at most ${seconds(late.targetWaitMs)}.`,
  );
};

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
